/** Tools whose name says that they run what they are given: there a rule that is not exact opens everything. */
import type { LintFinding, Rule } from '../../../preload/contract/index.ts';

const WORDS: ReadonlySet<string> = new Set(
  (
    'run runs exec execute executes execution eval evaluate shell sh bash zsh powershell pwsh cmd command commands script ' +
    'scripts spawn terminal console process python node sql query ssh sudo subprocess system'
  ).split(' '),
);
/** Where a name runs its words together, such as `runquery` or `bashtool`. */
const STEMS = /^run|exec|shell|bash|command|terminal|script(?!ion)/;

export function runsThings(tool: string): boolean {
  const words = tool
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => WORDS.has(word) || STEMS.test(word));
}

/** Allow rules without a condition for such tools, as they are named. */
export function openShells(rules: readonly Rule[]): LintFinding[] {
  return rules.flatMap(({ id, effect, tool, when }) =>
    effect === 'allow' && when === undefined && tool !== undefined && runsThings(tool)
      ? [
          {
            kind: 'wider_than_it_looks' as const,
            rules: [id],
            text: `Rule ${id} allows "${tool}" with anything: by its name it runs what it is given.`,
          },
        ]
      : [],
  );
}
