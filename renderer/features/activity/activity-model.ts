import type { LogEntry } from '../../../preload/contract/audit.ts';
import type { Tone } from '../../ui/badge.tsx';

export type Decision = 'allowed' | 'denied' | 'asked' | 'withheld' | 'failed';

export const DECISION_TONES: Readonly<Record<Decision, Tone>> = {
  allowed: 'good',
  denied: 'bad',
  asked: 'warn',
  withheld: 'bad',
  failed: 'plain',
};

const FAILED = new Set(['error', 'failed', 'unknown']);

/** A person was asked about this call, whatever came of it. */
function wasAsked(entry: LogEntry): boolean {
  return entry.effect === 'ask' || entry.code?.startsWith('approval_') === true;
}

/**
 * What the row says. A refusal comes first: a call that was asked about and refused is denied. A tool that answered
 * with an error of its own was allowed; `failed` is a call that should have been answered and was not.
 */
export function decisionOf(entry: LogEntry): Decision {
  if (entry.outcome === 'refused' || entry.effect === 'deny') return 'denied';
  if (entry.outcome === 'withheld') return 'withheld';
  if (entry.outcome !== undefined && FAILED.has(entry.outcome)) return 'failed';
  return wasAsked(entry) ? 'asked' : 'allowed';
}

export const FILTERS = ['all', 'denied', 'asked'] as const;
export type Filter = (typeof FILTERS)[number];

export function matchesFilter(entry: LogEntry, filter: Filter): boolean {
  if (filter === 'all') return true;
  return filter === 'denied' ? isKept(entry) : wasAsked(entry);
}

/** The call was refused, or its answer was kept from the client. */
function isKept(entry: LogEntry): boolean {
  const decision = decisionOf(entry);
  return decision === 'denied' || decision === 'withheld';
}

/** Calls only: events of the companion are not calls. */
export function callsOf(entries: readonly LogEntry[]): LogEntry[] {
  return entries.filter((entry) => entry.kind === 'call');
}

export interface Totals {
  readonly calls: number;
  readonly denied: number;
  readonly asked: number;
  readonly failed: number;
}

export function totalsOf(calls: readonly LogEntry[]): Totals {
  return {
    calls: calls.length,
    denied: calls.filter(isKept).length,
    asked: calls.filter(wasAsked).length,
    failed: calls.filter((call) => decisionOf(call) === 'failed').length,
  };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  ok: 'The server answered.',
  tool_error: 'The server answered with an error of the tool.',
  error: 'The server answered with a protocol error.',
  refused: 'It never left the companion.',
  failed: 'The server ended or broke the protocol.',
  cancelled: 'The client took it back.',
  withheld: 'The server answered, and its answer was kept from the client.',
  unknown: 'The companion ended before it knew.',
};

/** What `cancelled` and the rest do not say by themselves. */
const ERRORS: Readonly<Record<string, string>> = {
  input_not_given: 'The server asked for input that did not come.',
  guard_block: 'The guard kept it back.',
  guard_unscannable: 'It could not be looked at in time, so it was kept back.',
  lockdown: 'A person stopped all calls.',
};

export function outcomeText(entry: LogEntry): string {
  if (entry.outcome === undefined) return entry.effect === 'ask' ? 'It waits for an answer.' : 'It is under way.';
  const text = ERRORS[entry.errorType ?? ''] ?? OUTCOMES[entry.outcome] ?? entry.outcome;
  return entry.errorType === undefined ? text : `${text} (${entry.errorType})`;
}

const ACTIONS = { off: 'noted', alert: 'noted', mask: 'masked', block: 'blocked' } as const;

/** What the guard found, once each: `secret (aws-access-key-id), masked`. Never what it was. */
export function findingsOf(entry: LogEntry): string[] {
  const all = (entry.findings ?? []).map(
    ({ category, rule, action }) => `${category.replaceAll('_', ' ')} (${rule}), ${ACTIONS[action]}`,
  );
  return [...new Set(all)];
}

const DECIDERS: Readonly<Record<string, string>> = {
  tenant: 'the tenant',
  local: 'a rule or default on this machine',
  pin: 'a pin',
  guard: 'the guard',
  approval: 'a person',
  engine: 'the companion itself',
};

export function deciderText(entry: LogEntry): string {
  const by = entry.decidedBy === undefined ? undefined : (DECIDERS[entry.decidedBy] ?? entry.decidedBy);
  return [by, entry.code].filter((part) => part !== undefined).join(' · ') || '–';
}

/** What the call was about: its tool, or its method where it names no tool. */
export function subjectOf(entry: LogEntry): string {
  return entry.tool ?? entry.method ?? entry.event ?? '–';
}

/** How often it was tried; undefined where once, as almost always. */
export function attemptsOf(entry: LogEntry): string | undefined {
  return entry.attempts === undefined ? undefined : `${entry.attempts} attempts`;
}

export function durationOf(entry: LogEntry): string {
  const ms = entry.durationMs;
  if (ms === undefined) return '–';
  if (ms < 1) return '< 1 ms';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}
