/** What `npm run soak` is asked for, and what it must have done to have shown anything. Refuses words that are no numbers. */
import type { Figures } from './kill-rounds.ts';

const MAX_ROUNDS = 10_000;

/** Otherwise what is wrong, in one line. */
export function readPlan(
  words: readonly string[],
  anySeed: number,
): { readonly seed: number; readonly rounds: number } | string {
  const [seedWord = String(anySeed), roundsWord = '200', ...more] = words;
  const seed = Number(seedWord);
  const rounds = Number(roundsWord);
  // The same 32 bits that the generator keeps: two seeds that print differently are two runs.
  if (!/^\d+$/.test(seedWord) || seed >= 2 ** 32) return `The seed is a whole number below ${2 ** 32}.`;
  if (!/^\d+$/.test(roundsWord) || rounds < 1 || rounds > MAX_ROUNDS) return `Rounds are 1 to ${MAX_ROUNDS}.`;
  return more.length > 0 ? 'Usage: npm run soak -- [seed] [rounds]' : { seed, rounds };
}

/** Where most calls are refused the accounts agree about nothing: such a run shows nothing. */
export function shortfall({ acknowledged, calls }: Pick<Figures, 'acknowledged' | 'calls'>): string | undefined {
  return acknowledged * 2 < calls || calls === 0
    ? 'fewer than half of the calls were answered with a result'
    : undefined;
}
