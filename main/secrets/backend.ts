import type { SecretBackend } from '../../preload/contract/secret.ts';

/** Service name of every item that the companion keeps in an OS keychain. */
export const SERVICE_NAME = 'runlayer-companion';

/** Longest time that one call to a keychain may take, in milliseconds: a locked one may wait for its prompt for ever. */
export const STORE_LIMIT_MS = 5_000;

/** A place that keeps secrets by account. Implementations reject with the place's own error; nothing here is retried. */
export interface SecretStore {
  readonly id: SecretBackend;
  /** Undefined when the store has no such item; a locked keyring may say so too, see vault.ts. */
  get(account: string): Promise<string | undefined>;
  set(account: string, value: string): Promise<void>;
  /** False when there was nothing to delete; a locked keyring may say so too. */
  delete(account: string): Promise<boolean>;
}

/** Imports a native module; rejects when it is not installed or was not built. */
export type LoadModule = () => Promise<unknown>;

/** Runs `task` after `ms` milliseconds unless the returned function is called first. */
export type After = (ms: number, task: () => void) => () => void;

/** {@link After} on the process's own timers. */
export const afterTimeout: After = (ms, task) => {
  const timer = setTimeout(task, ms);
  return () => {
    clearTimeout(timer);
  };
};
