/** Rules as a page shows them: each with its sentence and what stands out about it, how often it decided, which names there are. */
import type { ChainRow, DecidedCounts, LintFinding, PolicyView, Rule, RuleRow } from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { Pins } from '../connectors/pins/pins-host.ts';
import { LintWork, QUICK_WORK } from '../policy/lint/lint-work.ts';
import { lint, type KnownNames } from '../policy/lint/lint.ts';
import { chainSentence, ruleSentence } from '../policy/sentence.ts';
import { openShells } from '../policy/suggest/runs-things.ts';
import type { Settings } from '../settings/schema.ts';
import type { Handlers } from './dispatch.ts';
import { inFull } from './policy-in-full.ts';

export interface ViewParts {
  readonly settings: { read(): Settings };
  readonly index: Pick<AuditIndex, 'decided'>;
  readonly clock: () => Date;
  readonly pins: Pick<Pins, 'list'>;
  /** As `lint` takes them. */
  readonly names: () => KnownNames;
}

export type ViewHandlers = Pick<Handlers, 'policy.view' | 'policy.decided' | 'policy.names'>;

const DECIDED_DAYS = 7;
/** More would keep the log search from others for longer than anybody waits. */
const DECIDED_CALLS = 20_000;
const MAX_NAMES = 5000;

/** As suggest/propose.ts names what it makes. */
const SUGGESTED = /^s[0-9a-f]{10}$/;

/** JSON beside the sentence, where that leaves something out. */
export function shownRule(rule: Parameters<typeof ruleSentence>[0]): { sentence: string; full?: string } {
  const sentence = ruleSentence(rule);
  const full = inFull(sentence, rule);
  return { sentence, ...(full === undefined ? {} : { full }) };
}

export function shownChain(chain: Parameters<typeof chainSentence>[0]): { sentence: string; full?: string } {
  const sentence = chainSentence(chain);
  const full = inFull(sentence, chain);
  return { sentence, ...(full === undefined ? {} : { full }) };
}

function byRule(findings: readonly LintFinding[]): ReadonlyMap<string | undefined, readonly string[]> {
  const found = new Map<string | undefined, string[]>();
  for (const { rules, text } of findings) {
    const [id] = rules;
    const list = found.get(id);
    if (list === undefined) found.set(id, [text]);
    else list.push(text);
  }
  return found;
}

/** To look at more takes longer than everything else should have to wait for a page. */
const MAX_LOOKED_AT = 1000;
const TOO_MANY: readonly LintFinding[] = [
  {
    kind: 'shadowed',
    rules: [],
    text: `There are more than ${MAX_LOOKED_AT} rules; what stands out about them is said by "runlayer policy lint".`,
  },
];

type Findings = ReturnType<typeof byRule>;

/** Kept until something that is looked at is another. */
function findingsOf(): (settings: Settings, known: KnownNames) => Findings {
  let last: { readonly key: readonly unknown[]; readonly findings: Findings } | undefined;
  return ({ rules, chains }, known) => {
    const key = [
      rules,
      chains,
      JSON.stringify([known.connectors, [...(known.tools ?? [])].map(([, { length }]) => length)]),
    ];
    if (last !== undefined && last.key.every((part, at) => part === key[at])) return last.findings;
    const found =
      rules.length > MAX_LOOKED_AT
        ? TOO_MANY
        : [...lint(rules, chains, known, new LintWork(QUICK_WORK)), ...openShells(rules)];
    last = { key, findings: byRule(found) };
    return last.findings;
  };
}

export function viewHandlers({ settings, index, clock, pins, names }: ViewParts): ViewHandlers {
  const row = (rule: Rule, findings: readonly string[]): RuleRow => ({
    rule,
    ...shownRule(rule),
    findings: [...findings],
    from: SUGGESTED.test(rule.id) ? 'suggestion' : 'person',
  });
  const looked = findingsOf();
  return {
    'policy.view': (): PolicyView => {
      const now = settings.read();
      const { rules, chains, connectors, newItems, policyBefore } = now;
      const found = looked(now, names());
      const of = (id: string | undefined): readonly string[] => found.get(id) ?? [];
      return {
        rules: rules.map((rule) => row(rule, of(rule.id))),
        chains: chains.map((chain): ChainRow => ({ chain, ...shownChain(chain), findings: [...of(chain.id)] })),
        findings: [...of(undefined)],
        connectors: connectors.map(({ name, default: mode, enabled }) => ({ name, default: mode, enabled })),
        newItems,
        canUndo: policyBefore !== null,
      };
    },
    'policy.decided': async (): Promise<DecidedCounts> => {
      const since = new Date(clock().getTime() - DECIDED_DAYS * 86_400_000).toISOString();
      const { calls, isCut, rules } = await index.decided({ since, limit: DECIDED_CALLS });
      return { since, calls, isCut, rules: [...rules] };
    },
    'policy.names': () => {
      const { connectors, hub } = settings.read();
      const all = [...connectors.map(({ name }) => name), ...hub.configs.map(({ name }) => name)];
      const known = Map.groupBy(pins.list().slice(0, MAX_NAMES), ({ connector }) => connector);
      return {
        connectors: all.map((name) => {
          const of = (kind: 'tool' | 'prompt'): string[] =>
            (known.get(name) ?? []).flatMap((pin) => (pin.kind === kind ? [pin.name] : [])).toSorted();
          return { name, tools: of('tool'), prompts: of('prompt') };
        }),
      };
    },
  };
}
