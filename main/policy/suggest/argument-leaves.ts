/**
 * The single values of recorded arguments that a condition may name. A value that was not kept whole (too long, redacted, cut
 * off) is known to be there and nothing more, so no condition is ever built on it.
 */
import { isJsonObject } from '../../../preload/contract/json.ts';
import { isIncomplete, NotKept, revive } from '../recorded-value.ts';

export type Scalar = string | number | boolean | null;

export type Leaf =
  | { readonly kind: 'scalar'; readonly value: Scalar }
  /** An array of whole strings. */
  | { readonly kind: 'texts'; readonly values: readonly string[] }
  | { readonly kind: 'unknown' };

export interface Leaves {
  /** By JSON Pointer. */
  readonly values: ReadonlyMap<string, Leaf>;
  /** How many members each object has, of those that were kept whole; by JSON Pointer. */
  readonly members: ReadonlyMap<string, number>;
  /** Every value was kept, and a condition can name it: these leaves are all that was sent. */
  readonly isWhole: boolean;
}

/** Names that people give to arguments; a redacted or replaced key is not what was sent. */
const PLAIN_KEY = /^[A-Za-z0-9_.-]{1,64}$/;
const MAX_DEPTH = 4;
const MAX_LEAVES = 64;

function leafOf(value: unknown): Leaf {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return { kind: 'scalar', value };
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'scalar', value };
  if (Array.isArray(value) && !isIncomplete(value)) {
    const texts = value.filter((item: unknown) => typeof item === 'string');
    if (texts.length === value.length) return { kind: 'texts', values: texts };
  }
  return { kind: 'unknown' };
}

/** Arguments that are no object, or are absent, have no leaves. */
export function leavesOf(recorded: unknown): Leaves {
  const values = new Map<string, Leaf>();
  const members = new Map<string, number>();
  let isWhole = true;
  const walk = (pointer: string, value: unknown, depth: number): void => {
    if (values.size >= MAX_LEAVES) {
      isWhole = false;
      return;
    }
    if (!isJsonObject(value) || value instanceof NotKept || depth >= MAX_DEPTH) {
      const leaf = leafOf(value);
      if (leaf.kind === 'unknown') isWhole = false;
      if (pointer !== '') values.set(pointer, leaf);
      return;
    }
    const keys = Object.keys(value);
    if (isIncomplete(value)) isWhole = false;
    else members.set(pointer, keys.length);
    for (const key of keys) {
      if (PLAIN_KEY.test(key)) walk(`${pointer}/${key}`, value[key], depth + 1);
      else isWhole = false;
    }
  };
  const found = revive(recorded);
  if (isJsonObject(found)) walk('', found, 0);
  else if (found !== undefined) isWhole = false;
  return { values, members, isWhole };
}
