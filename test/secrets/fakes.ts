import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { After, SecretStore } from '../../main/secrets/backend.ts';
import type { SecretBackend } from '../../preload/contract/secret.ts';
import { CompanionError } from '../../preload/contract/failure.ts';

/** A clock that moves only when told to. */
export function fakeTimers(): { after: After; advance: (ms: number) => Promise<void>; readonly waiting: number } {
  let now = 0;
  const tasks = new Set<{ at: number; task: () => void }>();
  return {
    after(ms, task) {
      const entry = { at: now + ms, task };
      tasks.add(entry);
      return () => void tasks.delete(entry);
    },
    async advance(ms) {
      await settle();
      now += ms;
      for (const entry of tasks) {
        if (entry.at > now) continue;
        tasks.delete(entry);
        entry.task();
      }
      await settle();
    },
    get waiting() {
      return tasks.size;
    },
  };
}

/** Lets every promise that can settle without I/O do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export type Call = 'get' | 'set' | 'delete';

/** A keychain in memory; `before` runs ahead of each call and may throw, wait or change things. */
export class FakeStore implements SecretStore {
  readonly id: SecretBackend;
  readonly items = new Map<string, string>();
  readonly calls: string[] = [];
  before: (call: Call, account: string) => Promise<void> | void = () => undefined;
  /** Like a locked gnome-keyring: reads and deletes say "no such item", writes fail. */
  locked = false;

  constructor(id: SecretBackend) {
    this.id = id;
  }

  async get(account: string): Promise<string | undefined> {
    await this.#enter('get', account);
    return this.locked ? undefined : this.items.get(account);
  }

  async set(account: string, value: string): Promise<void> {
    await this.#enter('set', account);
    if (this.locked) throw new Error('Cannot create an item in a locked collection');
    this.items.set(account, value);
  }

  async delete(account: string): Promise<boolean> {
    await this.#enter('delete', account);
    return !this.locked && this.items.delete(account);
  }

  async #enter(call: Call, account: string): Promise<void> {
    this.calls.push(`${call} ${account}`);
    await this.before(call, account);
  }
}

/** The fake as the module that `import('keytar')` would give. */
export function asKeytar(store: FakeStore): object {
  return {
    default: {
      getPassword: async (_service: string, account: string) => (await store.get(account)) ?? null,
      setPassword: (_service: string, account: string, value: string) => store.set(account, value),
      deletePassword: (_service: string, account: string) => store.delete(account),
    },
  };
}

/** The fake as the module that `import('@napi-rs/keyring')` would give. */
export function asKeyring(store: FakeStore): object {
  return {
    AsyncEntry: class {
      readonly #account: string;
      constructor(_service: string, account: string) {
        this.#account = account;
      }
      getPassword = async (): Promise<string | null> => (await store.get(this.#account)) ?? null;
      setPassword = (value: string): Promise<void> => store.set(this.#account, value);
      deletePassword = (): Promise<boolean> => store.delete(this.#account);
    },
  };
}

/** A promise and the function that settles it. */
export function gate(): { readonly opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { opened: promise.then(() => undefined), open: () => resolve(undefined) };
}

/** Code of the CompanionError that `work` rejects with; the test fails when it does not. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await failureOf(work)).code;
}

export async function failureOf(work: Promise<unknown>): Promise<CompanionError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CompanionError) return error;
    throw error;
  }
  throw new Error('expected a refusal, but it worked');
}

export async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'rl-secrets-'));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
