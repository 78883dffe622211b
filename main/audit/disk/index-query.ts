import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { EventRecord, IntentRecord, LogEntry, LogFilter, OutcomeRecord } from '../../../preload/contract/audit.ts';
import { eventToLogEntry, outcomeToLogEntry, toLogEntry } from '../log-entry.ts';
import type { CallPage, CallPageRequest, UnfinishedRequest } from './index-protocol.ts';
import { BLOCKED } from './index-schema.ts';

/** The newest entries that pass the filter, newest first. The rows were parsed when they were indexed. */
export function queryEntries(database: DatabaseSync, filter: LogFilter): LogEntry[] {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const where = (condition: string, ...value: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...value);
  };
  // `blocked` and `tool` speak of calls only.
  if (filter.events !== true || filter.blocked === true || filter.tool !== undefined) where(`kind = 'call'`);
  if (filter.connector !== undefined) where('connector = ?', filter.connector);
  if (filter.tool !== undefined) where('tool = ?', filter.tool);
  if (filter.blocked === true) where(BLOCKED);
  // Records carry milliseconds; a `since` without them would sort after the very millisecond it names.
  if (filter.since !== undefined) where('time >= ?', new Date(filter.since).toISOString());
  const rows = database
    .prepare(
      `SELECT kind, record, latest, outcome FROM entry ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
       ORDER BY time DESC, seq DESC LIMIT ?`,
    )
    .all(...values, filter.limit);
  return rows.flatMap((row) => toEntry(row) ?? []);
}

/** Calls since a moment, the newest first, from behind `after` on. */
export function pageOfCalls(database: DatabaseSync, { since, after, limit }: CallPageRequest): CallPage {
  const rows = database
    .prepare(
      `SELECT id, kind, time, seq, record, latest, outcome FROM entry
       WHERE kind = 'call' AND time >= ? ${after === undefined ? '' : 'AND (time, seq, id) < (?, ?, ?)'}
       ORDER BY time DESC, seq DESC, id DESC LIMIT ?`,
    )
    .all(new Date(since).toISOString(), ...(after === undefined ? [] : [after.time, after.seq, after.id]), limit);
  const last = rows.at(-1);
  return {
    entries: rows.flatMap((row) => toEntry(row) ?? []),
    next:
      last === undefined || rows.length < limit
        ? undefined
        : { time: String(last['time']), seq: Number(last['seq']), id: String(last['id']) },
  };
}

/** The call of this id, with its outcome where it has one. */
export function callById(database: DatabaseSync, id: string): LogEntry | undefined {
  const row = database
    .prepare(`SELECT kind, record, latest, outcome FROM entry WHERE id = ? AND kind = 'call'`)
    .get(id);
  return row === undefined ? undefined : toEntry(row);
}

/** Events of one name, the newest first. */
export function latestEvents(database: DatabaseSync, event: EventRecord['event'], limit: number): EventRecord[] {
  return database
    .prepare(
      `SELECT record FROM entry WHERE kind = 'event' AND json_extract(record, '$.event') = ?
       ORDER BY time DESC, seq DESC LIMIT ?`,
    )
    .all(event, limit)
    .flatMap(({ record }) => {
      const read = readRecord(record);
      return read?.kind === 'event' ? [read] : [];
    });
}

/** The first intent of each call without an outcome, oldest first. */
export function unfinishedIntents(database: DatabaseSync, { except }: UnfinishedRequest): IntentRecord[] {
  return database
    .prepare(
      `SELECT record FROM entry WHERE kind = 'call' AND outcome IS NULL
       AND NOT EXISTS (SELECT 1 FROM json_each(?) WHERE chain = value ->> 'chain' AND seq >= value ->> 'seq')
       ORDER BY time, seq`,
    )
    .all(JSON.stringify(except))
    .flatMap(({ record }) => {
      const intent = readRecord(record);
      return intent?.kind === 'intent' ? [intent] : [];
    });
}

export function toEntry(row: Record<string, unknown>): LogEntry | undefined {
  const record = readRecord(row['record']);
  const outcome = readOutcome(row['outcome']);
  if (record?.kind === 'event') return eventToLogEntry(record);
  if (record !== undefined) {
    const latest = readRecord(row['latest']);
    return toLogEntry(record, outcome, latest?.kind === 'intent' ? latest : record);
  }
  return outcome === undefined ? undefined : outcomeToLogEntry(outcome);
}

// Both columns passed the audit schema before they were stored.

export function readRecord(column: unknown): IntentRecord | EventRecord | undefined {
  if (typeof column !== 'string') return undefined;
  const record: IntentRecord | EventRecord = JSON.parse(column);
  return record;
}

export function readOutcome(column: unknown): OutcomeRecord | undefined {
  if (typeof column !== 'string') return undefined;
  const outcome: OutcomeRecord = JSON.parse(column);
  return outcome;
}
