/**
 * Three-valued truth, as the set of values that are still possible: a decision about a call always has one, a replay of a
 * recorded call has several where what decides was not kept. Logic is Kleene's, value by value.
 */
export type Truth = number;

export const FALSE: Truth = 1;
export const UNDECIDABLE: Truth = 2;
export const TRUE: Truth = 4;
export const EITHER: Truth = TRUE | FALSE;
export const ANY: Truth = TRUE | UNDECIDABLE | FALSE;

const VALUES = [FALSE, UNDECIDABLE, TRUE];

function table(pick: (a: Truth, b: Truth) => Truth): Uint8Array {
  const found = new Uint8Array(64);
  for (let a = 0; a < 8; a++)
    for (let b = 0; b < 8; b++)
      for (const left of VALUES)
        for (const right of VALUES) {
          const at = a * 8 + b;
          if ((a & left) !== 0 && (b & right) !== 0) found[at] = (found[at] ?? 0) | pick(left, right);
        }
  return found;
}

// The values are ordered: false, undecidable, true.
const BOTH = table(Math.min);
const ONE = table(Math.max);

export function and(a: Truth, b: Truth): Truth {
  return BOTH[a * 8 + b] ?? ANY;
}

export function or(a: Truth, b: Truth): Truth {
  return ONE[a * 8 + b] ?? ANY;
}

export function not(a: Truth): Truth {
  return (a & UNDECIDABLE) | ((a & TRUE) === 0 ? 0 : FALSE) | ((a & FALSE) === 0 ? 0 : TRUE);
}

export function truthOf(value: boolean): Truth {
  return value ? TRUE : FALSE;
}
