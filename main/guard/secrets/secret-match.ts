import type { Match } from '../match.ts';

export const secretMatch = (rule: string, start: number, end: number): Match => ({
  category: 'secret',
  rule,
  tier: 'hard',
  start,
  end,
});
