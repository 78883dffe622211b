/**
 * Finds hidden characters in a text as it came, before anything is normalised. Each invisible character is a finding unless
 * its neighbours show that it belongs there: joiners of emoji and of the scripts that need them, flags, presentation
 * selectors, marks of direction in text that runs from right to left.
 */
import type { ScanKind } from '../../preload/contract/index.ts';
import { INVISIBLE, invisibles } from './invisible.ts';
import type { Match } from './match.ts';

/** The flags of England, Scotland and Wales: the only tag sequences that are in general use. */
const FLAGS = ['gbeng', 'gbsct', 'gbwls'].map((region) => `${tags(region)}\u{e007f}`);
const BLACK_FLAG = '\u{1f3f4}';

const PICTURE = /^\p{Extended_Pictographic}$/u;
/** What may stand between a picture and the joiner after it. */
const PICTURE_END = /^(?:\ufe0f|[\u{1f3fb}-\u{1f3ff}])$/u;
const SYMBOL = /^(?!\p{ASCII})[\p{Emoji}\p{S}]$/u;
const KEYCAP_BASE = /^[0-9#*]$/;
const VARIANT_BASE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Myanmar}\p{Script=Phags_Pa}\p{Sm}]$/u;
/** Scripts whose spelling needs joiners and non-joiners. */
const JOINING =
  /^[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mandaic}\p{Script=Nko}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Balinese}\p{Script=Javanese}\u064b-\u065f]$/u;
/** Takes the vowel from a letter; shown as such before a non-joiner, at the end of a word too. */
const VIRAMA = /^[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]$/;
/** Written without spaces: a zero-width space tells where a word ends. */
const SPACELESS = /^[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]$/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const WORD_END = /[\p{L}\p{M}]{2}$/u;
const WORD_START = /^[\p{L}\p{M}]{2}/u;
const BRAILLE = /^[\u2801-\u28ff]$/;
const OLD_HANGUL = /^[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]$/;
const MONGOLIAN = /^\p{Script=Mongolian}$/u;
/** How far away text that runs from right to left may stand from a mark of direction. */
const DIRECTION_REACH = 64;

export function hiddenText(text: string, kind: ScanKind): readonly Match[] {
  if (!INVISIBLE.test(text)) return [];
  const matches: Match[] = [];
  let passedUntil = 0;
  for (const found of text.matchAll(invisibles())) {
    const start = found.index;
    if (start < passedUntil) continue;
    const passes = belongs(text, start, kind);
    if (passes > 0) {
      passedUntil = start + passes;
      continue;
    }
    const end = start + found[0].length;
    const rule = ruleOf(text.codePointAt(start) ?? 0, found[0].length);
    const last = matches.at(-1);
    // Runs are one match: a smuggled payload has one character for each letter.
    if (last?.end === start && last.rule === rule) matches[matches.length - 1] = { ...last, end };
    else matches.push({ category: 'hidden_text', rule, tier: 'hard', start, end });
  }
  return matches;
}

function ruleOf(code: number, length: number): string {
  if (code === 0x1b || (code === 0x9b && length > 1)) return 'ansi-escape';
  if (code < 0xa0) return 'control-character';
  if (code >= 0xe0000 && code < 0xe0080) return 'tag-characters';
  if ((code >= 0xfe00 && code < 0xfe10) || (code >= 0xe0100 && code < 0xe01f0)) return 'variation-selector';
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return 'bidi-control';
  if (code === 0x200e || code === 0x200f || code === 0x61c) return 'direction-mark';
  if (code === 0xad) return 'soft-hyphen';
  if ((code >= 0xe000 && code < 0xf900) || code >= 0xf0000) return 'private-use';
  if ((code >= 0x200b && code <= 0x200d) || code === 0xfeff || (code >= 0x2060 && code < 0x2070)) return 'zero-width';
  return 'invisible-filler';
}

/** How many characters from `at` on belong where they stand; 0 if the one at `at` does not. */
function belongs(text: string, at: number, kind: ScanKind): number {
  const code = text.codePointAt(at) ?? 0;
  const before = charBefore(text, at);
  const after = charAt(text, at + (code > 0xffff ? 2 : 1));
  switch (code) {
    case 0xfeff:
      return at === 0 && kind !== 'tool-definition' ? 1 : 0;
    case 0xad:
      return kind !== 'tool-definition' && isHyphenation(text, at) ? 1 : 0;
    case 0x200b:
      return SPACELESS.test(before) && SPACELESS.test(after) ? 1 : 0;
    case 0x200c:
      return VIRAMA.test(before) || (JOINING.test(before) && JOINING.test(after)) ? 1 : 0;
    case 0x200d:
      return joinsPictures(text, at, after) || joinsLetters(before, after) ? 1 : 0;
    case 0x200e:
    case 0x200f:
    case 0x61c:
      return !isMark(before) && !isMark(after) && isNearRightToLeft(text, at) ? 1 : 0;
    case 0x2800:
      return BRAILLE.test(before) || BRAILLE.test(after) ? 1 : 0;
    case 0x115f:
    case 0x1160:
      return OLD_HANGUL.test(before) || OLD_HANGUL.test(after) ? 1 : 0;
    case 0xfe0e:
    case 0xfe0f:
      return KEYCAP_BASE.test(before) ? Number(after === '\u20e3') : Number(SYMBOL.test(before));
    default:
  }
  if (code >= 0x180b && code <= 0x180f) return Number(MONGOLIAN.test(before));
  if ((code >= 0xfe00 && code <= 0xfe02) || (code >= 0xe0100 && code <= 0xe01ef)) {
    return VARIANT_BASE.test(before) ? charLength(code) : 0;
  }
  if (before !== BLACK_FLAG) return 0;
  return FLAGS.find((flag) => text.startsWith(flag, at))?.length ?? 0;
}

function joinsPictures(text: string, at: number, after: string): boolean {
  if (!PICTURE.test(after)) return false;
  let from = at;
  let before = charBefore(text, from);
  for (let steps = 0; steps < 2 && PICTURE_END.test(before); steps++) {
    from -= before.length;
    before = charBefore(text, from);
  }
  return PICTURE.test(before);
}

/** A joiner at the end of a word shows the joined form of its last letter. */
function joinsLetters(before: string, after: string): boolean {
  return JOINING.test(before) && (JOINING.test(after) || after === '' || /^[\s\p{P}]$/u.test(after));
}

/** A place where a word may be broken has at least two letters on each side; a letter here and there between them is noise. */
function isHyphenation(text: string, at: number): boolean {
  return WORD_END.test(text.slice(Math.max(0, at - 4), at)) && WORD_START.test(text.slice(at + 1, at + 5));
}

function isMark(char: string): boolean {
  return char !== '' && INVISIBLE.test(char);
}

function isNearRightToLeft(text: string, at: number): boolean {
  return RIGHT_TO_LEFT.test(text.slice(Math.max(0, at - DIRECTION_REACH), at + DIRECTION_REACH));
}

function charAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function charBefore(text: string, at: number): string {
  if (at === 0) return '';
  const isPair = at > 1 && isLow(text.charCodeAt(at - 1)) && isHigh(text.charCodeAt(at - 2));
  return text.slice(isPair ? at - 2 : at - 1, at);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function charLength(code: number): number {
  return code > 0xffff ? 2 : 1;
}

function tags(text: string): string {
  return Array.from(text, (char) => String.fromCodePoint(0xe0000 + (char.codePointAt(0) ?? 0))).join('');
}
