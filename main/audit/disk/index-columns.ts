// The index in memory, by column: for each entry its time, its place and the numbers of its texts, in order of time. A search
// over a million entries reads 30 MB of numbers from beginning to end, a few milliseconds; SQLite is asked for the rows that
// are shown. Loaded by the first search, brought up to date by each one, dropped when nobody searched for a while.
import type { DatabaseSync } from 'node:sqlite';
import { generationOf } from './index-schema.ts';
import { createTermTable, type TermTable } from './index-term-table.ts';

const NUMBERS = ['row', 'facet', 'target', 'reason', 'session', 'ended'] as const;
type NumberName = (typeof NUMBERS)[number];

/** Ascending by time, then by place in the chain, then by row. Only the first `length` of each column counts. */
export interface Columns extends Readonly<Record<NumberName, Uint32Array>> {
  readonly length: number;
  /** Milliseconds since 1970. */
  readonly time: Float64Array;
  readonly seq: Float64Array;
  readonly terms: TermTable;
  /** Another one after each change. */
  readonly version: number;
}

export interface ColumnStore {
  /**
   * As the tables are now, all or nothing. Within a transaction, so that texts and entries are of one moment, and what is looked up
   * by their numbers afterwards too. Throws SQLite's errors.
   */
  current(): Columns;
}

/** In the order of {@link SELECT}. */
type Line = readonly number[];
const [ROW, FACET, REASON, ENDED] = [2, 3, 5, 7] as const;

const SELECT = 'SELECT time, seq, row, facet, target, reason, session, ended FROM entry';
/** Calls that may still change; of more, the older ones are read anew only with everything else. */
const MAX_PENDING = 20_000;
/** More new ones than these are read faster by reading all. */
const MAX_NEW = 200_000;

interface Mutable extends Record<NumberName, Uint32Array> {
  length: number;
  time: Float64Array;
  seq: Float64Array;
  terms: TermTable;
  version: number;
}

/** Undefined where there is no such row. */
function toLine(values: unknown): Line | undefined {
  if (!Array.isArray(values)) return undefined;
  const [time, ...numbers] = values;
  const at = Date.parse(String(time));
  return [Number.isNaN(at) ? 0 : at, ...numbers.map(Number)];
}

export function createColumnStore(database: DatabaseSync): ColumnStore {
  const changesOf = database.prepare('SELECT total_changes() AS own');
  const foreignOf = database.prepare('PRAGMA data_version');
  const inOrder = database.prepare(`${SELECT} ORDER BY time, seq`);
  const newer = database.prepare(`${SELECT} WHERE row > ? ORDER BY time, seq LIMIT ?`);
  const one = database.prepare(`${SELECT} WHERE row = ?`);
  for (const statement of [inOrder, newer, one]) statement.setReturnArrays(true);

  let columns: Mutable | undefined;
  let generation = '';
  let seen = '';
  let lastRow = 0;
  /** Calls that are not whole: without an outcome, with an unknown one, or without their intent. No others change. */
  let pending = new Set<number>();
  let version = 0;

  const state = (): string => `${String(changesOf.get()?.['own'])} ${JSON.stringify(foreignOf.get())}`;

  const note = (line: Line, terms: TermTable): void => {
    const row = line[ROW] ?? 0;
    const ended = line[ENDED] ?? 0;
    // Without a reason: its intent may still come, and bring another time.
    const isOpen = ended === 0 || terms.mayChange(ended) || line[REASON] === 0;
    if (row > lastRow) lastRow = row;
    if (isOpen && terms.facets.get(line[FACET] ?? 0)?.kind === 'call') pending.add(row);
    else pending.delete(row);
  };

  const trimPending = (): void => {
    for (const row of pending) {
      if (pending.size <= MAX_PENDING) return;
      pending.delete(row);
    }
  };

  const load = (): Mutable => {
    const terms = createTermTable(database);
    terms.update();
    pending = new Set();
    lastRow = 0;
    version += 1;
    const fresh = empty(terms, version);
    for (const values of inOrder.iterate()) {
      const line = toLine(values) ?? [];
      append(fresh, line);
      note(line, terms);
    }
    trimPending();
    settle(fresh, 0);
    return fresh;
  };

  const update = (known: Mutable): Mutable => {
    const lines = newer.all(lastRow, MAX_NEW + 1);
    if (lines.length > MAX_NEW) return load();
    known.terms.update();
    for (const row of pending) {
      const line = toLine(one.get(row));
      const at = line === undefined ? -1 : positionOf(known, line);
      // Gone, or at another time than before: everything is read anew.
      if (line === undefined || at === -1) return load();
      put(known, at, line);
      note(line, known.terms);
    }
    const before = known.length;
    for (const values of lines) {
      const line = toLine(values) ?? [];
      append(known, line);
      note(line, known.terms);
    }
    trimPending();
    settle(known, before);
    version += 1;
    known.version = version;
    return known;
  };

  return {
    current() {
      const now = state();
      if (columns !== undefined && now === seen) return columns;
      const generationNow = generationOf(database);
      const known = generationNow === generation ? columns : undefined;
      // Ended halfway, neither the old ones nor what was noted of them can be gone on with.
      columns = undefined;
      columns = known === undefined ? load() : update(known);
      generation = generationNow;
      seen = now;
      return columns;
    },
  };
}

function empty(terms: TermTable, version: number, capacity = 1024): Mutable {
  const numbers = (): Uint32Array => new Uint32Array(capacity);
  return {
    length: 0,
    time: new Float64Array(capacity),
    seq: new Float64Array(capacity),
    row: numbers(),
    facet: numbers(),
    target: numbers(),
    reason: numbers(),
    session: numbers(),
    ended: numbers(),
    terms,
    version,
  };
}

function grow(columns: Mutable): void {
  const wider = empty(columns.terms, columns.version, columns.time.length * 2);
  wider.time.set(columns.time);
  wider.seq.set(columns.seq);
  for (const name of NUMBERS) wider[name].set(columns[name]);
  Object.assign(columns, wider, { length: columns.length });
}

function put(columns: Mutable, at: number, [time = 0, seq = 0, ...numbers]: Line): void {
  columns.time[at] = time;
  columns.seq[at] = seq;
  for (const [index, name] of NUMBERS.entries()) columns[name][at] = numbers[index] ?? 0;
}

function append(columns: Mutable, line: Line): void {
  if (columns.length === columns.time.length) grow(columns);
  put(columns, columns.length, line);
  columns.length += 1;
}

function compare({ time, seq, row }: Columns, a: number, b: number): number {
  return (time[a] ?? 0) - (time[b] ?? 0) || (seq[a] ?? 0) - (seq[b] ?? 0) || (row[a] ?? 0) - (row[b] ?? 0);
}

/** Puts in order what was appended from `from` on; times go back only where two companions write, or a clock was set. */
function settle(columns: Mutable, from: number): void {
  const { length } = columns;
  let lowest: number | undefined;
  for (let at = Math.max(from, 1); at < length; at += 1) {
    if (compare(columns, at - 1, at) > 0 && (lowest === undefined || compare(columns, at, lowest) < 0)) lowest = at;
  }
  if (lowest === undefined) return;
  let start = Math.min(from, lowest);
  if (start > 0) start = firstNotBefore(columns, start, lowest);
  const order = Uint32Array.from({ length: length - start }, (_, index) => start + index);
  order.sort((a, b) => compare(columns, a, b));
  for (const name of NUMBERS)
    columns[name].set(
      order.map((at) => columns[name][at] ?? 0),
      start,
    );
  for (const name of ['time', 'seq'] as const) {
    columns[name].set(
      Float64Array.from(order, (at) => columns[name][at] ?? 0),
      start,
    );
  }
}

/** Of the first `end`, which are in order: the first one that does not come before `than`. */
function firstNotBefore(columns: Columns, end: number, than: number): number {
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(columns, middle, than) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a line is that was read before; -1 where it is not. */
function positionOf(columns: Columns, [time = 0, seq = 0, row = 0]: Line): number {
  let at = firstAtOrAfter(columns, time);
  for (; at < columns.length && columns.time[at] === time; at += 1) {
    if (columns.row[at] === row && columns.seq[at] === seq) return at;
  }
  return -1;
}

/** The first entry at this moment (milliseconds since 1970) or after it; `length` where there is none. */
export function firstAtOrAfter({ time, length }: Columns, ms: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((time[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
