/**
 * Tests of one value against values: same JSON type and value, numbers as doubles, nothing is converted. `wide` (deny and
 * ask) also takes what reads alike; a value of another type than the test is about is undecidable. `null` has no values
 * beside itself, so a test for it is always answered.
 */
import type { ValueTest } from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/json.ts';
import { foldText } from './fold.ts';
import { judge, typeWord, type Leaf } from './leaf.ts';
import { isIncomplete } from './recorded-value.ts';
import { ANY, EITHER, FALSE, or, TRUE, truthOf, UNDECIDABLE, type Truth } from './truth.ts';

/** Longer ones are compared as they stand only; folding them would hold everything else. */
export const MAX_FOLDED = 131_072;
export const TOO_LONG = `is longer than ${MAX_FOLDED} characters`;

const isTooLong = (value: unknown): value is string => typeof value === 'string' && value.length > MAX_FOLDED;

type Scalar = string | number | boolean | null;

/** Which of these values it is. One pass over a set, whatever its length. */
export function anyOf(expected: readonly Scalar[], wide: boolean): Leaf {
  const exact = new Set<unknown>(expected);
  const types = new Set<string>(expected.map((one) => typeof one));
  const folded = new Set(expected.flatMap((one) => (wide && typeof one === 'string' ? [foldText(one)] : [])));
  const onlyNull = expected.every((one) => one === null);
  return {
    needs: expected.length === 1 ? typeWord(expected[0]) : 'of a type that the rule names',
    ofUnkeptText: types.has('string') ? EITHER : onlyNull ? FALSE : UNDECIDABLE,
    judge: (value) => {
      if (value === null) return exact.has(null) ? TRUE : UNDECIDABLE;
      if (typeof value === 'number' && !Number.isFinite(value)) return onlyNull ? FALSE : UNDECIDABLE;
      if (exact.has(value)) return TRUE;
      if (onlyNull) return FALSE;
      if (typeof value === 'object' || !types.has(typeof value)) return UNDECIDABLE;
      if (folded.size === 0 || typeof value !== 'string') return FALSE;
      return isTooLong(value) ? UNDECIDABLE : truthOf(folded.has(foldText(value)));
    },
    why: (value) => (wide && isTooLong(value) ? TOO_LONG : undefined),
  };
}

/** A text with this text in it, or an array with an element that equals it. */
export function containing(expected: Scalar, wide: boolean): Leaf {
  const element = anyOf([expected], wide);
  const folded = typeof expected === 'string' ? foldText(expected) : '';
  return {
    needs: typeof expected === 'string' ? 'text or an array of texts' : `an array with ${typeWord(expected)} in it`,
    ofUnkeptText: typeof expected === 'string' ? ANY : UNDECIDABLE,
    judge: (value) => {
      if (Array.isArray(value)) {
        let found: Truth = isIncomplete(value) ? ANY : FALSE;
        for (const item of value) {
          found = or(found, judge(element, item));
          if (found === TRUE) return TRUE;
        }
        return found;
      }
      if (typeof value !== 'string' || typeof expected !== 'string') return UNDECIDABLE;
      if (value.includes(expected)) return TRUE;
      if (!wide) return FALSE;
      return isTooLong(value) ? UNDECIDABLE : truthOf(foldText(value).includes(folded));
    },
    why: (value) => {
      if (Array.isArray(value)) return 'holds something of another type than the rule names';
      return wide && isTooLong(value) ? TOO_LONG : undefined;
    },
  };
}

type Comparison = Extract<ValueTest, { gt: number } | { gte: number } | { lt: number } | { lte: number }>;

export function compared(test: Comparison): Leaf {
  const holds = (value: number): boolean => {
    if ('gt' in test) return value > test.gt;
    if ('gte' in test) return value >= test.gte;
    return 'lt' in test ? value < test.lt : value <= test.lte;
  };
  return {
    needs: 'a number',
    ofUnkeptText: UNDECIDABLE,
    judge: (value) => (typeof value === 'number' && Number.isFinite(value) ? truthOf(holds(value)) : UNDECIDABLE),
  };
}

function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    const pair = (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (pair) count--;
  }
  return count;
}

export function sized({ min = 0, max = Infinity }: { min?: number | undefined; max?: number | undefined }): Leaf {
  const sizeOf = (value: unknown): number | undefined => {
    if (typeof value === 'string') return codePoints(value);
    if (Array.isArray(value)) return value.length;
    return isJsonObject(value) ? Object.keys(value).length : undefined;
  };
  return {
    needs: 'text, an array or an object',
    ofUnkeptText: EITHER,
    judge: (value) => {
      if (typeof value === 'object' && value !== null && isIncomplete(value)) return EITHER;
      const size = sizeOf(value);
      return size === undefined ? UNDECIDABLE : truthOf(size >= min && size <= max);
    },
  };
}
