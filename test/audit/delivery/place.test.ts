import { describe, expect, it } from 'vitest';
import {
  endOf,
  lagAfter,
  later,
  readingAfter,
  startOf,
  type ChainView,
  type Position,
} from '../../../main/audit/delivery/place.ts';

const segment = (firstSeq: number, size: number, setAside = false) => ({
  file: `a-${firstSeq}`,
  firstSeq,
  size,
  setAside,
});
const CHAIN: ChainView = {
  chainId: 'a',
  segments: [segment(0, 1000), segment(10, 1000), segment(20, 500)],
  lastSeq: 24,
};
const position = (seq: number, inSegment: number, offset: number): Position => ({
  chain: 'a',
  seq,
  segment: inSegment,
  offset,
});

describe('readingAfter and lagAfter', () => {
  it.each([
    ['the start', startOf(CHAIN), 0, 0, false, { events: 25, bytes: 2500 }],
    ['within a segment', position(4, 0, 500), 0, 500, true, { events: 20, bytes: 2000 }],
    ['the end of a segment', position(9, 0, 1000), 10, 0, true, { events: 15, bytes: 1500 }],
    ['a segment that was pruned', position(3, 5, 400), 10, 0, true, { events: 15, bytes: 1500 }],
    ['the last segment', position(21, 20, 200), 20, 200, false, { events: 3, bytes: 300 }],
    ['a segment that became shorter', position(23, 20, 900), 20, 0, false, { events: 5, bytes: 500 }],
  ])('%s', (_name, from, firstSeq, offset, closed, lag) => {
    expect(readingAfter(CHAIN, from)).toMatchObject({ segment: { firstSeq }, offset });
    if (firstSeq === 20) expect(readingAfter(CHAIN, from)?.closed).toBe(closed);
    else expect(readingAfter(CHAIN, from)?.closed).toBe(true);
    expect(lagAfter(CHAIN, from)).toEqual(lag);
  });

  it('the end', () => {
    expect(readingAfter(CHAIN, endOf(CHAIN))).toBeUndefined();
    expect(lagAfter(CHAIN, endOf(CHAIN))).toEqual({ events: 0, bytes: 0 });
    // The last line was damaged and passed over: its number was never taken, and nothing waits.
    expect(lagAfter(CHAIN, position(22, 20, 500))).toEqual({ events: 0, bytes: 0 });
  });

  it('a segment that was set aside is closed', () => {
    const chain = { ...CHAIN, segments: [segment(0, 1000, true)] };
    expect(readingAfter(chain, startOf(chain))?.closed).toBe(true);
  });
});

describe('later', () => {
  it.each([
    [position(1, 0, 10), undefined, 1],
    [position(1, 0, 10), position(2, 0, 20), 2],
    [position(2, 0, 20), position(1, 0, 10), 2],
    [position(3, 10, 0), position(2, 0, 900), 3],
    [position(2, 0, 900), position(3, 10, 0), 3],
  ])('%j, %j: the one at %d', (a, b, seq) => {
    expect(later(a, b).seq).toBe(seq);
  });
});
