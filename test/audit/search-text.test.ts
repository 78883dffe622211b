import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, MAX_WORDS, searched, wordsOf } from '../../main/audit/search-text.ts';

describe('words of a search', () => {
  it.each([
    ['', []],
    ['  \t\n ', []],
    ['Read', ['read']],
    ['read  Denied read', ['read', 'denied']],
    ['rea read reading', ['reading']],
    ['"a" OR b*', ['"a"', 'or', 'b*']],
    ['NEAR(a b, 5)', ['near(a', 'b,', '5)']],
    ['ﬁles ＡＢ', ['files', 'ab']],
    ['a\u0000b', ['a\u0000b']],
    ['😀 x', ['😀', 'x']],
  ])('%j is %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('are bounded, whatever is typed', () => {
    expect(wordsOf(Array.from({ length: 500 }, (_, n) => `<${n}>`).join(' '))).toHaveLength(MAX_WORDS);
    fc.assert(
      fc.property(fc.string({ maxLength: 10_000, unit: 'binary' }), (text) => wordsOf(text).length <= MAX_WORDS),
    );
  });

  it('are found in the text that they were taken from', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100, unit: 'grapheme' }), (text) =>
        wordsOf(text).every((word) => fold(text).includes(word)),
      ),
    );
  });
});

it('searches the beginning of long texts only', () => {
  expect(searched(`${'x'.repeat(511)}AB`)).toBe(`${'x'.repeat(511)}a`);
});
