/** Looks whether a tenant can be asked again, more and more rarely, as long as something waits for it. */
import type { Schedule } from './time-limit.ts';

export interface Recovery {
  /** From now on it is looked for. */
  begin(): void;
  /** It answered. */
  answered(): void;
  onRecovered(listener: () => void): () => void;
  close(): void;
}

const FIRST_LOOK_MS = 5000;
const LAST_LOOK_MS = 60_000;

/** @param look resolves true where the tenant answered. Never rejects. */
export function createRecovery(schedule: Schedule, look: () => Promise<boolean>): Recovery {
  const listeners = new Set<() => void>();
  let cancel: (() => void) | undefined;
  let isWaiting = false;
  let waitMs = FIRST_LOOK_MS;

  const lookAfter = (ms: number): void => {
    cancel = schedule(ms, () => {
      cancel = undefined;
      void look().then((isThere) => {
        if (!isWaiting) return;
        if (isThere) answered();
        else {
          waitMs = Math.min(waitMs * 2, LAST_LOOK_MS);
          lookAfter(waitMs);
        }
      });
    });
  };
  const rest = (): void => {
    isWaiting = false;
    waitMs = FIRST_LOOK_MS;
    cancel?.();
    cancel = undefined;
  };
  const answered = (): void => {
    if (!isWaiting) return;
    rest();
    for (const listener of listeners) listener();
  };

  return {
    begin: () => {
      if (isWaiting) return;
      isWaiting = true;
      lookAfter(waitMs);
    },
    answered,
    onRecovered: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      rest();
      listeners.clear();
    },
  };
}
