/**
 * The rows of a list that is too long to hold: those that were seen lately, by their place from the oldest end. New ones come in
 * at the other end and move nothing. Pure; whoever uses it asks the companion.
 */
import type { ActivityRow, ActivityWindow } from '../../../preload/contract/activity.ts';

/** Rows that are asked for at once. */
export const BLOCK = 100;
/** Blocks that are kept: enough to scroll to and fro, never a million rows. */
const MAX_BLOCKS = 40;

export interface RowWindow {
  /** How many rows the list has. */
  readonly of: number;
  /** How many fit by now; those above `of` are new. */
  readonly total: number;
  /** By number of the block, the one used last at the end. */
  readonly blocks: ReadonlyMap<number, readonly (ActivityRow | undefined)[]>;
}

/** Row of the list (0 is the newest) as its place from the oldest end. */
const placeOf = ({ of }: RowWindow, row: number): number => of - 1 - row;

export function rowAt(window: RowWindow, row: number): ActivityRow | undefined {
  const place = placeOf(window, row);
  if (place < 0) return undefined;
  return window.blocks.get(Math.floor(place / BLOCK))?.[place % BLOCK];
}

export interface BlockRequest {
  readonly block: number;
  readonly offset: number;
  readonly limit: number;
  readonly of: number;
}

/** What has to be asked for before rows `first` to `end` (not included) can be drawn. */
export function missingBlocks(window: RowWindow, first: number, end: number): BlockRequest[] {
  const { of, blocks } = window;
  if (of === 0 || end <= first) return [];
  const newest = Math.floor(Math.max(0, placeOf(window, first)) / BLOCK);
  const oldest = Math.floor(Math.max(0, placeOf(window, end - 1)) / BLOCK);
  const wanted = Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index);
  return wanted
    .filter((block) => {
      const rows = blocks.get(block);
      // A block that was filled from above has holes below.
      return rows === undefined || rows.length < sizeOf(of, block) || rows.includes(undefined);
    })
    .map((block) => ({ block, offset: of - block * BLOCK - sizeOf(of, block), limit: sizeOf(of, block), of }));
}

function sizeOf(of: number, block: number): number {
  return Math.min(of, (block + 1) * BLOCK) - block * BLOCK;
}

/** Puts in what came for an offset. Rows that were pruned meanwhile leave gaps at the oldest end. */
export function withRows(window: RowWindow, offset: number, { rows, of }: ActivityWindow): RowWindow {
  const blocks = new Map(window.blocks);
  for (const [index, row] of rows.entries()) {
    const place = of - 1 - offset - index;
    const number = Math.floor(place / BLOCK);
    const block = [...(blocks.get(number) ?? [])];
    block[place % BLOCK] = row;
    blocks.delete(number);
    blocks.set(number, block);
  }
  for (const number of blocks.keys()) {
    if (blocks.size <= MAX_BLOCKS) break;
    blocks.delete(number);
  }
  return { ...window, blocks };
}

/** A list of its own: another filter, or none before. */
export function newWindow(answer: ActivityWindow): RowWindow {
  return withRows({ of: answer.of, total: answer.total, blocks: new Map() }, 0, answer);
}

/** The newest rows as they are now; what is older stays where it was. */
export function refreshed(window: RowWindow, answer: ActivityWindow): RowWindow {
  // Something was pruned, or the clock was set: places are no longer what they were.
  if (answer.of < window.of) return newWindow(answer);
  return withRows({ of: answer.of, total: answer.total, blocks: window.blocks }, 0, answer);
}
