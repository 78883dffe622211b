/** What rules and chains say of one another, for people; decides nothing. */
import type { Chain, LintFinding, Rule } from '../../../preload/contract/index.ts';
import { expressionsSize, MAX_SET_SIZE } from '../expressions.ts';
import { foldName } from '../fold.ts';
import { globMatches } from '../glob.ts';
import { looks } from './looks.ts';
import { shadowed } from './shadows.ts';

export interface KnownNames {
  /** Of connectors and hub configs. */
  readonly connectors: readonly string[];
  /** Tools by connector, where they are known. */
  readonly tools?: ReadonlyMap<string, readonly string[]>;
  /** `/` or `\`: how folders are written here. */
  readonly separator?: string;
}

function matches(glob: string, name: string): boolean {
  return globMatches(glob, name) || globMatches(foldName(glob), foldName(name));
}

function unknownConnector(owner: string, id: string, glob: string, { connectors }: KnownNames): LintFinding[] {
  if (connectors.some((name) => matches(glob, name))) return [];
  return [{ kind: 'unknown_name', rules: [id], text: `${owner} ${id} names no connector that is here: "${glob}".` }];
}

/** An allow that misses the tool it means by the case of a letter. */
function nearMiss(rule: Rule, { connectors, tools }: KnownNames): LintFinding[] {
  const { tool } = rule;
  if (rule.effect !== 'allow' || tool === undefined || tools === undefined) return [];
  const names = connectors.filter((name) => globMatches(rule.connector, name)).flatMap((name) => tools.get(name) ?? []);
  if (names.some((name) => globMatches(tool, name))) return [];
  const near = names.find((name) => matches(tool, name));
  if (near === undefined) return [];
  const text = `Rule ${rule.id} allows "${tool}" letter for letter, and so not "${near}".`;
  return [{ kind: 'narrower_than_it_looks', rules: [rule.id], text }];
}

/** In a set with more expressions than are used none of them is compiled, here neither. */
function tooManyExpressions(rules: readonly Rule[]): LintFinding[] {
  if (expressionsSize(rules.map(({ when }) => when ?? {})) <= MAX_SET_SIZE) return [];
  const text =
    'The rules hold more, or larger, regular expressions than are used: none of them is, so rules that deny or ask with one count for every call, and rules that allow with one for none.';
  return [{ kind: 'wider_than_it_looks', rules: [], text }];
}

export function lint(rules: readonly Rule[], chains: readonly Chain[], known: KnownNames): LintFinding[] {
  const separator = known.separator ?? '/';
  const tooMany = tooManyExpressions(rules);
  return [
    ...tooMany,
    ...rules.flatMap((rule) => [
      ...unknownConnector('Rule', rule.id, rule.connector, known),
      ...looks(rule, separator, tooMany.length === 0),
      ...nearMiss(rule, known),
    ]),
    ...chains.flatMap((chain) =>
      [...new Set([chain.after.connector, chain.before.connector])].flatMap((glob) =>
        unknownConnector('Chain', chain.id, glob, known),
      ),
    ),
    ...shadowed(rules),
  ];
}
