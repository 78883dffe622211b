// Answers what the activity page asks: windows of the list, its chart, single entries, sessions, parts of an export.
import { Buffer } from 'node:buffer';
import type { DatabaseSync } from 'node:sqlite';
import type {
  ActivityCounts,
  ActivityFilter,
  ActivityHistogram,
  ActivityRow,
} from '../../../preload/contract/activity.ts';
import type { LogEntry } from '../../../preload/contract/audit.ts';
import { assertNever } from '../../../preload/contract/failure.ts';
import { aboutOf } from '../about.ts';
import { classOf, DECISION_CLASSES } from '../decision-class.ts';
import { exportLine } from '../export-text.ts';
import type { ActivityAnswer, ActivityRequest, ExportPosition, KeptEntry } from './activity-protocol.ts';
import { createColumnStore, firstAtOrAfter, type Columns } from './index-columns.ts';
import { classAt, createMatcher, type Matches } from './index-matches.ts';
import { readOutcome, readRecord, toEntry } from './index-query.ts';

type Asked<O extends ActivityRequest['op']> = Extract<ActivityRequest, { readonly op: O }>;

/** Everything is answered as the tables are now. Throws SQLite's errors. */
export function createActivity(database: DatabaseSync): (request: ActivityRequest) => ActivityAnswer {
  const store = createColumnStore(database);
  const matcher = createMatcher();
  const byRow = database.prepare('SELECT record, latest, outcome FROM entry WHERE row = ?');
  const byId = database.prepare('SELECT record, latest, outcome FROM entry WHERE id = ?');

  const entryAt = (columns: Columns, at: number): LogEntry | undefined => {
    const row = byRow.get(columns.row[at] ?? 0);
    return row === undefined ? undefined : toEntry(row);
  };

  const window = ({ filter, offset, limit, of }: Asked<'window'>): ActivityAnswer => {
    const columns = store.current();
    const matches = matcher.of(columns, filter);
    // Counted from the oldest end, what came in since moves nothing.
    const counted = Math.min(of ?? matches.length, matches.length);
    const rows: ActivityRow[] = [];
    for (let back = offset; back < Math.min(offset + limit, counted); back += 1) {
      const entry = entryAt(columns, matches[counted - 1 - back] ?? 0);
      if (entry !== undefined) rows.push(toRow(entry));
    }
    return { op: 'window', rows, total: matches.length, of: counted };
  };

  const kept = (id: string): KeptEntry | undefined => {
    const row = byId.get(id);
    const entry = row === undefined ? undefined : toEntry(row);
    if (row === undefined || entry === undefined) return undefined;
    const record = readRecord(row['record']);
    const latest = readRecord(row['latest']);
    return {
      entry,
      intent: record?.kind === 'intent' ? record : undefined,
      latest: latest?.kind === 'intent' ? latest : undefined,
      outcome: readOutcome(row['outcome']),
      event: record?.kind === 'event' ? record : undefined,
    };
  };

  const session = ({ session, around, limit }: Asked<'session'>): ActivityAnswer => {
    const columns = store.current();
    const matches = matcher.of(columns, sessionFilter(session));
    const entries: LogEntry[] = [];
    let middle = 0;
    if (around !== undefined) {
      const row = Number(database.prepare('SELECT row FROM entry WHERE id = ?').get(around)?.['row'] ?? 0);
      middle = Math.max(
        0,
        matches.findIndex((at) => columns.row[at] === row),
      );
    }
    // Most of what explains a call came before it.
    const first = Math.max(0, Math.min(middle - Math.floor((limit * 3) / 4), matches.length - limit));
    for (const at of matches.subarray(first, first + limit)) {
      const entry = entryAt(columns, at);
      if (entry !== undefined) entries.push(entry);
    }
    return { op: 'session', entries, before: first, after: Math.max(0, matches.length - first - limit) };
  };

  const part = ({ filter, format, after, limit }: Asked<'export'>): ActivityAnswer => {
    const columns = store.current();
    const matches = matcher.of(columns, filter);
    const end = after === undefined ? matches.length : firstBehind(columns, matches, after);
    const start = Math.max(0, end - limit);
    let text = '';
    for (let index = end - 1; index >= start; index -= 1) {
      const entry = entryAt(columns, matches[index] ?? 0);
      if (entry !== undefined) text += exportLine(entry, format);
    }
    const next = start === 0 ? undefined : positionAt(columns, matches[start] ?? 0);
    return { op: 'export', bytes: Buffer.from(text, 'utf8'), rows: end - start, total: matches.length, next };
  };

  const answer = (request: ActivityRequest): ActivityAnswer => {
    switch (request.op) {
      case 'window':
        return window(request);
      case 'histogram': {
        const columns = store.current();
        return { op: 'histogram', histogram: histogramOf(columns, matcher.of(columns, request.filter), request) };
      }
      case 'values':
        return { op: 'values', values: valuesOf(store.current()) };
      case 'entry':
        return { op: 'entry', kept: kept(request.id) };
      case 'session':
        return session(request);
      case 'export':
        return part(request);
      default:
        return assertNever(request);
    }
  };

  return (request) => {
    // It only reads: another process may drop entries meanwhile, and give their numbers to others.
    database.exec('BEGIN');
    try {
      return answer(request);
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  };
}

function sessionFilter(session: string): ActivityFilter {
  return { text: '', show: 'all', events: false, session };
}

function toRow(entry: LogEntry): ActivityRow {
  const { arguments: shape, ...row } = entry;
  const { kind, effect = null, code = null, outcome } = entry;
  const about = aboutOf(shape);
  return { ...row, decision: classOf({ kind, effect, code }, outcome), ...(about === undefined ? {} : { about }) };
}

function positionAt({ time, seq, row }: Columns, at: number): ExportPosition {
  return { time: time[at] ?? 0, seq: seq[at] ?? 0, row: row[at] ?? 0 };
}

/** How many of the matches come before a position. */
function firstBehind(columns: Columns, matches: Matches, after: ExportPosition): number {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { time, seq, row } = positionAt(columns, matches[middle] ?? 0);
    const order = time - after.time || seq - after.seq || row - after.row;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const COUNTED: Readonly<Record<(typeof DECISION_CLASSES)[number], keyof ActivityCounts | undefined>> = {
  allowed: 'allowed',
  denied: 'denied',
  withheld: 'denied',
  failed: 'failed',
  asked: 'asked',
  event: undefined,
};
const COUNT_NAMES = ['allowed', 'denied', 'asked', 'failed'] as const;
/** By class; -1 where it is not counted. */
const COUNT_OF = DECISION_CLASSES.map((name) => COUNT_NAMES.findIndex((counted) => counted === COUNTED[name]));

function histogramOf(columns: Columns, matches: Matches, { from, to, buckets }: Asked<'histogram'>): ActivityHistogram {
  const { time } = columns;
  const oldest = matches[0];
  const newest = matches.at(-1);
  const start = from === undefined ? (oldest === undefined ? undefined : time[oldest]) : Date.parse(from);
  // The newest one is within, too.
  const end = to === undefined ? (newest === undefined ? undefined : (time[newest] ?? 0) + 1) : Date.parse(to);
  if (start === undefined || end === undefined || end <= start)
    return { from: null, to: null, buckets: [], counts: countsAt(new Uint32Array(4), 0) };
  const width = (end - start) / buckets;
  const counts = new Uint32Array(buckets * 4);
  const totals = new Uint32Array(4);
  const endAt = firstAtOrAfter(columns, end);
  for (let index = firstMatchFrom(matches, firstAtOrAfter(columns, start)); index < matches.length; index += 1) {
    const at = matches[index] ?? 0;
    if (at >= endAt) break;
    const counted = COUNT_OF[classAt(columns, at)] ?? -1;
    if (counted === -1) continue;
    const place = Math.min(buckets - 1, Math.floor(((time[at] ?? 0) - start) / width)) * 4 + counted;
    counts[place] = (counts[place] ?? 0) + 1;
    totals[counted] = (totals[counted] ?? 0) + 1;
  }
  return {
    from: new Date(start).toISOString(),
    to: new Date(end).toISOString(),
    buckets: Array.from({ length: buckets }, (_, bucket) => countsAt(counts, bucket)),
    counts: countsAt(totals, 0),
  };
}

function firstMatchFrom(matches: Matches, position: number): number {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((matches[middle] ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countsAt(counts: Uint32Array, bucket: number): ActivityCounts {
  const [allowed = 0, denied = 0, asked = 0, failed = 0] = counts.subarray(bucket * 4, bucket * 4 + 4);
  return { allowed, denied, asked, failed };
}

/** More of them nobody picks from a list; the search finds them. */
const MAX_VALUES = 1000;

function valuesOf({ terms }: Columns): { connectors: string[]; clients: string[] } {
  const facets = [...terms.facets.values()];
  const distinct = (values: readonly (string | null)[]): string[] =>
    [...new Set(values)]
      .filter((value) => value !== null)
      .sort()
      .slice(0, MAX_VALUES);
  return {
    connectors: distinct(facets.map(({ connector }) => connector)),
    clients: distinct(facets.map(({ client }) => client)),
  };
}
