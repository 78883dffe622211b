/**
 * How often somebody may be asked. A person who said no again and again is not asked the same way until they are tired: after
 * the third no in a row whoever wants something waits, longer with each further one. A yes ends that.
 */
import { kindOf } from './asker.ts';

export interface Patience {
  /** Milliseconds until this asker may ask again; 0 now. */
  waitMs(asker: string): number;
  answered(asker: string, answer: 'yes' | 'no'): void;
}

const FREE_NOES = 3;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 15 * 60_000;

/** @param now milliseconds since the epoch. */
export function createPatience(now: () => number): Patience {
  const noes = new Map<string, { readonly count: number; readonly until: number }>();
  return {
    waitMs: (asker) => Math.max(0, (noes.get(kindOf(asker))?.until ?? 0) - now()),
    answered: (asker, answer) => {
      const kind = kindOf(asker);
      if (answer === 'yes') {
        noes.delete(kind);
        return;
      }
      const count = (noes.get(kind)?.count ?? 0) + 1;
      const wait = count < FREE_NOES ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (count - FREE_NOES), LONGEST_WAIT_MS);
      noes.set(kind, { count, until: now() + wait });
    },
  };
}
