import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listPx, ROW_PX, rowAfterKey, scrollTopFor, shownRows } from '../../renderer/features/activity/scroll-model.ts';

const viewPx = 480;

describe('a list', () => {
  it('is as tall as its rows, and never taller than browsers draw', () => {
    expect(listPx(0)).toBe(0);
    expect(listPx(100)).toBe(3600);
    expect(listPx(1_000_000)).toBe(15_000_000);
    expect(listPx(50_000_000)).toBe(15_000_000);
  });

  it.each([
    [0, 100, 0, 14],
    [36, 100, 1, 15],
    [20, 100, 0, 14],
    [0, 3, 0, 3],
    [0, 0, 0, 0],
    [999_999, 10, 0, 10],
  ])('scrolled to %i of %i rows shows %i to %i', (scrollTop, total, first, end) => {
    expect(shownRows({ scrollTop, viewPx, total })).toMatchObject({ first, end });
  });

  it('reaches both ends, and each row between, however long it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 14, max: 5_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (total, part) => {
          const furthest = listPx(total) - viewPx;
          expect(shownRows({ scrollTop: 0, viewPx, total }).first).toBe(0);
          expect(shownRows({ scrollTop: furthest, viewPx, total }).end).toBe(total);
          const row = Math.floor(part * (total - 1));
          const scrolled = { scrollTop: scrollTopFor(row, { scrollTop: 0, viewPx, total }), viewPx, total };
          const { first, end, shiftPx } = shownRows(scrolled);
          expect(row).toBeGreaterThanOrEqual(first);
          expect(row).toBeLessThan(end);
          expect(shiftPx).toBeLessThanOrEqual(0);
          expect(shiftPx).toBeGreaterThan(-ROW_PX);
          expect(end - first).toBeLessThanOrEqual(15);
        },
      ),
    );
  });

  it('stays where it is for a row that is seen', () => {
    expect(scrollTopFor(3, { scrollTop: 50, viewPx, total: 100 })).toBe(50);
    expect(scrollTopFor(3, { scrollTop: 5000, viewPx, total: 1_000_000 })).not.toBe(5000);
  });
});

describe('keys', () => {
  it.each([
    ['ArrowDown', 5, 6],
    ['ArrowUp', 5, 4],
    ['ArrowUp', 0, 0],
    ['ArrowDown', 99, 99],
    ['PageDown', 5, 17],
    ['PageUp', 5, 0],
    ['Home', 50, 0],
    ['End', 50, 99],
    ['a', 50, undefined],
    ['constructor', 50, undefined],
  ])('%s from %i leads to %s', (key, row, next) => {
    expect(rowAfterKey(key, row, { viewPx, total: 100 })).toBe(next);
  });

  it('lead nowhere in an empty list', () => {
    expect(rowAfterKey('ArrowDown', 0, { viewPx, total: 0 })).toBeUndefined();
  });
});
