import { describe, expect, it } from 'vitest';
import type { ActivityHistogram } from '../../preload/contract/activity.ts';
import { barsOf, bucketAt, countsText, highest, spanOf } from '../../renderer/features/activity/chart-model.ts';

const none = { allowed: 0, denied: 0, asked: 0, failed: 0 };
const histogram: ActivityHistogram = {
  from: '2026-01-02T00:00:00.000Z',
  to: '2026-01-02T00:00:04.000Z',
  buckets: [{ ...none, allowed: 3, denied: 1 }, none, { ...none, asked: 2 }, { ...none, failed: 1 }],
  counts: { allowed: 3, denied: 1, asked: 2, failed: 1 },
};

describe('the chart', () => {
  it('draws layers on each other, the highest as tall as there is room', () => {
    expect(highest(histogram)).toBe(4);
    const [first, second, third] = barsOf(histogram);
    expect(first).toEqual({
      x: 0,
      width: 0.25,
      parts: [
        { layer: 'allowed', from: 0, height: 0.75 },
        { layer: 'denied', from: 0.75, height: 0.25 },
      ],
    });
    expect(second?.parts).toEqual([]);
    expect(third).toMatchObject({ x: 0.5, parts: [{ layer: 'asked', height: 0.5 }] });
    expect(barsOf({ buckets: [] })).toEqual([]);
  });

  it.each([
    [0, 0, '2026-01-02T00:00:00.000Z', '2026-01-02T00:00:01.000Z'],
    [1, 2, '2026-01-02T00:00:01.000Z', '2026-01-02T00:00:03.000Z'],
    [2, 1, '2026-01-02T00:00:01.000Z', '2026-01-02T00:00:03.000Z'],
  ])('from bar %i to %i is a time', (first, last, from, to) => {
    expect(spanOf(histogram, first, last)).toEqual({ from, to });
  });

  it('is never a time without length', () => {
    const one = { ...histogram, from: '2026-01-02T00:00:00.000Z', to: '2026-01-02T00:00:00.001Z' };
    const span = spanOf(one, 1, 1);
    expect(Date.parse(span?.to ?? '')).toBeGreaterThan(Date.parse(span?.from ?? ''));
    expect(spanOf({ ...histogram, from: null, to: null, buckets: [] }, 0, 0)).toBeUndefined();
  });

  it.each([
    [-0.1, 0],
    [0, 0],
    [0.49, 1],
    [0.99, 3],
    [1, 3],
    [2, 3],
  ])('at %f is bar %i', (place, bucket) => {
    expect(bucketAt(histogram, place)).toBe(bucket);
  });

  it('says what a bar holds', () => {
    expect(countsText(none)).toBe('no calls');
    expect(countsText({ ...none, allowed: 1200, denied: 3 })).toBe('1,200 allowed, 3 denied');
  });
});
