/** Past calls under other rules: which of them would be decided otherwise, call by call. Nothing is changed. */
import {
  DecisionCode,
  Effect,
  type Chain,
  type DefaultMode,
  type LogEntry,
  type ReplayReport,
  type Rule,
  type RuleSet,
} from '../../preload/contract/index.ts';
import type { JsonObject } from '../../preload/contract/json.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { PathReader } from '../policy/path-test.ts';
import { toolFacts } from '../policy/read-only.ts';
import { replayOf, type Candidate, type RecordedCall } from '../policy/replay.ts';
import type { Settings } from '../settings/schema.ts';
import { inTurns, recordedCalls } from './recorded-calls.ts';

export interface ReplayParts {
  readonly settings: { read(): Settings };
  readonly index: Pick<AuditIndex, 'calls'>;
  /** How conditions read paths on this machine. */
  readonly paths: PathReader | undefined;
  /** A tool as the connector was last seen to define it; undefined where nobody knows. */
  readonly definitionOf: (connector: string, tool: string) => JsonObject | undefined;
}

export interface ReplayInput {
  readonly since: string;
  /** All where absent. */
  readonly connectors?: readonly string[] | undefined;
  readonly rules: readonly Rule[];
  readonly chains: readonly Chain[];
  /** `now`: what it is today. */
  readonly defaultOf: (connector: string, now: DefaultMode) => DefaultMode;
}

export type ReplayHistory = (input: ReplayInput) => Promise<ReplayReport>;

/** Rules looked at, at the most, before everything else has its turn. */
const RULES_A_TURN = 2_000;
/** For how long it is looked at all. */
const MAX_MS = 30_000;
const CALLS_A_TURN = 500;
const MAX_CHANGES = 1000;

/** Rules of a set have no ids yet: they are named by their place. */
export function numbered(set: RuleSet, at: string): { readonly rules: Rule[]; readonly chains: Chain[] } {
  return {
    rules: set.rules.map((rule, place) => ({ ...rule, id: `#${place + 1}`, createdAt: at })),
    chains: set.chains.map((chain, place) => ({ ...chain, id: `chain #${place + 1}`, createdAt: at })),
  };
}

function* reported(
  candidate: Candidate,
  calls: readonly RecordedCall[],
  since: string,
): Generator<undefined, ReplayReport> {
  const report: ReplayReport = { since, calls: 0, unknown: 0, same: 0, changes: [], isCut: false };
  const unsure: ReplayReport['changes'] = [];
  // Compiled once: each part would else begin with the cost of all of it.
  const replay = replayOf(candidate);
  const most = Math.max(1, Math.min(CALLS_A_TURN, Math.floor(RULES_A_TURN / (candidate.rules.length + 1))));
  yield undefined;
  const began = performance.now();
  let isStopped = false;
  for (let at = 0; at < calls.length; at += most) {
    isStopped = performance.now() - began > MAX_MS;
    if (isStopped) break;
    const part = replay(calls.slice(at, at + most), MAX_CHANGES);
    report.calls += part.calls;
    report.unknown += part.unknown;
    report.same += part.same;
    report.changes.push(...part.changes.filter(({ after }) => after !== 'unknown'));
    unsure.push(...part.changes.filter(({ after }) => after === 'unknown'));
    yield undefined;
  }
  const all = [...report.changes, ...unsure];
  return { ...report, changes: all.slice(0, MAX_CHANGES), isCut: isStopped || all.length > MAX_CHANGES };
}

/** Undefined for what is no call of a tool, and for a call whose decision is not known any more. */
export function recordedCall(entry: LogEntry, definitionOf: ReplayParts['definitionOf']): RecordedCall | undefined {
  const { kind, connector, tool, method, origin } = entry;
  const effect = Effect.safeParse(entry.effect);
  const code = DecisionCode.safeParse(entry.code);
  if (kind !== 'call' || method !== 'tools/call') return undefined;
  if (connector === undefined || tool === undefined || origin === 'tenant') return undefined;
  if (!effect.success || !code.success) return undefined;
  const definition = definitionOf(connector, tool);
  return {
    time: entry.time,
    connector,
    client: { name: entry.client, isProven: false },
    tool,
    decision: { effect: effect.data, code: code.data },
    arguments: entry.arguments,
    facts: definition === undefined ? undefined : toolFacts(tool, definition),
  };
}

export function replayHistory({ settings, index, paths, definitionOf }: ReplayParts): ReplayHistory {
  return async ({ since, connectors, rules, chains, defaultOf }) => {
    const entries = await recordedCalls(index, since);
    const calls = entries.flatMap((entry) => {
      const call = recordedCall(entry, definitionOf);
      return call === undefined || (connectors !== undefined && !connectors.includes(call.connector)) ? [] : [call];
    });
    const modes = new Map(settings.read().connectors.map((connector) => [connector.name, connector.default]));
    const candidate: Candidate = {
      rules,
      chains,
      // A connector that is gone is denied whatever the rules say.
      defaultOf: (name) => defaultOf(name, modes.get(name) ?? 'deny'),
      paths,
    };
    return inTurns(reported(candidate, calls, since));
  };
}
