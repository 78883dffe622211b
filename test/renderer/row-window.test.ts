import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActivityRow, ActivityWindow } from '../../preload/contract/activity.ts';
import {
  BLOCK,
  missingBlocks,
  newWindow,
  refreshed,
  rowAt,
  withRows,
  type RowWindow,
} from '../../renderer/features/activity/row-window.ts';

/** The companion with `count` entries, the oldest of which is `0`. */
const ask = (count: number, offset: number, limit: number, of = count): ActivityWindow => {
  const places = Array.from(
    { length: Math.max(0, Math.min(limit, of - offset)) },
    (_, index) => of - 1 - offset - index,
  );
  const row = (place: number): ActivityRow => ({ id: String(place), time: '', kind: 'call', decision: 'allowed' });
  return { rows: places.map(row), total: count, of };
};
const fill = (window: RowWindow, count: number, first: number, end: number): RowWindow =>
  missingBlocks(window, first, end).reduce(
    (before, { offset, limit, of }) => withRows(before, offset, ask(count, offset, limit, of)),
    window,
  );
const idAt = (window: RowWindow, row: number): string | undefined => rowAt(window, row)?.id;

describe('rows', () => {
  it('are asked for in blocks, once', () => {
    const window = newWindow(ask(1000, 0, 100));
    expect(missingBlocks(window, 0, 20)).toEqual([]);
    expect(missingBlocks(window, 590, 610)).toEqual([
      { block: 4, offset: 500, limit: 100, of: 1000 },
      { block: 3, offset: 600, limit: 100, of: 1000 },
    ]);
    const more = fill(window, 1000, 590, 610);
    expect(missingBlocks(more, 590, 610)).toEqual([]);
    expect([idAt(more, 590), idAt(more, 0), idAt(more, 999)]).toEqual(['409', '999', undefined]);
  });

  it('that come in stand before the others and move none', () => {
    const window = newWindow(ask(250, 0, 100));
    const later = refreshed(window, ask(257, 0, 100));
    expect([idAt(later, 0), idAt(later, 7), idAt(later, 106)]).toEqual(['256', '249', '150']);
    // Counted while somebody reads further down: nothing moves.
    expect(idAt({ ...window, total: 300 }, 0)).toBe('249');
  });

  it('are read anew where the list became shorter', () => {
    const window = refreshed(newWindow(ask(250, 0, 100)), ask(90, 0, 100));
    expect(window.of).toBe(90);
    expect(idAt(window, 0)).toBe('89');
  });

  it('are the right ones wherever somebody looks, and few are kept', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 250 })), { maxLength: 60 }),
        (start, looks) => {
          let count = start;
          let window = newWindow(ask(count, 0, BLOCK));
          for (const [place, more] of looks) {
            if (more % 3 === 0) {
              count += more;
              window = refreshed(window, ask(count, 0, BLOCK));
            }
            const first = place % window.of;
            const end = Math.min(window.of, first + 20);
            window = fill(window, count, first, end);
            for (let row = first; row < end; row += 1) expect(idAt(window, row)).toBe(String(window.of - 1 - row));
          }
          expect(window.blocks.size).toBeLessThanOrEqual(40);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('of nothing are none', () => {
    const window = newWindow(ask(0, 0, 100));
    expect(missingBlocks(window, 0, 10)).toEqual([]);
    expect(rowAt(window, 0)).toBeUndefined();
  });
});
