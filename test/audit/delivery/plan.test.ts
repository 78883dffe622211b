import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterTaken,
  afterTooLarge,
  FULL_SIZE,
  halve,
  planOf,
  type BatchSize,
  type Plan,
} from '../../../main/audit/delivery/plan.ts';

/** Sends a plan to an endpoint that refuses every range with something bad in it. */
function send(events: readonly number[], isBad: (n: number) => boolean) {
  const taken: number[] = [];
  const alone: number[] = [];
  let requests = 0;
  let plan: Plan<number> = planOf(events);
  for (let [range] = plan; range !== undefined; [range] = plan) {
    requests += 1;
    if (!range.some(isBad)) {
      taken.push(...range);
      plan = plan.slice(1);
      continue;
    }
    const halves = halve(plan);
    if (halves === undefined) {
      alone.push(...range);
      plan = plan.slice(1);
    } else plan = halves;
  }
  return { taken, alone, requests };
}

describe('halving', () => {
  it('finds exactly the bad ones, keeps the order of the others, and needs few requests', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(499), { maxLength: 20 }), fc.integer({ min: 0, max: 500 }), (bad, count) => {
        const events = Array.from({ length: count }, (_none, n) => n);
        const isBad = (n: number): boolean => bad.includes(n);
        const { taken, alone, requests } = send(events, isBad);
        expect(taken).toEqual(events.filter((n) => !isBad(n)));
        expect(alone).toEqual(events.filter(isBad));
        expect(requests).toBeLessThanOrEqual(1 + 20 * alone.length);
      }),
    );
  });

  it('makes no empty range, and no range of one smaller', () => {
    expect(planOf([])).toEqual([]);
    expect(halve([])).toBeUndefined();
    expect(halve([[1]])).toBeUndefined();
    expect(halve([[1, 2, 3], [4]])).toEqual([[1, 2], [3], [4]]);
  });
});

describe('the size of a batch', () => {
  it('shrinks to half of what was too large, never below 4 KiB, and grows again after 50 that were taken', () => {
    let size: BatchSize = afterTooLarge(FULL_SIZE, 100_000);
    expect(size.maxBytes).toBe(50_000);
    for (let n = 0; n < 49; n += 1) size = afterTaken(size);
    expect(size.maxBytes).toBe(50_000);
    expect(afterTaken(size).maxBytes).toBe(100_000);
    for (let n = 0; n < 20; n += 1) size = afterTooLarge(size, 100_000);
    expect(size.maxBytes).toBe(4096);
    for (let n = 0; n < 2000; n += 1) size = afterTaken(size);
    expect(size).toEqual(FULL_SIZE);
  });
});
