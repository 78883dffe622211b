/**
 * What a person is told about the tests of a condition: which there are, and that a word is none of them. Says nothing of the
 * values that were given, and does not judge a condition: its schema does.
 */
import { shown } from './render.ts';

const TESTS = [
  'eq',
  'in',
  'glob',
  'regex',
  'gt',
  'gte',
  'lt',
  'lte',
  'length',
  'contains',
  'exists',
  'path_under',
  'url_host',
] as const;
const KNOWN: ReadonlySet<string> = new Set(['at', 'and', 'or', 'not', ...TESTS]);
const MAX_WORD = 64;

export const CONDITION_HELP = `
A condition names a place in the arguments and one test of it:
  {"at":"/path","path_under":["~/notes"]}
Tests: eq, in, glob, regex, gt, gte, lt, lte, length, contains, exists,
path_under, url_host. Put together with {"and":[…]}, {"or":[…]}, {"not":…}.`;

/** The sentence about the first word in a condition, at any depth, that stands where a test should and is none. */
export function unknownTest(condition: unknown): string | undefined {
  const waiting: unknown[] = [condition];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null || Array.isArray(next)) continue;
    for (const [word, value] of Object.entries(next)) {
      if (!KNOWN.has(word)) return `"${shown(word.slice(0, MAX_WORD))}" is no test. Give one of: ${TESTS.join(', ')}.`;
      if (word === 'not') waiting.push(value);
      else if ((word === 'and' || word === 'or') && Array.isArray(value))
        for (const part of value.toReversed()) waiting.push(part);
    }
  }
  return undefined;
}
