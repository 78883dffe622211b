/**
 * The smallest rule set that would have allowed what was done: one allow rule for each thing that was used, narrowed to what its
 * arguments had in common, and "ask" for everything else. Every deny and ask rule and every chain stays. Nothing is proposed that
 * the engine does not confirm on the recorded calls: each rule allows what it was made for, and nothing that was refused.
 */
import { createHash } from 'node:crypto';
import { Rule, type Chain, type Condition, type DefaultMode, type NewRule } from '../../../preload/contract/index.ts';
import { globMatches } from '../glob.ts';
import { stricter } from '../strictness.ts';
import { sameCallKey, type PastCall } from './history.ts';
import { isKeptWhole, proposedConditions } from './narrow.ts';
import { MAX_RULE_BYTES, ruleBytes, ruleContent } from './rule-content.ts';
import { runsThings } from './runs-things.ts';

export interface RuleBase {
  readonly rules: readonly Rule[];
  readonly chains: readonly Chain[];
  readonly defaultOf: (connector: string) => DefaultMode;
}

/** `unknown`: a value that was not kept would decide. */
export type PastEffect = 'allow' | 'ask' | 'deny' | 'unknown';

export interface ProposeParts {
  /** Of the period, in any order. */
  readonly calls: readonly PastCall[];
  readonly rules: readonly Rule[];
  readonly chains: readonly Chain[];
  readonly connectors: readonly { readonly name: string; readonly default: DefaultMode }[];
  /** Names that rules can be about and that are not looked at, such as hub configs: an allow rule that reaches one stays. */
  readonly others?: readonly string[];
  /** Names of those to look at; all where absent. */
  readonly only?: readonly string[] | undefined;
  readonly home: string | undefined;
  /** Tools that a connector is known to offer; undefined where nobody knows. */
  readonly knownTools: (connector: string) => readonly string[] | undefined;
  /** What the engine says of a call under these rules. */
  readonly decider: (base: RuleBase) => (call: PastCall) => PastEffect;
  /** When the rules are said to be made. */
  readonly at: string;
}

export interface Proposal {
  /** Digest of what it would change. */
  readonly id: string;
  readonly rules: readonly { readonly rule: Rule; readonly calls: number; readonly clients: readonly string[] }[];
  readonly defaults: readonly { readonly connector: string; readonly from: DefaultMode; readonly to: DefaultMode }[];
  readonly dropped: readonly Rule[];
  readonly unusedTools: readonly { readonly connector: string; readonly tools: readonly string[] }[];
  /** All rules, as they would be. */
  readonly next: readonly Rule[];
  /** It is all in force already, or there is nothing to propose. */
  readonly isEmpty: boolean;
}

const MAX_PROPOSED = 1000;

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

function allowRule(call: PastCall, when: Condition | undefined, at: string): Rule {
  const { connector, kind, name } = call;
  const rule: NewRule = { effect: 'allow', connector, [kind]: name, ...(when === undefined ? {} : { when }) };
  return { id: `s${digest(ruleContent(rule)).slice(0, 10)}`, ...rule, createdAt: at };
}

/** Of calls that were both made and refused, what was last counts; a question that nobody answered counts for nothing there. */
function settled(calls: readonly PastCall[]): { readonly made: PastCall[]; readonly refused: PastCall[] } {
  const made: PastCall[] = [];
  const refused: PastCall[] = [];
  for (const same of Map.groupBy(calls, sameCallKey).values()) {
    const yes = same.filter(({ fate }) => fate === 'made');
    const no = same.filter(({ fate }) => fate === 'refused');
    const answered = no.filter(({ isAnswered }) => isAnswered);
    const last = (some: readonly PastCall[]): string => some.reduce((max, { time }) => (time > max ? time : max), '');
    if (yes.length === 0) refused.push(...no);
    else if (answered.length === 0 || last(yes) > last(answered)) made.push(...yes);
    else refused.push(...answered);
  }
  return { made, refused };
}

/** One of each that the engine could tell apart. */
function distinct(calls: readonly PastCall[]): PastCall[] {
  return [...new Map(calls.map((call) => [`${sameCallKey(call)} ${call.client ?? ''}`, call])).values()];
}

/** Paths are looked up in the file system: so many of them are no turn that others would notice. */
const CALLS_A_TURN = 40;

type Turns<T> = Generator<undefined, T>;

function* effectsOf(decide: (call: PastCall) => PastEffect, calls: readonly PastCall[]): Turns<PastEffect[]> {
  const effects: PastEffect[] = [];
  yield undefined;
  for (const call of calls) {
    if (effects.length % CALLS_A_TURN === CALLS_A_TURN - 1) yield undefined;
    effects.push(decide(call));
  }
  return effects;
}

interface Found {
  readonly rule: Rule | undefined;
  readonly covered: readonly PastCall[];
}

/** The rule for one thing that was used, with the calls that it allows; undefined where there can be none. */
function* ruleFor(calls: readonly PastCall[], kept: RuleBase, parts: ProposeParts): Turns<Found> {
  const { made, refused } = settled(calls);
  const [first] = made;
  const none: Found = { rule: undefined, covered: [] };
  // A name with a wildcard in it cannot be named alone, and one that fits no rule not at all.
  if (first === undefined || /[*?]/.test(first.name)) return none;
  const whole = allowRule(first, undefined, parts.at);
  if (!Rule.safeParse(whole).success) return none;
  const one = distinct(made);
  const no = distinct(refused);
  const effects = (rules: readonly Rule[], some: readonly PastCall[]): Turns<PastEffect[]> =>
    effectsOf(parts.decider({ ...kept, rules: [...kept.rules, ...rules] }), some);
  const before = yield* effects([], one);
  const open = one.filter((_call, at) => before[at] !== 'allow');
  if (open.length === 0) return { rule: undefined, covered: made };
  const possible = yield* effects([whole], open);
  const wanted = new Set(open.filter((_call, at) => possible[at] === 'allow').map(sameCallKey));
  if (wanted.size === 0) return none;
  // What nobody knows the arguments of is left to asking.
  const covered = made.filter((call) => wanted.has(sameCallKey(call)) && isKeptWhole(call.arguments));
  if (covered.length === 0) return none;
  yield undefined;
  const conditions = proposedConditions(
    covered.map((call) => call.arguments),
    parts.home,
    first.kind === 'tool' && runsThings(first.name),
  );
  for (const when of conditions) {
    const rule = allowRule(first, when, parts.at);
    if (!Rule.safeParse(rule).success || ruleBytes(rule) > MAX_RULE_BYTES) continue;
    const yes = yield* effects([rule], distinct(covered));
    if (!yes.every((effect) => effect === 'allow')) continue;
    const refusals = yield* effects([rule], no);
    if (refusals.every((effect) => effect === 'ask' || effect === 'deny')) return { rule, covered };
  }
  return none;
}

/** Yields between one thing and the next, so that whoever runs it can let others have a turn. */
export function* propose(parts: ProposeParts): Turns<Proposal> {
  const { rules, chains, connectors, only } = parts;
  const scope = connectors.filter(({ name }) => only === undefined || only.includes(name));
  const inScope = new Set(scope.map(({ name }) => name));
  const elsewhere = [
    ...connectors.map(({ name }) => name).filter((name) => !inScope.has(name)),
    ...(parts.others ?? []),
  ];
  // A rule for one client holds for a proven one alone, and one that reaches further is not about what is looked at.
  const goes = (rule: Rule): boolean =>
    rule.effect === 'allow' &&
    rule.client === undefined &&
    !elsewhere.some((name) => globMatches(rule.connector, name));
  const stays = rules.filter((rule) => !goes(rule));
  const ofOneClient = new Set(
    stays.filter(({ effect, client }) => effect === 'allow' && client !== undefined).map(({ id }) => id),
  );
  const existing = new Map(rules.map((rule) => [ruleContent(rule), rule]));

  const proposed: { rule: Rule; calls: number; clients: readonly string[] }[] = [];
  const defaults: { connector: string; from: DefaultMode; to: DefaultMode }[] = [];
  const locked = new Set<string>();
  const calls = parts.calls.filter(({ connector, ruleId }) => inScope.has(connector) && !ofOneClient.has(ruleId ?? ''));
  const byConnector = Map.groupBy(calls, ({ connector }) => connector);
  for (const { name, default: from } of scope.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const to = stricter(from, 'ask');
    const kept: RuleBase = { rules: stays, chains, defaultOf: () => to };
    const things = Map.groupBy(byConnector.get(name) ?? [], (call) => `${call.kind} ${call.name}`);
    for (const [, thing] of [...things].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      yield undefined;
      const { rule, covered } = yield* ruleFor(thing, kept, parts);
      if (covered.length > 0) locked.add(name);
      if (rule === undefined || proposed.length >= MAX_PROPOSED) continue;
      const clients = [...new Set(covered.flatMap(({ client }) => client ?? []))].toSorted();
      proposed.push({ rule: existing.get(ruleContent(rule)) ?? rule, calls: covered.length, clients });
    }
    if (locked.has(name) && from !== to) defaults.push({ connector: name, from, to });
  }

  const wanted = new Set(proposed.map(({ rule }) => rule.id));
  const present = new Set(rules.map(({ id }) => id));
  const dropped = rules.filter(
    (rule) =>
      goes(rule) && !wanted.has(rule.id) && [...locked].some((connector) => globMatches(rule.connector, connector)),
  );
  const gone = new Set(dropped.map(({ id }) => id));
  const added = proposed.map(({ rule }) => rule).filter(({ id }) => !present.has(id));
  return {
    id: digest([added.map(ruleContent), [...gone].toSorted(), defaults]).slice(0, 16),
    rules: proposed,
    defaults,
    dropped,
    unusedTools: scope.flatMap(({ name }) => unusedTools(name, byConnector.get(name) ?? [], parts.knownTools(name))),
    next: [...rules.filter(({ id }) => !gone.has(id)), ...added],
    isEmpty: added.length === 0 && dropped.length === 0 && defaults.length === 0,
  };
}

function unusedTools(
  connector: string,
  calls: readonly PastCall[],
  known: readonly string[] | undefined,
): { connector: string; tools: readonly string[] }[] {
  const used = new Set(calls.filter(({ kind }) => kind === 'tool').map(({ name }) => name));
  const tools = (known ?? []).filter((tool) => !used.has(tool)).toSorted();
  return tools.length === 0 ? [] : [{ connector, tools }];
}
