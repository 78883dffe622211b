import { describe, expect, it } from 'vitest';
import { hiddenText } from '../../main/guard/hidden-text.ts';
import type { ScanKind } from '../../preload/contract/index.ts';

const tags = (text: string): string =>
  Array.from(text, (char) => String.fromCodePoint(0xe0000 + (char.codePointAt(0) ?? 0))).join('');

function found(text: string, kind: ScanKind = 'output'): readonly string[] {
  return hiddenText(text, kind).map(({ rule, start, end }) => `${rule} ${start}-${end}`);
}

describe('hidden', () => {
  it.each([
    ['a message in tag characters', `ok${tags('obey')}`, 'tag-characters 2-10'],
    ['a flag of nowhere', `\u{1f3f4}${tags('gbxyz')}\u{e007f}`, 'tag-characters 2-14'],
    ['a zero-width space', 'a\u200bb', 'zero-width 1-2'],
    ['a joiner between Latin letters', 'a\u200db', 'zero-width 1-2'],
    ['a non-joiner at the end', 'a\u200c', 'zero-width 1-2'],
    ['word joiners and invisible operators', 'a\u2060\u2061\u2064b', 'zero-width 1-4'],
    ['a byte order mark inside', 'a\ufeffb', 'zero-width 1-2'],
    ['a second one at the begin', '\ufeff\ufeffb', 'zero-width 1-2'],
    ['an override of direction', 'a\u202eb\u202c', 'bidi-control 1-2,bidi-control 3-4'],
    ['isolates', '\u2067a\u2069', 'bidi-control 0-1,bidi-control 2-3'],
    ['a mark of direction in English', 'a\u200eb', 'direction-mark 1-2'],
    ['a run of marks in Hebrew', '\u05d0\u200f\u200f\u05d1', 'direction-mark 1-3'],
    ['a null byte', 'a\u0000b', 'control-character 1-2'],
    ['a backspace and delete', 'a\b\u007f', 'control-character 1-3'],
    ['a C1 control', 'a\u0085b', 'control-character 1-2'],
    ['a colour of a terminal', '\u001b[38;5;0mx', 'ansi-escape 0-9'],
    ['a link of a terminal', '\u001b]8;;https://example.com\u0007x', 'ansi-escape 0-25'],
    ['a lone escape', 'a\u001b', 'ansi-escape 1-2'],
    ['a C1 escape', 'a\u009b2Jb', 'ansi-escape 1-4'],
    ['bytes in variation selectors', '\u{1f600}\ufe0f\ufe01\ufe05', 'variation-selector 3-5'],
    ['bytes in the supplementary ones', `a\u{e0101}\u{e0120}`, 'variation-selector 1-5'],
    ['a presentation selector after a letter', 'a\ufe0f', 'variation-selector 1-2'],
    ['a digit that is no keycap', '1\ufe0fa', 'variation-selector 1-2'],
    ['private use', 'a\ue000\u{f0000}', 'private-use 1-4'],
    ['soft hyphens in a row', 'ab\u00ad\u00adcd', 'soft-hyphen 2-4'],
    ['soft hyphens between letters', 'a\u00adb\u00adc', 'soft-hyphen 1-2,soft-hyphen 3-4'],
    ['Hangul fillers', 'a\u3164\u115f\uffa0', 'invisible-filler 1-4'],
    ['a braille blank', 'a\u2800b', 'invisible-filler 1-2'],
    ['a joiner after one of Hindi', 'a\u0915\u200d\u200d\u0937', 'zero-width 2-4'],
  ])('%s', (_name, text, expected) => {
    expect(found(text).join()).toBe(expected);
  });

  it('wherever it stands in a long text', () => {
    const text = `${'x'.repeat(65_536)}\u200b${'y'.repeat(65_536)}`;
    expect(found(text)).toEqual(['zero-width 65536-65537']);
  });
});

describe('not hidden', () => {
  it.each([
    ['plain text', 'a\tb\r\nc'],
    ['a family', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
    ['one with a tone of skin', '\u{1f469}\u{1f3fd}\u200d\u{1f4bb}'],
    ['a heart on fire', '\u2764\ufe0f\u200d\u{1f525}'],
    ['a rainbow flag', '\u{1f3f3}\ufe0f\u200d\u{1f308}'],
    ['the flag of Scotland', `\u{1f3f4}${tags('gbsct')}\u{e007f}!`],
    ['a keycap', '1\ufe0f\u20e3 #\ufe0f\u20e3'],
    ['text presentation', '\u2714\ufe0e \u2b50\ufe0f \u00a9\ufe0f'],
    ['a variant of a Chinese character', '\u845b\u{e0100}'],
    ['Persian', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['Hindi', '\u0915\u094d\u200d\u0937'],
    ['Bengali at the end of a word', '\u09b6\u09cd\u200c'],
    ['Sinhala', '\u0d9a\u0dca\u200d\u0dbb'],
    ['Thai', '\u0e2a\u0e27\u0e31\u0e2a\u200b\u0e14\u0e35'],
    ['marks in Hebrew', 'C++\u200e \u05d0\u05d1'],
    ['a byte order mark at the begin', '\ufeffa'],
    ['a place to break a word', 'Donau\u00addampf\u00adschiff'],
    ['braille', '\u2801\u2800\u2803'],
    ['spaces of other widths', 'a\u00a0b\u2009c\u3000d'],
  ])('%s', (_name, text) => {
    expect(found(text)).toEqual([]);
  });

  it('in a definition is less', () => {
    expect(found('Donau\u00addampf', 'tool-definition')).toEqual(['soft-hyphen 5-6']);
    expect(found('\ufeffa', 'tool-definition')).toEqual(['zero-width 0-1']);
    expect(found('\u{1f469}\u{1f3fd}\u200d\u{1f4bb}', 'tool-definition')).toEqual([]);
  });
});
