import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Literals } from '../../main/guard/literals.ts';

describe('literals', () => {
  it('are found exactly where a plain search finds one of them', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '–', '密'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', '–', '密') }),
        (all, text) => {
          expect(new Literals(all).isIn(text)).toBe(all.some((literal) => text.includes(literal)));
        },
      ),
      { seed: 3, numRuns: 2000 },
    );
  });

  it('at the very beginning and end', () => {
    const literals = new Literals(['abc', 'z']);
    for (const text of ['abc', 'abcx', 'xabc', 'z', 'xz']) expect(literals.isIn(text)).toBe(true);
    for (const text of ['', 'a', 'ab', 'bc']) expect(literals.isIn(text)).toBe(false);
  });
});
