/*
 * Owns the time limit on keychain calls. A native call that waits for an unlock prompt cannot be cancelled and holds one of
 * the process's few worker threads, so there is never more than one under way per store: what comes after waits in line,
 * and what runs out of time in line is never started. A call that succeeds after its limit is undone by `late`.
 */
import type { After, SecretStore } from './backend.ts';

/** The limit passed; the call may still be waiting inside the keychain. */
export class StoreTimeout extends Error {
  constructor(limitMs: number) {
    super(`the keychain did not answer within ${limitMs} ms`);
    this.name = 'StoreTimeout';
  }
}

export interface UndoableStore extends SecretStore {
  /** As {@link SecretStore.set}; `late` runs if the write succeeds after it was reported as timed out. */
  set(account: string, value: string, late?: (store: SecretStore) => Promise<unknown>): Promise<void>;
}

export interface BoundedStore extends UndoableStore {
  /** True while a call is inside the keychain, whether anyone still waits for it or not. */
  readonly busy: boolean;
}

/** Wraps `store` so that each call rejects with {@link StoreTimeout} after `limitMs`, its time in line included. */
export function boundStore(store: SecretStore, limitMs: number, after: After): BoundedStore {
  let tail: Promise<void> = Promise.resolve();
  let busy = false;

  function run<T>(start: () => Promise<T>, late?: () => Promise<unknown>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let timedOut = false;
      const cancel = after(limitMs, () => {
        timedOut = true;
        reject(new StoreTimeout(limitMs));
      });
      const turn = async (): Promise<void> => {
        if (timedOut) return;
        busy = true;
        try {
          const value = await start();
          if (timedOut) await late?.();
          resolve(value);
        } catch (error) {
          reject(error instanceof Error ? error : new Error('the keychain failed'));
        } finally {
          cancel();
          busy = false;
        }
      };
      tail = tail.then(turn);
    });
  }

  return {
    id: store.id,
    get: (account) => run(() => store.get(account)),
    set: (account, value, late) => run(() => store.set(account, value), late && (() => late(store))),
    delete: (account) => run(() => store.delete(account)),
    get busy() {
      return busy;
    },
  };
}
