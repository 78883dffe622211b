/**
 * Slows down whoever guesses at the vault's passphrase through the companion: a few wrong ones are free, each further one makes
 * the next try wait longer. Counted for all callers together, in memory; the right one starts anew. Tries are one at a time, so
 * that a hundred at once are no way round.
 */
import { CompanionError } from '../../preload/contract/failure.ts';

const FREE = 3;
const FIRST_WAIT_MS = 2000;
const MAX_WAIT_MS = 60_000;

export interface PassphraseAttempts {
  /** Rejects with E_VAULT_WAIT before `task` is begun, or as `task` does. */
  take<T>(task: () => Promise<T>): Promise<T>;
}

/** @param now milliseconds on a clock that nobody sets back. */
export function createPassphraseAttempts(now: () => number): PassphraseAttempts {
  let wrong = 0;
  let until = -Infinity;
  let tail: Promise<unknown> = Promise.resolve();

  async function once<T>(task: () => Promise<T>): Promise<T> {
    const left = until - now();
    if (left > 0) throw mustWait(Math.ceil(left / 1000));
    try {
      const value = await task();
      wrong = 0;
      return value;
    } catch (error) {
      if (error instanceof CompanionError && error.code === 'E_VAULT_PASSPHRASE') {
        wrong += 1;
        if (wrong >= FREE) until = now() + Math.min(FIRST_WAIT_MS * 2 ** (wrong - FREE), MAX_WAIT_MS);
      }
      throw error;
    }
  }

  return {
    take: (task) => {
      const turn = tail.then(
        () => once(task),
        () => once(task),
      );
      tail = turn.catch(() => undefined);
      return turn;
    },
  };
}

function mustWait(seconds: number): CompanionError {
  return new CompanionError(
    'E_VAULT_WAIT',
    'Several wrong passphrases were tried.',
    `Wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'}, then try again.`,
    { exitCode: 4 },
  );
}
