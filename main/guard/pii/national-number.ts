/** Finds numbers that a state gives to persons, by a table: shape, check, and the words that must stand near. */
import type { Detector, Match } from '../match.ts';
import { standsBy } from './context-words.ts';
import { digitRuns, type DigitRuns } from './digit-runs.ts';

export interface NationalNumber {
  readonly rule: string;
  /** Global; begins and ends where no longer number or word runs on. */
  readonly shape: RegExp;
  /** Without separators, in capitals. */
  readonly isValid: (bare: string) => boolean;
  /** Needed where the shape says little: any number of the same length would pass the check now and then. */
  readonly words?: RegExp;
  /** Of letters too: what is said in digit-runs.ts does not hold. */
  readonly hasFewDigits?: boolean;
}

export const nationalDetector = (numbers: readonly NationalNumber[]): Detector => {
  return (text) => {
    const runs = digitRuns(text);
    // Where most of a text is digits, its words are the cheaper look.
    const isMostly = runs !== undefined && runs.text.length * 2 > text.length;
    return numbers.flatMap((number) => {
      const within = number.hasFewDigits === true ? { text, place: (at: number): number => at } : runs;
      if (within === undefined || (isMostly && !isNamed(text, number))) return [];
      return find(text, within, number);
    });
  };
};

const isNamed = (text: string, { words }: NationalNumber): boolean => words === undefined || words.test(text);

function find(text: string, within: DigitRuns, number: NationalNumber): Match[] {
  const { rule, shape, isValid, words } = number;
  const matches: Match[] = [];
  shape.lastIndex = 0;
  for (let found = shape.exec(within.text); found !== null; found = shape.exec(within.text)) {
    const bare = found[0].replaceAll(/[ ./-]/g, '').toUpperCase();
    if (!/[1-9]/.test(bare) || /^(.)\1*$/.test(bare) || !isValid(bare)) continue;
    if (!isNamed(text, number)) return [];
    const start = within.place(found.index);
    const end = start + found[0].length;
    if (words !== undefined && !standsBy(text, start, end, words)) continue;
    matches.push({ category: 'pii', rule, tier: 'hard', start, end });
  }
  return matches;
}

/** A shape that no letter or digit, and no number written on, touches. */
export const shaped = (source: string): RegExp =>
  new RegExp(String.raw`(?<![A-Za-z0-9_]|[0-9][.,-])(?:${source})(?![A-Za-z0-9_]|[.,-][0-9])`, 'g');
