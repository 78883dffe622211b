/*
 * Tokens that begin with a text of their own. A format is looked for by its prefix and read from there in bounded steps, so
 * the time is linear whatever the text is: a prefix that stands a thousand times costs a thousand short looks.
 */
import { Literals } from '../literals.ts';
import type { Detector, Match } from '../match.ts';
import { entropyOf, isPlaceholder, isRealBeforeWord } from './placeholders.ts';

export interface TokenFormat {
  readonly rule: string;
  /** Each at least three characters long. */
  readonly prefixes: readonly string[];
  /** What follows the prefix; sticky, every repeat bounded. */
  readonly rest: RegExp;
  /** Characters before the prefix that belong to the token; `rest` then reads from there. */
  readonly back?: number;
  /** What else must hold for the whole token; true stands above the look for placeholders. */
  readonly proves?: (token: string) => boolean;
}

const MIN_ENTROPY = 2.5;
const MAX_REJECTED = 500;

export const tokenDetector = (formats: readonly TokenFormat[]): Detector => {
  const prefixes = [...new Set(formats.flatMap((format) => format.prefixes))];
  const literals = new Literals(prefixes);
  const numbersOf = formats.map((format) => format.prefixes.map((prefix) => prefixes.indexOf(prefix)));
  const users = prefixes.map((prefix) =>
    formats.flatMap((format, index) => (format.prefixes.includes(prefix) ? [index] : [])),
  );
  return (text) => {
    const places = literals.places(text);
    if (places === undefined) return [];
    const seen = new Set([...places.keys()].flatMap((number) => users[number] ?? []));
    return [...seen]
      .sort((a, b) => a - b)
      .flatMap((index) => {
        const format = formats[index];
        return format === undefined ? [] : find(text, format, numbersOf[index] ?? [], places);
      });
  };
};

type Places = ReadonlyMap<number, readonly number[]>;

function find(text: string, format: TokenFormat, numbers: readonly number[], places: Places): Match[] {
  const matches: Match[] = [];
  let rejected = 0;
  for (const [index, prefix] of format.prefixes.entries()) {
    let from = 0;
    for (const at of places.get(numbers[index] ?? -1) ?? []) {
      if (at < from) continue;
      const start = at - (format.back ?? 0);
      const end = tokenEnd(text, start, prefix, format);
      const real = end > 0 && isReal(text, start, end, prefix, format);
      if (real) matches.push({ category: 'secret', rule: format.rule, tier: 'hard', start, end });
      else if (end > 0) rejected += 1;
      // Behind a made-up one a real one may begin; where there are ever so many, time counts for more.
      const next = real || rejected > MAX_REJECTED ? end : 0;
      from = Math.max(at + prefix.length, next);
    }
  }
  return matches;
}

function tokenEnd(text: string, start: number, prefix: string, { rest, back }: TokenFormat): number {
  if (start < 0 || !standsAlone(text, start)) return -1;
  rest.lastIndex = back === undefined ? start + prefix.length : start;
  return rest.test(text) ? rest.lastIndex : -1;
}

function isReal(text: string, start: number, end: number, prefix: string, { proves, back }: TokenFormat): boolean {
  if (proves?.(text.slice(start, end)) === true) return true;
  const body = text.slice(back === undefined ? start + prefix.length : start, end);
  return isPlaceholder(body) ? isRealBeforeWord(body) : entropyOf(body) >= MIN_ENTROPY;
}

const WORD = /[A-Za-z0-9]/;
/** What ends in a letter or digit and yet is no part of a word: `\n`, `\u003d`, `%3D`, a terminal's colour. */
const ESCAPE = /(?:\\[abefnrtv]|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|\[[0-9;]{0,8}m)$/;
const ESCAPE_LENGTH = 10;

/** Whether no word that began earlier runs into `start`. */
export function standsAlone(text: string, start: number): boolean {
  if (start === 0 || !WORD.test(text.charAt(start - 1))) return true;
  return ESCAPE.test(text.slice(Math.max(0, start - ESCAPE_LENGTH), start));
}
