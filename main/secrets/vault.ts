/*
 * Owns where each secret is: an index of names and backends (never values) beside the stores that hold them. A value is
 * handed out only by `resolve`. It never moves a secret to another backend by itself and never reads "no such item" as truth
 * before the keychain has proved that it is unlocked: a locked one says the same. On any doubt it refuses and says what to do.
 */
import { SecretName, SecretReference } from '../../preload/contract/connector.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { SecretEntry } from '../../preload/contract/secret.ts';
import { STORE_LIMIT_MS, afterTimeout } from './backend.ts';
import type { UndoableStore } from './bounded-store.ts';
import { type BackendChoice, absentChoice, classifyStoreError, lockedChoice } from './choose-backend.ts';
import { type FoundItem, createItemFinder } from './find-item.ts';
import { UNKNOWN_STATE, describeChoice, lookForBackend, openHolder, refuseChoice } from './keychain-state.ts';
import * as failures from './secret-failures.ts';
import { refuseValue } from './secret-value.ts';
import { withinLimit } from './time-limit.ts';
import type { SecretVault, SecretVaultOptions } from './vault-offers.ts';
import { ReadBackDiffers, writeBack } from './write-back.ts';

export type { SecretVault, SecretVaultOptions } from './vault-offers.ts';

/** See {@link SecretVault}. */
export function createSecretVault(options: SecretVaultOptions): SecretVault {
  const { installId, index, keychain, file, live, clock, after = afterTimeout, warn } = options;
  const account = (name: string): string => `${installId}/${name}`;
  const find = (name: string): SecretEntry | undefined => index.read().find((entry) => entry.name === name);
  let state = UNKNOWN_STATE;
  let ready: UndoableStore | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  /** Writes are one at a time, so that none reads an index that another is about to replace. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = tail.then(task, task);
    tail = turn.catch(() => undefined);
    return turn;
  }

  async function probe(): Promise<BackendChoice> {
    const choice = await lookForBackend(file, keychain);
    ready = choice.kind === 'ready' ? choice.store : undefined;
    state = describeChoice(choice);
    return choice;
  }

  function forget(): void {
    ready = undefined;
    state = UNKNOWN_STATE;
  }

  async function writable(): Promise<UndoableStore> {
    // A vault that appeared, or was locked, since the last look changes the answer; the look at its file is cheap.
    const expected = ready?.id === 'vault' ? 'ready' : 'absent';
    if (ready !== undefined && (await file.status()) === expected) return ready;
    const choice = await probe();
    if (choice.kind === 'ready') return choice.store;
    throw refuseChoice(choice);
  }

  const holder = (entry: SecretEntry): Promise<UndoableStore> => openHolder(entry, file, keychain);

  /** Keeps what a call told about the OS keychain, unless new secrets go to the passphrase vault anyway. */
  function note(choice: BackendChoice): void {
    if (state.backend === 'vault') return;
    ready = choice.kind === 'ready' ? choice.store : undefined;
    state = describeChoice(choice);
  }

  /** Turns what a store threw into a refusal; a library's own words are left out, see secret-failures.ts. */
  function refuse(store: UndoableStore, thrown: unknown): CompanionError {
    if (thrown instanceof CompanionError) {
      if (store.id === 'vault') forget();
      return thrown;
    }
    const choice =
      classifyStoreError(thrown).kind === 'locked'
        ? lockedChoice(store.id, 'The OS keychain is locked or waits for an answer.', keychain.platform)
        : absentChoice('The OS keychain cannot be reached.', keychain.platform);
    note(choice);
    return refuseChoice(choice);
  }

  /** After "no such item": rejects unless the keychain proves to be unlocked, so that the answer can be believed. */
  async function believe(store: UndoableStore): Promise<void> {
    if (store.id === 'vault') return;
    const choice = await keychain.choose();
    note(choice);
    if (choice.kind !== 'ready') throw refuseChoice(choice);
  }

  function entryOf(name: string, { store, value }: FoundItem): SecretEntry {
    return { name, backend: store.id, redactable: live.isRedactable(value), updatedAt: clock().toISOString() };
  }

  const withEntry = (entry: SecretEntry): SecretEntry[] =>
    [...index.read().filter(({ name }) => name !== entry.name), entry].sort(byName);

  async function replace(name: string, value: string, typedIn: SecretEntry['typedIn']): Promise<SecretEntry> {
    const target = await writable();
    const before = find(name);
    const isNew = before?.backend !== target.id;
    try {
      await writeBack(target, account(name), value, isNew);
    } catch (error) {
      throw error instanceof ReadBackDiffers ? failures.keychainFailed(name) : refuse(target, error);
    }
    const entry = { ...entryOf(name, { store: target, value }), ...(typedIn === undefined ? {} : { typedIn }) };
    try {
      await index.write(withEntry(entry));
    } catch (error) {
      // Without an entry nobody would ever find, or delete, the new item.
      if (isNew) await target.delete(account(name)).catch(() => undefined);
      throw error;
    }
    if (before !== undefined && isNew) await dropOld(before);
    return entry;
  }

  async function dropOld(before: SecretEntry): Promise<void> {
    try {
      const old = await holder(before);
      if (!(await old.delete(account(before.name)))) await believe(old);
    } catch {
      warn?.(`The old copy of the secret "${before.name}" could not be deleted from ${before.backend}.`);
    }
  }

  async function read(entry: SecretEntry): Promise<string> {
    const held = await holder(entry);
    try {
      const value = await held.get(account(entry.name));
      if (value === undefined) await believe(held);
      else return value;
    } catch (error) {
      throw refuse(held, error);
    }
    throw failures.secretMissing(entry.name);
  }

  const findItem = createItemFinder({ file, keychain, note });

  async function readOwn(name: string): Promise<string | undefined> {
    const before = find(name);
    const item = await findItem(account(name), before?.backend ?? null);
    if (item !== undefined && before?.backend !== item.store.id) await index.write(withEntry(entryOf(name, item)));
    return item?.value;
  }

  return {
    list: () => [...index.read()].sort(byName),

    set: (name, value, typedIn) =>
      inTurn(async () => {
        if (!SecretName.safeParse(name).success) throw failures.secretName();
        const refused = refuseValue(value);
        if (refused !== undefined) throw refused;
        // Live while it is written, so that no log line of these moments can hold it.
        const release = live.add(value);
        try {
          return await replace(name, value, typedIn);
        } finally {
          release();
        }
      }),

    rewrite: (name, value) =>
      inTurn(async () => {
        const entry = find(name);
        if (entry === undefined) throw failures.secretUnknown(name);
        const refused = refuseValue(value);
        if (refused !== undefined) throw refused;
        const release = live.add(value);
        try {
          const held = await holder(entry);
          await writeBack(held, account(name), value, false).catch((error: unknown) => {
            throw error instanceof ReadBackDiffers ? failures.keychainFailed(name) : refuse(held, error);
          });
        } finally {
          release();
        }
      }),

    remove: (name) =>
      inTurn(async () => {
        if (!SecretName.safeParse(name).success) throw failures.secretName();
        const entry = find(name);
        if (entry === undefined) throw failures.secretNotThere(name);
        const held = await holder(entry);
        try {
          if (!(await held.delete(account(name)))) await believe(held);
        } catch (error) {
          throw refuse(held, error);
        }
        await index.write(index.read().filter((other) => other.name !== name));
      }),

    async resolve(reference) {
      if (!SecretReference.safeParse(reference).success) throw failures.secretReference();
      const name = reference.slice('keychain:'.length);
      const entry = find(name);
      if (entry === undefined) throw failures.secretUnknown(name);
      const value = await withinLimit(read(entry), STORE_LIMIT_MS, after, () => {
        const late = lockedChoice(entry.backend, 'The keychain did not answer within 5 s.', keychain.platform);
        if (entry.backend !== 'vault') note(late);
        return refuseChoice(late);
      });
      // Whatever was wrong with this keychain before, it answers now: the next look is a fresh one.
      if (state.state !== 'ready' && (state.backend === 'vault') === (entry.backend === 'vault')) forget();
      return value;
    },

    own: (name) => inTurn(() => readOwn(name)),

    async state({ again = false } = {}) {
      if (again || state.state === 'unknown') await probe();
      return state;
    },

    peekState: () => state,

    async createVault(passphrase) {
      await file.create(passphrase);
      await probe();
      return state;
    },

    async unlock(passphrase) {
      try {
        await file.unlock(passphrase);
      } catch (error) {
        throw refuse(file, error);
      }
      await probe();
      return state;
    },

    hasPendingCall: () => keychain.hasPendingCall(),
  };
}

function byName(a: SecretEntry, b: SecretEntry): number {
  return a.name < b.name ? -1 : 1;
}
