import { expect, test } from 'vitest';
import { BackOff } from '../../../main/transport/http-upstream/back-off.ts';

const pauses = (backOff: BackOff, wishes: readonly (number | undefined)[]): number[] =>
  wishes.map((wish) => backOff.next(wish));

test('grows up to half a minute', () => {
  expect(pauses(new BackOff(() => 0.999_999), Array<undefined>(9).fill(undefined))).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test('never begins below half a second, whatever the chance', () => {
  expect(pauses(new BackOff(() => 0), [undefined, undefined, undefined])).toEqual([500, 500, 1000]);
});

test('begins anew after what worked', () => {
  const backOff = new BackOff(() => 0);
  pauses(backOff, Array<undefined>(6).fill(undefined));
  backOff.worked();
  expect(backOff.next(undefined)).toBe(500);
});

test('keeps to what the server wishes, within bounds, and slows down when that is in vain', () => {
  const backOff = new BackOff(() => 0);
  for (const [wish, pause] of [
    [750, 750],
    [0, 100],
    [1e9, 300_000],
  ] as const) {
    backOff.worked();
    expect(backOff.next(wish)).toBe(pause);
  }
  backOff.worked();
  expect(pauses(backOff, [100, 100, 100, 100, 60_000])).toEqual([100, 500, 1000, 2000, 60_000]);
});

test('stays finite for ever', () => {
  const backOff = new BackOff(() => 0);
  for (let i = 0; i < 5000; i++) expect(backOff.next(undefined)).toBeLessThanOrEqual(30_000);
});
