import { describe, expect, it } from 'vitest';
import { flowing, normalised, visible } from '../../main/guard/normalise.ts';
import type { View } from '../../main/guard/view.ts';

const plain = (text: string): View => ({ text, places: (start, end) => [{ string: 0, start, end }] });

/** The part of the text that `wanted` was read from. */
function origin(text: string, wanted: string): string | undefined {
  const view = normalised(plain(text));
  const at = view?.text.indexOf(wanted) ?? -1;
  const [place] = at < 0 ? [] : (view?.places(at, at + wanted.length) ?? []);
  return place === undefined ? undefined : text.slice(place.start, place.end);
}

describe('the normalised copy', () => {
  it.each([
    ['full width', 'say ｉｇｎｏｒｅ now', 'ignore', 'ｉｇｎｏｒｅ'],
    ['Cyrillic letters', 'say іgnоrе now', 'ignore', 'іgnоrе'],
    ['mathematical letters', 'say 𝐢𝐠𝐧𝐨𝐫𝐞 now', 'ignore', '𝐢𝐠𝐧𝐨𝐫𝐞'],
    ['accents', 'say ïgnóre now', 'ignore', 'ïgnóre'],
    ['piled marks', 'say i\u0336g\u0336nore now', 'ignore', 'i\u0336g\u0336nore'],
    ['zero-width characters', 'say ig\u200bno\u2060re now', 'ignore', 'ig\u200bno\u2060re'],
    ['colours inside a word', 'say ig\u001b[0mnore now', 'ignore', 'ig\u001b[0mnore'],
    ['ligatures', 'say ﬁle now', 'file', 'ﬁle'],
    ['hyphens and quotes', 'say don’t—now', "don't-now", 'don’t—now'],
    ['small capitals', 'say ɪɢɴᴏʀᴇ now', 'ignore', 'ɪɢɴᴏʀᴇ'],
  ])('reads %s', (_name, text, wanted, from) => {
    expect(origin(text, wanted)).toBe(from);
  });

  it('keeps case', () => {
    expect(normalised(plain('ＡbＣ'))?.text).toBe('AbC');
  });

  it.each(['', 'plain text\n', '日本語', '\u{1f600} שלום'])('is none where nothing differs: %j', (text) => {
    expect(normalised(plain(text))).toBeUndefined();
  });

  it('of a long text is what stands near the differences', () => {
    const text = `${'a'.repeat(50_000)} ｉgnore ${'b'.repeat(50_000)}`;
    expect(normalised(plain(text))?.text.length).toBeLessThan(1000);
    expect(origin(text, 'ignore')).toBe('ｉgnore');
  });
});

describe('the flowing copy', () => {
  const read = (text: string): string | undefined => flowing(plain(text))?.text;

  it('has spaces for the breaks inside a paragraph and for the plus signs of forms', () => {
    expect(read('forget\nall+the\r\nrules')).toBe('forget all the  rules');
    expect(flowing(plain('ab\ncd'))?.places(1, 4)).toEqual([{ string: 0, start: 1, end: 4 }]);
  });

  it.each(['', 'a. b', 'One.\nTwo', 'one\n\ntwo', 'one\n- two', 'one\n# two', '1+1', 'a + b'])(
    'is none of %j',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});

describe('the visible copy', () => {
  it('keeps accents and other scripts', () => {
    expect(visible(plain('з\u200bа\u2060бу́дь\u001b[0m'))?.text).toBe('забу́дь');
    expect(visible(plain('забу́дь'))).toBeUndefined();
  });
});
