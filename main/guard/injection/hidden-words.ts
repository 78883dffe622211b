/**
 * The shortest phrases of override and extraction in words that were pulled apart (i g n o r e), written with digits (1gn0re), turned
 * round or shifted by thirteen letters. Disguise is itself a sign: such a match blocks. Offsets are those of the text.
 */
import { Buffer } from 'node:buffer';
import type { Match } from '../match.ts';
import { looksShifted, looksTurned, mayBeDisguised, shifted, turned, type Region } from './disguise.ts';
import { mayRepeat } from './repetition.ts';

const DROP = '(?:ignore|disregard|forget|override|bypass|overlook)';
const FILL =
  '(?:all|any|every|of|the|these|those|your|my|previous|prior|earlier|above|preceding|system|original|safety)';
const ORDERS = '(?:instruction|direction|directive|prompt|guideline|rule|command)';
const SAY = '(?:reveal|print|show|repeat|output|display|leak|disclose|tellme|giveme|sendme|send)';
const OWN = '(?:me|us|all|of|the|your|this|secret|hidden|full|entire|user|users|whole)';
const SECRET = '(?:systemprompt|systemmessage|password|secretkey|apikey|privatekey|credentials|instructions)';
// A one reads as an i and may stand for an l.
const CORE = new RegExp(
  `${DROP}${FILL}{1,5}${ORDERS}|${SAY}${OWN}{1,4}${SECRET}|donottell(?:the)?user|donotmentionthis|youarenow(?:dan|unrestricted|jailbroken|indevelopermode)|developermode(?:enabled|activated|on)|ignoretheaboveand|whatisyourpassword|whatisthepassword`.replaceAll(
    'l',
    '[li]',
  ),
  'gu',
);

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
  '9': 'g',
};
/** The letter that an ASCII character stands for; 0 for none. */
const LETTER_OF = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return character >= 'a' && character <= 'z' ? code : (LEET[character]?.charCodeAt(0) ?? 0);
});
/** More than this is not folded at once; longer texts go piece by piece, overlapping. */
const PIECE = 65_536;
const OVERLAP = 512;

/** Cheap sign that a text may hold disguised or repeated words; without it only plain phrases can be found. */
export function mayHideWords(text: string): boolean {
  if (mayBeDisguised(text) || mayRepeat(text)) return true;
  const lower = text.toLowerCase();
  return looksTurned(lower) || looksShifted(lower);
}

/**
 * @param lower the text in lower case, same offsets
 * @param regions of it that look disguised
 */
export function findHiddenWords(lower: string, regions: readonly Region[]): readonly Match[] {
  const found: Match[] = [];
  for (const { start, end } of regions) {
    for (let from = start; from < end; from += PIECE - OVERLAP)
      squeeze(lower, from, Math.min(end, from + PIECE), found);
  }
  if (looksTurned(lower)) {
    const length = lower.length;
    for (const match of plain(turned(lower))) found.push(hit('turned-words', length - match.end, length - match.start));
  }
  if (looksShifted(lower)) {
    for (const match of plain(shifted(lower))) found.push(hit('shifted-words', match.start, match.end));
  }
  return found;
}

function hit(rule: string, start: number, end: number): Match {
  return { category: 'injection', rule, tier: 'soft', weight: 3, start, end };
}

/** Letters only, digits read as the letters they stand for; a match counts where the source is visibly disguised. */
function squeeze(lower: string, from: number, to: number, into: Match[]): void {
  const letters = new Uint8Array(to - from);
  const places = new Uint32Array(to - from);
  let count = 0;
  for (let at = from; at < to; at += 1) {
    const code = lower.charCodeAt(at);
    const letter = code < 128 ? (LETTER_OF[code] ?? 0) : 0;
    if (letter === 0) continue;
    letters[count] = letter;
    places[count] = at;
    count += 1;
  }
  search(letters.subarray(0, count), places, lower, into);
}

function search(letters: Uint8Array, places: Uint32Array, lower: string, into: Match[]): void {
  const reading = Buffer.from(letters.buffer, letters.byteOffset, letters.byteLength).toString('latin1');
  CORE.lastIndex = 0;
  for (let match = CORE.exec(reading); match !== null; match = CORE.exec(reading)) {
    const start = places[match.index];
    const last = places[match.index + match[0].length - 1];
    if (start === undefined || last === undefined) return;
    if (isDisguised(lower.slice(start, last + 1))) into.push(hit('disguised-words', start, last + 1));
  }
}

/** Words pulled apart have about one gap for each letter; otherwise digits stand inside the words. */
function isDisguised(source: string): boolean {
  if (source.length > 200) return false;
  const letters = source.match(/[a-z0-9@$]/gu)?.length ?? 0;
  const gaps = source.match(/[^a-z0-9@$]+/gu)?.length ?? 0;
  const digits = source.match(/[a-z][0134579@$!]|[0134579@$!][a-z]/gu)?.length ?? 0;
  return gaps * 2 >= letters || digits >= 3;
}

const PLAIN =
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{1,40}?\b(?:instructions?|prompts?|rules|guidelines)\b|\b(?:reveal|print|show|repeat|output|tell me|give me|what is)\b[^.!?]{1,30}?\b(?:system prompt|passwords?|secret key|instructions)\b/gu;

function plain(text: string): readonly { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const match of text.matchAll(PLAIN)) found.push({ start: match.index, end: match.index + match[0].length });
  return found;
}
