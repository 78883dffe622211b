import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches, longGlobMatches } from '../../main/policy/glob.ts';

/** The same by the engine's own matcher. */
function oracle(glob: string): RegExp {
  const source = glob
    .split('')
    .map((c) => (c === '*' ? '.*' : c === '?' ? '.' : c.replace(/[\\^$.|+()[\]{}/-]/, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 's');
}

describe('globMatches', () => {
  it.each<[string, string, boolean]>([
    ['*', '', true],
    ['*', 'anything\nat all', true],
    ['', '', true],
    ['', 'a', false],
    ['?', '', false],
    ['?', 'a', true],
    ['a', 'A', false],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'acb', false],
    ['**', 'x', true],
    ['*?*', '', false],
    ['[ab]', 'a', false],
    ['a.c', 'abc', false],
    ['\\*', '*', false],
    ['\\*', '\\anything', true],
    ['(a|b)', '(a|b)', true],
    ['a*a*a*b', 'a'.repeat(50), false],
  ])('%j on %j: %s', (glob, text, expected) => {
    expect(globMatches(glob, text)).toBe(expected);
  });

  it('matches what a regular expression matches', () => {
    const letters = fc.constantFrom('a', 'b', '.', '\n', '\\', 'é', '[');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(letters, fc.constantFrom('*', '?')), { maxLength: 8 }),
        fc.array(letters, { maxLength: 10 }),
        (glob, text) => {
          expect(globMatches(glob.join(''), text.join(''))).toBe(oracle(glob.join('')).test(text.join('')));
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('takes no more steps than the product of the two lengths', () => {
    let looks = 0;
    const text = 'a'.repeat(2000);
    // Counts how often the text is looked at.
    const watched = {
      get length(): number {
        looks++;
        return text.length;
      },
    };
    Object.setPrototypeOf(watched, new Proxy({}, { get: (_target, key) => text[Number(key)] }));
    const glob = `${'*a'.repeat(63)}*b`;
    expect(globMatches(glob, watched as unknown as string)).toBe(false);
    expect(looks).toBeGreaterThan(2000);
    expect(looks).toBeLessThanOrEqual(text.length * glob.length);
  });
});

describe('longGlobMatches', () => {
  it('says the same, in parts', () => {
    const unit = fc.constantFrom('a', 'b', '*');
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit, maxLength: 7 }), fc.string({ unit: fc.constantFrom('a', '?', '*'), maxLength: 5 })),
        fc.string({ unit, maxLength: 8 }),
        (glob, text) => {
          expect(longGlobMatches(glob, text)).toBe(globMatches(glob, text));
        },
      ),
      { numRuns: 30_000 },
    );
  });

  it('gives up on what would take long', () => {
    expect(longGlobMatches('a*b?', 'a'.repeat(2_000_000))).toBeUndefined();
    expect(longGlobMatches('a*b', `${'a'.repeat(2_000_000)}b`)).toBe(true);
  });
});
