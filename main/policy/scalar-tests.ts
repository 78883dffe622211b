/**
 * Tests of one value against values: same JSON type and value, numbers as doubles, nothing is converted. `wide` (deny and
 * ask) also takes what reads alike; a value of another type than the test is about is undecidable. `null` has no values
 * beside itself, so a test for it is always answered. What a server may take for a value of the rule (`"5"` for 5, a number
 * too large for a double) is undecidable.
 */
import type { ValueTest } from '../../preload/contract/index.ts';
import { foldText, readableText } from './fold.ts';
import { judge, typeWord, type Leaf } from './leaf.ts';
import { isIncomplete } from './recorded-value.ts';
import { ANY, EITHER, FALSE, or, TRUE, truthOf, UNDECIDABLE, type Truth } from './truth.ts';
import type { Work } from './work.ts';

/** Longer ones are compared as they stand only; folding them would hold everything else. */
export const MAX_FOLDED = 131_072;
export const TOO_LONG = `is longer than ${MAX_FOLDED} characters`;
const TOO_LARGE = 'is a number so large that it cannot be told from its neighbours';

const isTooLong = (value: unknown): value is string => typeof value === 'string' && value.length > MAX_FOLDED;

/** A double that stands for several numbers: what was sent need not be what is read here, or there. */
export function isUnsafe(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

type Scalar = string | number | boolean | null;

/** The number that a text is to whoever converts it; NaN for what is none. */
const numberIn = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** Which of these values it is. One pass over a set, whatever its length. */
export function anyOf(expected: readonly Scalar[], wide: boolean): Leaf {
  const exact = new Set<unknown>(expected);
  const types = new Set<string>(expected.map((one) => typeof one));
  const strings = wide ? expected.filter((one) => typeof one === 'string') : [];
  const texts = new Set(strings.map(foldText));
  const plainTexts = new Set(strings.map((one) => readableText(one).trim()));
  const others = new Set(wide ? expected.flatMap((one) => (typeof one === 'string' ? [] : [String(one)])) : []);
  const onlyNull = expected.every((one) => one === null);
  /** A server may convert it into a value of the rule, as `"5"` into 5. */
  const mayBecome = (value: string): boolean =>
    others.size > 0 && (others.has(readableText(value).trim()) || exact.has(numberIn(value)));
  const judgeText = (value: string, work: Work): Truth => {
    if (!wide) return FALSE;
    const folded = isTooLong(value) ? undefined : work.fold(value);
    if (folded === undefined) return UNDECIDABLE;
    if (texts.has(folded)) return TRUE;
    return mayBecome(value) ? UNDECIDABLE : FALSE;
  };
  return {
    needs: expected.length === 1 ? typeWord(expected[0]) : 'of a type that the rule names',
    ofUnkeptText: types.has('string') ? (wide && others.size > 0 ? ANY : EITHER) : onlyNull ? FALSE : UNDECIDABLE,
    judge: (value, work) => {
      if (value === null) return exact.has(null) ? TRUE : UNDECIDABLE;
      if (onlyNull) return FALSE;
      if (typeof value === 'number' && !Number.isFinite(value)) return UNDECIDABLE;
      if (exact.has(value)) return wide || !isUnsafe(value) ? TRUE : UNDECIDABLE;
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return UNDECIDABLE;
      if (!types.has(typeof value) || isUnsafe(value)) return UNDECIDABLE;
      if (typeof value === 'string') return judgeText(value, work);
      return plainTexts.has(String(value)) ? UNDECIDABLE : FALSE;
    },
    why: (value) => {
      if (isUnsafe(value) && types.has('number')) return TOO_LARGE;
      if (wide && isTooLong(value)) return TOO_LONG;
      return types.has(typeof value) ? 'may be taken for a value of another type that the rule names' : undefined;
    },
  };
}

/** A text with this text in it, or an array with an element that equals it; `wide`: or that has it in it. */
export function containing(expected: Scalar, wide: boolean): Leaf {
  const element = anyOf([expected], wide);
  const folded = typeof expected === 'string' ? foldText(expected) : '';
  const judgeText = (value: string, wanted: string, work: Work): Truth => {
    if (!work.spend(value.length)) return UNDECIDABLE;
    if (value.includes(wanted)) return TRUE;
    if (!wide) return FALSE;
    const read = isTooLong(value) ? undefined : work.fold(value);
    return read === undefined ? UNDECIDABLE : truthOf(read.includes(folded));
  };
  const judgeElement = (value: unknown, work: Work): Truth =>
    wide && typeof value === 'string' && typeof expected === 'string'
      ? judgeText(value, expected, work)
      : judge(element, value, work);
  return {
    needs: typeof expected === 'string' ? 'text or an array of texts' : `an array with ${typeWord(expected)} in it`,
    ofUnkeptText: typeof expected === 'string' ? ANY : UNDECIDABLE,
    judge: (value, work) => {
      if (Array.isArray(value)) {
        let found: Truth = isIncomplete(value) ? ANY : FALSE;
        for (const item of value) {
          found = or(found, judgeElement(item, work));
          if (found === TRUE) return TRUE;
        }
        return found;
      }
      if (typeof value !== 'string' || typeof expected !== 'string') return UNDECIDABLE;
      return judgeText(value, expected, work);
    },
    why: (value) => {
      if (Array.isArray(value)) return 'holds something that cannot be compared with what the rule names';
      return wide && isTooLong(value) ? TOO_LONG : undefined;
    },
  };
}

type Comparison = Extract<ValueTest, { gt: number } | { gte: number } | { lt: number } | { lte: number }>;

export function compared(test: Comparison, wide: boolean): Leaf {
  const holds = (value: number): boolean => {
    if ('gt' in test) return value > test.gt;
    if ('gte' in test) return value >= test.gte;
    return 'lt' in test ? value < test.lt : value <= test.lte;
  };
  return {
    needs: 'a number',
    ofUnkeptText: UNDECIDABLE,
    judge: (value) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) return UNDECIDABLE;
      if (isUnsafe(value)) return wide && holds(value) ? TRUE : UNDECIDABLE;
      return truthOf(holds(value));
    },
    why: (value) => (isUnsafe(value) && Number.isFinite(value) ? TOO_LARGE : undefined),
  };
}
