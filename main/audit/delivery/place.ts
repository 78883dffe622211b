// Where delivery is in the journal, and how much lies behind it: from names and sizes of files alone, so that a million
// waiting records cost no more than ten.

/** A segment as it lies in the folder; one that was set aside keeps its place in its chain. */
export interface Segment {
  readonly file: string;
  readonly firstSeq: number;
  readonly size: number;
  readonly setAside: boolean;
}

/** A chain with its segments in order; at least one. */
export interface ChainView {
  readonly chainId: string;
  readonly segments: readonly Segment[];
  /** Of its last record. */
  readonly lastSeq: number;
}

/** The last record before a position, by which is known whether the file is still the one that was read. */
export interface Passed {
  /** First sequence number of the segment that it lies in, and where its line begins there. */
  readonly segment: number;
  readonly offset: number;
  readonly hash: string;
}

/** Everything before it is done with. */
export interface Position {
  readonly chain: string;
  /** Of the last record before it; one less than the first while there is none. */
  readonly seq: number;
  /** First sequence number of the segment that `offset` counts bytes in. */
  readonly segment: number;
  readonly offset: number;
  /** None while no record lies before it. */
  readonly last?: Passed | undefined;
}

export interface Lag {
  readonly events: number;
  readonly bytes: number;
}

export function startOf({ chainId, segments }: ChainView): Position {
  const firstSeq = segments[0]?.firstSeq ?? 0;
  return { chain: chainId, seq: firstSeq - 1, segment: firstSeq, offset: 0 };
}

export function endOf({ chainId, segments, lastSeq }: ChainView): Position {
  const last = segments.at(-1);
  return { chain: chainId, seq: lastSeq, segment: last?.firstSeq ?? 0, offset: last?.size ?? 0 };
}

/** The one that is further on, of two in the same chain. */
export function later(a: Position, b: Position | undefined): Position {
  if (b === undefined || a.segment > b.segment) return a;
  return a.segment === b.segment && a.offset >= b.offset ? a : b;
}

export interface Reading {
  readonly segment: Segment;
  readonly offset: number;
  /** Nothing is written to it any more: what ends without a newline is damage, not a write under way. */
  readonly closed: boolean;
}

/**
 * The next bytes to read after `position`, or undefined at the end. A segment that was pruned is passed over; one that
 * became shorter than what was read of it is not the one that was read, and is read again.
 */
export function readingAfter({ segments }: ChainView, position: Position): Reading | undefined {
  for (const [index, segment] of segments.entries()) {
    if (segment.firstSeq < position.segment) continue;
    const offset = segment.firstSeq === position.segment && position.offset <= segment.size ? position.offset : 0;
    if (offset < segment.size) return { segment, offset, closed: segment.setAside || index < segments.length - 1 };
  }
  return undefined;
}

export function lagAfter(chain: ChainView, position: Position): Lag {
  const next = readingAfter(chain, position);
  if (next === undefined) return { events: 0, bytes: 0 };
  let bytes = -next.offset;
  for (const segment of chain.segments) if (segment.firstSeq >= next.segment.firstSeq) bytes += segment.size;
  // Pruned records are not waited for; a segment that is read again counts from its start.
  const done = next.offset === 0 ? next.segment.firstSeq - 1 : position.seq;
  return { events: Math.max(1, chain.lastSeq - done), bytes };
}

export function sum(lags: readonly Lag[]): Lag {
  return lags.reduce((all, lag) => ({ events: all.events + lag.events, bytes: all.bytes + lag.bytes }), {
    events: 0,
    bytes: 0,
  });
}
