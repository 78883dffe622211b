import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayArgv, displayText } from '../../main/connectors/display.ts';

const hidden: readonly (readonly [string, string, string])[] = [
  ['escape sequence', '\u001b[2Jx', String.raw`\u{1b}[2Jx`],
  ['newline and tab', 'a\n\tb\r', String.raw`a\u{a}\u{9}b\u{d}`],
  ['NUL and DEL', '\u0000\u007f', String.raw`\u{0}\u{7f}`],
  ['C1 control (CSI)', '\u009b31m', String.raw`\u{9b}31m`],
  ['bidi override and isolates', '\u202ea\u2066b\u2069', String.raw`\u{202e}a\u{2066}b\u{2069}`],
  ['direction marks', '\u200e\u200f\u061c', String.raw`\u{200e}\u{200f}\u{61c}`],
  ['zero-width', 'a\u200bb\u200cc\u200dd\u2060\ufeff', String.raw`a\u{200b}b\u{200c}c\u{200d}d\u{2060}\u{feff}`],
  ['tag characters', '\u{e0001}\u{e0041}\u{e007f}', String.raw`\u{e0001}\u{e0041}\u{e007f}`],
  ['variation selectors outside emoji', 'x\ufe0f\ufe00\u{e0100}', String.raw`x\u{fe0f}\u{fe00}\u{e0100}`],
  ['invisible operators', '\u2061\u2062\u2063\u2064', String.raw`\u{2061}\u{2062}\u{2063}\u{2064}`],
  ['line and paragraph separators', '\u2028\u2029', String.raw`\u{2028}\u{2029}`],
  ['spaces that look like a space', '\u00a0\u2003\u3000\u202f', String.raw`\u{a0}\u{2003}\u{3000}\u{202f}`],
  ['fillers', '\u115f\u1160\u3164\uffa0\u2800', String.raw`\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2800}`],
  ['soft hyphen and joiner', '\u00ad\u034f', String.raw`\u{ad}\u{34f}`],
  ['lone surrogates', '\ud800x\udc00', String.raw`\u{d800}x\u{dc00}`],
  ['private use and unassigned', '\ue000\u{10ffff}', String.raw`\u{e000}\u{10ffff}`],
  ['selector behind an emoji that has its own already', '❤️\ufe0f', String.raw`❤️\u{fe0f}`],
];

describe('displayText', () => {
  it.each(hidden)('shows %s', (_name, text, shown) => {
    expect(displayText(text)).toBe(shown);
  });

  it.each(['', 'plain text ~!"', 'Grüße, 日本語, русский, עברית, 한국어', '👨‍👩‍👧 ❤️ 1️⃣ 🇩🇪 👩🏽‍💻', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '𝒳', 'C:\\x'])(
    'leaves %j',
    (text) => {
      expect(displayText(text)).toBe(text);
    },
  );

  it('holds nothing unseen afterwards, and twice is once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = displayText(text);
        expect(displayText(shown)).toBe(shown);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown.replaceAll(/\p{RGI_Emoji}/gv, '')).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}]/u,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('escapes each of the first 0x110000 code points that has no shape', () => {
    let escaped = 0;
    for (let code = 0; code < 0x110000; code += 1) {
      const character = String.fromCodePoint(code);
      const shown = displayText(character);
      if (shown === character) expect(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)).toBe(true);
      else escaped += 1;
    }
    expect(escaped).toBeGreaterThan(137_000);
  });

  it('takes a megabyte', () => {
    expect(displayText('é\u200b'.repeat(500_000))).toHaveLength(500_000 * 9);
  });
});

describe('displayArgv', () => {
  it.each([
    [
      ['npx', '-y', '@scope/thing@1.2.3', '--a=b'],
      ['npx', '-y', '@scope/thing@1.2.3', '--a=b'],
    ],
    [
      ['', 'a b', "it's", '$HOME', 'a\\b'],
      ["''", "'a b'", String.raw`'it'\''s'`, "'$HOME'", String.raw`'a\b'`],
    ],
    [
      ['a\nb', "\u202e'\\"],
      [String.raw`$'a\u{a}b'`, String.raw`$'\u{202e}\'\\'`],
    ],
    [[String.raw`\u{202e}`], [String.raw`'\u{202e}'`]],
    [[], []],
  ])('%j → %j', (argv, shown) => {
    expect(displayArgv(argv)).toEqual(shown);
  });

  it('never shows two different arguments alike, and keeps them one each', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ' ', "'", '\\', '$', '\n', '\u202e', 'u', '{', '}', '2', '0', 'e', '\ud800'),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [first, second] = displayArgv([a, b]);
        expect(first === second).toBe(a === b);
      }),
      { numRuns: 5000 },
    );
  });

  it('joined by spaces is still told apart', () => {
    expect(displayArgv(['a b', 'c']).join(' ')).not.toBe(displayArgv(['a', 'b c']).join(' '));
  });
});
