/** Finds numbers that a state gives to persons, by a table: shape, check, and the words that must stand near. */
import type { Detector, Match } from '../match.ts';
import { standsBy } from './context-words.ts';

export interface NationalNumber {
  readonly rule: string;
  /** Global; begins and ends where no longer number or word runs on. */
  readonly shape: RegExp;
  /** Without separators, in capitals. */
  readonly isValid: (bare: string) => boolean;
  /** Needed where the shape says little: any number of the same length would pass the check now and then. */
  readonly words?: RegExp;
}

export const nationalDetector = (numbers: readonly NationalNumber[]): Detector => {
  return (text) => numbers.flatMap((number) => find(text, number));
};

function find(text: string, { rule, shape, isValid, words }: NationalNumber): Match[] {
  if (words !== undefined && !words.test(text)) return [];
  const matches: Match[] = [];
  for (const found of text.matchAll(shape)) {
    const end = found.index + found[0].length;
    const bare = found[0].replaceAll(/[ ./-]/g, '').toUpperCase();
    if (!/[1-9]/.test(bare) || /^(.)\1*$/.test(bare) || !isValid(bare)) continue;
    if (words !== undefined && !standsBy(text, found.index, end, words)) continue;
    matches.push({ category: 'pii', rule, tier: 'hard', start: found.index, end });
  }
  return matches;
}

/** A shape that no letter or digit, and no number written on, touches. */
export const shaped = (source: string): RegExp =>
  new RegExp(String.raw`(?<![A-Za-z0-9_]|[0-9][.,-])(?:${source})(?![A-Za-z0-9_]|[.,-][0-9])`, 'g');
