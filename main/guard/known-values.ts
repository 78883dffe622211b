/** Finds values that must not pass by exactly what they are: secrets that servers hold now, and planted ones. */
import type { GuardCategory } from '../../preload/contract/index.ts';
import type { Match } from './match.ts';
import type { KnownValues, LiteralMatcher } from './scan-job.ts';

/** Every place where a form of a known value stands; forms that overlap are one match. */
export function findKnown(text: string, known: KnownValues): readonly Match[] {
  return [
    ...findAll(text, known.live, 'live_secret', 'live-secret'),
    ...findAll(text, known.canaries, 'canary', 'canary'),
  ];
}

function findAll(text: string, matcher: LiteralMatcher | undefined, category: GuardCategory, rule: string): Match[] {
  const matches: Match[] = [];
  if (matcher === undefined) return matches;
  let start = matcher.find(text, 0);
  while (start >= 0) {
    let end = matcher.endAt(text, start);
    let next = matcher.find(text, start + 1);
    while (next >= 0 && next < end) {
      end = Math.max(end, matcher.endAt(text, next));
      next = matcher.find(text, next + 1);
    }
    matches.push({ category, rule, tier: 'hard', start, end });
    start = next;
  }
  return matches;
}
