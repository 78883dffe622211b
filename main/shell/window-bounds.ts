import { z } from 'zod';
import type { Bounds } from './window-options.ts';

const coordinate = z.number().int().min(-100_000).max(100_000);
const size = z.number().int().min(300).max(20_000);
const SavedBounds = z.strictObject({ x: coordinate, y: coordinate, width: size, height: size });

/** So much of a window must be on a screen for a person to find and move it. */
const MIN_VISIBLE = 80;

function overlap(start: number, length: number, otherStart: number, otherLength: number): number {
  return Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart);
}

/**
 * @param saved what the store holds: anything, it is a file that anyone may edit.
 * @param workAreas of the screens that are connected now.
 * @returns the saved bounds, if they are bounds and on a screen; undefined lets the system place the window.
 */
export function restoredBounds(saved: unknown, workAreas: readonly Bounds[]): Bounds | undefined {
  const parsed = SavedBounds.safeParse(saved);
  if (!parsed.success) return undefined;
  const { x, y, width, height } = parsed.data;
  const visible = workAreas.some(
    (area) =>
      overlap(x, width, area.x, area.width) >= MIN_VISIBLE &&
      y >= area.y &&
      overlap(y, height, area.y, area.height) >= MIN_VISIBLE,
  );
  return visible ? parsed.data : undefined;
}
