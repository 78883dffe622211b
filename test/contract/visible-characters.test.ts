import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitVisible, visibleLabel } from '../../preload/contract/visible-characters.ts';

const shown = (text: string): string =>
  splitVisible(text)
    .map((piece) => (piece.kind === 'text' ? piece.text : `[${piece.label}]`))
    .join('');

describe('splitVisible', () => {
  it.each([
    ['', ''],
    ['read_file', 'read_file'],
    ['<b>bold</b>', '<b>bold</b>'],
    ['a\u202Eb', 'a[U+202E right-to-left override]b'],
    ['a\u200Bb', 'a[U+200B zero-width space]b'],
    ['\uFEFFx', '[U+FEFF byte order mark]x'],
    ['a\u00A0b', 'a[U+00A0 no-break space]b'],
    ['a\u2028b', 'a[U+2028]b'],
    ['\u001B[31mred', '[U+001B escape][31mred'],
    ['\u009B31m', '[U+009B]31m'],
    ['a\nb\tc', 'a[U+000A newline]b[U+0009 tab]c'],
    ['\u3164', '[U+3164]'],
    ['\u2800', '[U+2800]'],
    ['\uD800', '[U+D800]'],
    ['\uE000', '[U+E000]'],
    ['ok\u{E0068}\u{E0069}', 'ok[hidden text: hi]'],
    ['\u{E0001}', '[U+E0001]'],
    ['a\u{E0100}', 'a[U+E0100]'],
    ['Grüße 日本語 مرحبا', 'Grüße 日本語 مرحبا'],
    ['👩\u200D💻 ❤\uFE0F', '👩\u200D💻 ❤\uFE0F'],
    ['a\uFE0F', 'a[U+FE0F]'],
    ['a\u200Db', 'a[U+200D zero-width joiner]b'],
    [`a${'\u0301'.repeat(6)}`, `a${'\u0301'.repeat(4)}[U+0301][U+0301]`],
  ])('%j', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('lets nothing through that cannot be seen, and loses nothing that can', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const pieces = splitVisible(text);
        const plain = pieces.flatMap((piece) => (piece.kind === 'text' ? [piece.text] : [])).join('');
        // eslint-disable-next-line no-control-regex
        expect(plain).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/);
        if (/^[\u0020-\u007E]*$/.test(text)) expect(plain).toBe(text);
        if (text !== '') expect(pieces.length).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('is linear', () => {
    const started = performance.now();
    splitVisible('\u202Ea\u{E0041}'.repeat(50_000));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('visibleLabel', () => {
  it.each([
    ['read_file', 20, 'read_file'],
    ['a\u202Eb', 40, 'a[U+202E right-to-left override]b'],
    ['a\u202Eb', 10, 'a[U+202E …'],
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['😀😀😀', 2, '😀…'],
    ['ok\u{E0068}\u{E0069}', 40, 'ok[hidden text: hi]'],
  ])('%j in %i is %s', (text, max, label) => {
    expect(visibleLabel(text, max)).toBe(label);
  });

  it('is bounded and holds nothing hidden, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 80 }), (text, max) => {
        const label = visibleLabel(text, max);
        expect(Array.from(label).length).toBeLessThanOrEqual(max);
        expect(splitVisible(label).every(({ kind }) => kind === 'text')).toBe(true);
      }),
    );
  });
});
