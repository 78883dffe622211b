/**
 * How long a value is: characters of a text, elements of an array, members of an object. A text given as an array of one slips
 * by a limit, so in a rule that closes (deny and ask, also under `not`), and under `not` in one that allows, an array of one
 * is undecidable where its text says otherwise and the limit is one for texts: arrays are limited to fewer elements.
 */
import { isJsonObject } from '../../preload/contract/json.ts';
import type { Leaf } from './leaf.ts';
import { isIncomplete, NotKept } from './recorded-value.ts';
import { ANY, EITHER, truthOf, UNDECIDABLE, type Truth } from './truth.ts';

/** A limit above it is one of characters, where an array of one holds a text. */
const MAX_ELEMENTS = 64;

function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    const pair = (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (pair) count--;
  }
  return count;
}

/** The lengths of all texts in it, arrays in it included; undefined where something was not kept. */
function textLengths(items: readonly unknown[]): readonly number[] | undefined {
  const found: number[] = [];
  const pending: unknown[] = [items];
  for (const next of pending) {
    if (next instanceof NotKept) return undefined;
    if (typeof next === 'string') found.push(codePoints(next));
    if (!Array.isArray(next)) continue;
    if (isIncomplete(next)) return undefined;
    for (const item of next) pending.push(item);
  }
  return found;
}

export function sized(
  { min = 0, max = Infinity }: { min?: number | undefined; max?: number | undefined },
  closes: boolean,
): Leaf {
  const fits = (size: number): boolean => size >= min && size <= max;
  const isForTexts = min > MAX_ELEMENTS || (max !== Infinity && max >= MAX_ELEMENTS);
  const judgeArray = (items: readonly unknown[]): Truth => {
    const holds = fits(items.length);
    if (isIncomplete(items)) return closes ? ANY : EITHER;
    if (!closes || !isForTexts || items.length !== 1) return truthOf(holds);
    const lengths = textLengths(items);
    if (lengths === undefined) return ANY;
    const total = lengths.reduce((sum, one) => sum + one, 0);
    const agree = lengths.length === 0 || (fits(total) === holds && lengths.every((one) => fits(one) === holds));
    return agree ? truthOf(holds) : UNDECIDABLE;
  };
  return {
    needs: 'text, an array or an object',
    ofUnkeptText: EITHER,
    judge: (value) => {
      if (typeof value === 'string') return truthOf(fits(codePoints(value)));
      if (Array.isArray(value)) return judgeArray(value);
      if (!isJsonObject(value)) return UNDECIDABLE;
      return isIncomplete(value) ? EITHER : truthOf(fits(Object.keys(value).length));
    },
    why: (value) =>
      Array.isArray(value) ? 'is an array of one whose text is of another length than it is' : undefined,
  };
}
