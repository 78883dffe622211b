/**
 * Readings of a text whose words are disguised all through: digits for letters (1gn0re), letters apart (i g n o r e   a l l). Unlike
 * the shortest phrases of hidden-words.ts, which need no word ends, these readings have them, so that every rule can run over them.
 */

import { looksShifted, looksTurned, shifted, turned, type Region } from './disguise.ts';

export interface Reading {
  readonly text: string;
  /** Offset in the source of the character at an offset of the reading. */
  place(offset: number): number;
}

/** A digit where a letter should be, twice: one alone is a name like "k8s" or "h264". */
const DIGITS_IN_WORDS = /[a-z][0134578@$]{1,2}[a-z][^]{0,60}?[^a-z0-9][a-z0134578@$]{0,8}[a-z][0134578@$]/u;
const LETTERS_APART = /(?<![a-z0-9])(?:[a-z0-9@$'][ \t._\-*|/~^+·•]{1,6}){7,}[a-z0-9@$'](?![a-z0-9])/gu;
const FIRST: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
};
const SECOND: Readonly<Record<string, string>> = { ...FIRST, '1': 'l' };

/** @param lower text in lower case; `regions` of it look disguised */
export function readings(lower: string, regions: readonly Region[]): readonly Reading[] {
  const found: Reading[] = [];
  if (looksTurned(lower)) found.push({ text: turned(lower), place: (offset) => lower.length - 1 - offset });
  if (looksShifted(lower)) found.push({ text: shifted(lower), place: (offset) => offset });
  for (const region of regions) {
    const part = lower.slice(region.start, region.end);
    if (DIGITS_IN_WORDS.test(part)) {
      found.push(moved(withLetters(part, FIRST), region.start));
      if (part.includes('1')) found.push(moved(withLetters(part, SECOND), region.start));
    }
    const joined = lettersJoined(part, region.start);
    if (joined !== undefined) found.push(joined);
  }
  return found;
}

const moved = (text: string, by: number): Reading => ({ text, place: (offset) => offset + by });

function withLetters(lower: string, table: Readonly<Record<string, string>>): string {
  return lower.replaceAll(/[0134578@$]/gu, (character) => table[character] ?? character);
}

function lettersJoined(lower: string, by: number): Reading | undefined {
  let text = '';
  const places: number[] = [];
  for (const run of lower.matchAll(LETTERS_APART)) {
    let at = run.index;
    for (const part of run[0].matchAll(/([a-z0-9@$'])([^a-z0-9@$']*)/gu)) {
      const [whole, letter = '', gap = ''] = part;
      text += gap.length > 1 ? `${letter} ` : letter;
      places.push(at);
      if (gap.length > 1) places.push(at + 1);
      at += whole.length;
    }
    text += '\n';
    places.push(at - 1);
  }
  return text === '' ? undefined : { text, place: (offset) => by + (places[Math.min(offset, places.length - 1)] ?? 0) };
}
