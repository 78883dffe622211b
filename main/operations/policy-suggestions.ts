/**
 * Learn, then lock: what was used becomes rules, everything else is asked about, in one write that one step takes back. A
 * suggestion is made anew when it is put in force, and refused where it would be another one than was shown.
 */
import {
  CompanionError,
  type Chain,
  type DefaultMode,
  type OperationInput,
  type Rule,
  type Suggestion,
} from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import { pastCall } from '../policy/suggest/history.ts';
import { propose, type Proposal, type ProposeParts } from '../policy/suggest/propose.ts';
import { stricter } from '../policy/strictness.ts';
import type { PolicyBefore, Settings } from '../settings/schema.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers } from './dispatch.ts';
import type { ReplayHistory } from './policy-replay.ts';
import { inTurns, recordedCalls } from './recorded-calls.ts';

export interface SuggestionParts {
  readonly settings: SettingsStore;
  readonly index: Pick<AuditIndex, 'calls'>;
  readonly clock: () => Date;
  /** The person's home folder. */
  readonly home: string | undefined;
  readonly knownTools: ProposeParts['knownTools'];
  readonly decider: ProposeParts['decider'];
  readonly sentence: (rule: Rule) => string;
  readonly replay: ReplayHistory;
}

type Input = OperationInput<'policy.suggest'>;

const REMEMBERED = 8;

const misuse = (code: string, message: string, next: string): CompanionError =>
  new CompanionError(code, message, next, { exitCode: 2 });

function withDefaults(settings: Settings, defaults: ReadonlyMap<string, DefaultMode>): Settings['connectors'] {
  return settings.connectors.map((connector) => ({
    ...connector,
    default: defaults.get(connector.name) ?? connector.default,
  }));
}

/** As far as a suggestion is made of it. */
function whatDecides({ rules, chains, connectors }: Settings): string {
  return JSON.stringify([rules, chains, connectors.map(({ name, default: mode, enabled }) => [name, mode, enabled])]);
}

/** What was before, with what was tightened since: deny and ask rules and chains that were added, defaults that were changed. */
export function undone(now: Settings, before: PolicyBefore): Settings {
  const known = new Set([...before.rules, ...before.chains].map(({ id }) => id));
  const rules: Rule[] = now.rules.filter(({ id, effect }) => effect !== 'allow' && !known.has(id));
  const chains: Chain[] = now.chains.filter(({ id }) => !known.has(id));
  const back = now.connectors.flatMap(({ name, default: mode, createdAt }) => {
    const old = Object.hasOwn(before.defaults, name) ? before.defaults[name] : undefined;
    // Another connector of that name, or another default, was chosen after it.
    const isAsApplied = old !== undefined && mode === stricter(old, 'ask') && createdAt <= before.at;
    return isAsApplied ? [[name, old] as const] : [];
  });
  return {
    ...now,
    rules: [...before.rules, ...rules],
    chains: [...before.chains, ...chains],
    connectors: withDefaults(now, new Map(back)),
    policyBefore: null,
  };
}

export type SuggestionHandlers = Pick<Handlers, 'policy.suggest' | 'policy.apply' | 'policy.undoes' | 'policy.undo'>;

export interface Suggestions {
  readonly handlers: SuggestionHandlers;
  /** One that was shown lately. */
  readonly shown: (id: string) => Suggestion | undefined;
}

export function createSuggestions(parts: SuggestionParts): Suggestions {
  const { settings, clock } = parts;
  const shown = new Map<string, Suggestion>();

  const proposal = async ({
    since,
    connectors: only,
  }: Input): Promise<{ made: Proposal; from: Settings; calls: number }> => {
    const from = settings.read();
    const missing = only?.find((name) => !from.connectors.some((connector) => connector.name === name));
    if (missing !== undefined)
      throw misuse('E_CONNECTOR_UNKNOWN', `There is no connector "${missing}".`, 'See "runlayer connectors list".');
    const entries = await recordedCalls(parts.index, since);
    const calls = entries.flatMap((entry) => pastCall(entry) ?? []);
    const made = await inTurns(
      propose({
        calls,
        rules: from.rules,
        chains: from.chains,
        connectors: from.connectors.filter(({ enabled }) => enabled),
        others: from.hub.configs.flatMap(({ name, target }) => ('endpoint' in target ? [name] : [])),
        only,
        home: parts.home,
        knownTools: parts.knownTools,
        decider: parts.decider,
        at: clock().toISOString(),
      }),
    );
    const looked = calls.filter(({ connector }) => only === undefined || only.includes(connector));
    return { made, from, calls: looked.length };
  };

  const suggest = async (input: Input): Promise<Suggestion> => {
    const { made, calls } = await proposal(input);
    const defaults = new Map(made.defaults.map(({ connector, to }) => [connector, to]));
    const suggestion: Suggestion = {
      id: made.id,
      since: input.since,
      calls,
      rules: made.rules.map(({ rule, calls: count, clients }) => ({
        rule,
        sentence: `${parts.sentence(rule)}${clients.length === 0 ? '' : ` So far: ${clients.slice(0, 5).join(', ')}.`}`,
        calls: count,
      })),
      defaults: made.defaults.map((one) => ({ ...one })),
      dropped: [...made.dropped],
      unusedTools: made.unusedTools.map(({ connector, tools }) => ({ connector, tools: [...tools] })),
      replay: await parts.replay({
        since: input.since,
        connectors: input.connectors,
        rules: made.next,
        // They stay as they are, and which of them held is not recorded.
        chains: [],
        defaultOf: (connector, now) => defaults.get(connector) ?? now,
      }),
    };
    shown.delete(made.id);
    shown.set(made.id, suggestion);
    const [oldest] = shown.keys();
    if (shown.size > REMEMBERED && oldest !== undefined) shown.delete(oldest);
    return suggestion;
  };

  const handlers: SuggestionHandlers = {
    'policy.suggest': suggest,
    'policy.apply': async ({ id, ...input }, context) => {
      const { made, from } = await proposal(input);
      if (made.isEmpty)
        throw misuse(
          'E_SUGGESTION_EMPTY',
          'There is nothing to put in force: the rules are what was used already.',
          'See them with "runlayer policy list".',
        );
      // The rules may have been changed while the calls were read.
      if (made.id !== id || whatDecides(settings.read()) !== whatDecides(from))
        throw misuse(
          'E_SUGGESTION_CHANGED',
          'By now the suggestion would be another one; nothing was changed.',
          'Look at the new one with "runlayer policy suggest".',
        );
      const policyBefore: PolicyBefore = {
        rules: [...from.rules],
        chains: [...from.chains],
        defaults: Object.fromEntries(made.defaults.map(({ connector, from: mode }) => [connector, mode])),
        at: clock().toISOString(),
      };
      const defaults = new Map(made.defaults.map(({ connector, to }) => [connector, to]));
      settings.update('policy.apply', context.by, (current) => ({
        ...current,
        rules: [...made.next],
        connectors: withDefaults(current, defaults),
        policyBefore,
      }));
      return { rules: made.rules.length };
    },
    'policy.undoes': () => {
      const now = settings.read();
      if (now.policyBefore === null) return null;
      const { rules, chains, connectors } = undone(now, now.policyBefore);
      return { rules, chains, defaults: Object.fromEntries(connectors.map((one) => [one.name, one.default])) };
    },
    'policy.undo': (_input, context) => {
      const { policyBefore } = settings.read();
      if (policyBefore === null)
        throw misuse(
          'E_NOTHING_TO_UNDO',
          'No suggestion is in force that could be undone.',
          'Change single rules with "runlayer policy remove" and "runlayer policy allow".',
        );
      const next = settings.update('policy.undo', context.by, (current) => undone(current, policyBefore));
      return { rules: next.rules.length };
    },
  };
  return { handlers, shown: (id) => shown.get(id) };
}
