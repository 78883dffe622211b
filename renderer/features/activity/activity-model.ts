import type {
  ActivityCounts,
  ActivityDecision,
  ActivityFilter,
  ActivityRow,
} from '../../../preload/contract/activity.ts';
import type { Tone } from '../../ui/badge.tsx';

export const DECISION_TONES: Readonly<Record<ActivityDecision, Tone>> = {
  allowed: 'good',
  denied: 'bad',
  asked: 'warn',
  withheld: 'bad',
  failed: 'plain',
  event: 'plain',
};

export const SHOWN = ['all', 'denied', 'asked', 'failed'] as const satisfies readonly ActivityFilter['show'][];

export const EMPTY_FILTER: ActivityFilter = { text: '', show: 'all', events: false };

/** Something narrows the list. */
export function isNarrowed(filter: ActivityFilter): boolean {
  const { text, show, events: _, ...rest } = filter;
  return text.trim() !== '' || show !== 'all' || Object.values(rest).some((value) => value !== undefined);
}

/** A member that is undefined is left out: the contract knows none. */
export function withoutUndefined<T extends object>(value: T): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only what was undefined is gone
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/** What a row is about: its tool, or its method where it names no tool, or what happened. */
export function subjectOf(entry: Pick<ActivityRow, 'tool' | 'method' | 'event'>): string {
  return entry.tool ?? entry.method ?? entry.event ?? '–';
}

export function durationText(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms < 1) return '< 1 ms';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}

export function callsIn({ allowed, denied, asked, failed }: ActivityCounts): number {
  return allowed + denied + asked + failed;
}

export const numberText = (value: number): string => value.toLocaleString('en');

/** `1 call`, `12,345 calls`, `12 entries` with events among them. */
export function totalText(total: number, events: boolean): string {
  const [one, more] = events ? ['entry', 'entries'] : ['call', 'calls'];
  return `${numberText(total)} ${total === 1 ? one : more}`;
}

export const PERIODS = [
  { id: 'all', text: 'All time', ms: undefined },
  { id: 'hour', text: 'Last hour', ms: 3_600_000 },
  { id: 'day', text: 'Last 24 hours', ms: 86_400_000 },
  { id: 'week', text: 'Last 7 days', ms: 604_800_000 },
  { id: 'month', text: 'Last 30 days', ms: 2_592_000_000 },
] as const;
export type PeriodId = (typeof PERIODS)[number]['id'] | 'chosen';

/** RFC 3339; undefined for all time. @param now milliseconds since the epoch. */
export function periodSince(id: PeriodId, now: number): string | undefined {
  const ms = PERIODS.find((period) => period.id === id)?.ms;
  return ms === undefined ? undefined : new Date(now - ms).toISOString();
}
