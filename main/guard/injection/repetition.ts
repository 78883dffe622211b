/** One word many times over: it fills a context up, or drives a model off its instructions. */
import type { Match } from '../match.ts';

const TIMES = 30;
const MIN_LENGTH = 3;
const MAX_LENGTH = 40;
/** What honest data repeats. */
const EMPTY = /^(?:null|none|nan|true|false|undefined|nil|n\/a|empty|yes|no|na)$/u;
/** A word, or a number that is more than one digit over and over. */
const WORD = /^(?:[a-z][a-z0-9]{2,}|(?=\d{5})(\d)(?!\1*$)\d{4,})$/u;
/** Up to the space. */
const LAST_BLANK = 32;

/** True if a word stands `times` times in a row; a cheap sign with 3, what counts with {@link TIMES}. */
export function mayRepeat(text: string): boolean {
  return runOf(text.toLowerCase(), 3) !== undefined;
}

/** @param lower text in lower case */
export function findRepetition(lower: string): readonly Match[] {
  const run = runOf(lower, TIMES);
  return run === undefined ? [] : [{ category: 'injection', rule: 'repeated-token', tier: 'soft', weight: 1, ...run }];
}

function runOf(lower: string, times: number): { readonly start: number; readonly end: number } | undefined {
  let first = 0;
  let length = 0;
  let count = 0;
  let from = 0;
  for (let at = 0; at <= lower.length; at += 1) {
    if (at < lower.length && lower.charCodeAt(at) > LAST_BLANK) continue;
    const size = at - from;
    if (size > 0) {
      const isSame = size === length && lower.startsWith(lower.slice(first, first + length), from);
      count = isSame ? count + 1 : 1;
      if (!isSame) {
        first = from;
        length = size;
      }
      if (count >= times && isWord(lower.slice(from, at))) return { start: first, end: at };
    }
    from = at + 1;
  }
  return undefined;
}

function isWord(token: string): boolean {
  return token.length >= MIN_LENGTH && token.length <= MAX_LENGTH && WORD.test(token) && !EMPTY.test(token);
}
