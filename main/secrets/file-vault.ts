/*
 * Owns `<home>/vault.jwe`, which exists only because a person asked for it. The passphrase and the opened items are in memory
 * while it is unlocked and nowhere else. A file that does not open is never overwritten, and one that vanished is never made
 * again by a write: both would destroy what may still be restored.
 */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { SecretStore } from './backend.ts';
import { createExclusive } from './create-exclusive.ts';
import {
  vaultAbsent,
  vaultCorrupt,
  vaultExists,
  vaultGone,
  vaultLocked,
  vaultPassphraseShort,
} from './secret-failures.ts';
import { type VaultItems, openVault, sealVault } from './vault-format.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const MIN_PASSPHRASE = 8;

export interface FileVault extends SecretStore {
  readonly id: 'vault';
  /** Looks whether the file is there; opens nothing. */
  status(): Promise<'absent' | 'locked' | 'ready'>;
  /** Rejects with E_VAULT_EXISTS or E_VAULT_PASSPHRASE_SHORT; the new vault is unlocked. */
  create(passphrase: string): Promise<void>;
  /** Rejects with E_VAULT_ABSENT, _PASSPHRASE, _CORRUPT or _NEWER; a vault that was unlocked then is locked. */
  unlock(passphrase: string): Promise<void>;
  /** Forgets the passphrase and the items. */
  lock(): void;
}

interface Unlocked {
  readonly passphrase: string;
  /** The file's text that `items` came from: another process of ours may write the file too. */
  text: string;
  items: VaultItems;
}

/** The vault in `home`; get, set and delete reject with E_KEYCHAIN_LOCKED while it is locked, E_KEYCHAIN_ABSENT when it is gone. */
export function createFileVault(home: string): FileVault {
  const path = join(home, 'vault.jwe');
  let unlocked: Unlocked | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  /** One at a time: two writes at once would each keep only their own item. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = tail.then(task, task);
    tail = turn.catch(() => undefined);
    return turn;
  }

  /** The items as the file has them now. */
  async function current(): Promise<Unlocked> {
    const opened = unlocked;
    if (opened === undefined) throw (await exists(path)) ? vaultLocked() : vaultGone();
    const text = await readVault(path, vaultGone);
    if (text !== opened.text) {
      try {
        opened.items = await openVault(text, opened.passphrase);
        opened.text = text;
      } catch (error) {
        unlocked = undefined;
        throw error;
      }
    }
    return opened;
  }

  async function change(edit: (items: Map<string, string>) => boolean): Promise<boolean> {
    const opened = await current();
    const items = new Map(opened.items);
    if (!edit(items)) return false;
    const text = await sealVault(items, opened.passphrase);
    await writeFileAtomic(path, text, { mode: 0o600 });
    opened.text = text;
    opened.items = items;
    return true;
  }

  return {
    id: 'vault',
    async status() {
      if (!(await exists(path))) return 'absent';
      return unlocked === undefined ? 'locked' : 'ready';
    },
    create: (passphrase) =>
      inTurn(async () => {
        if (passphrase.length < MIN_PASSPHRASE) throw vaultPassphraseShort();
        if (await exists(path)) throw vaultExists();
        const items: VaultItems = new Map();
        const text = await sealVault(items, passphrase);
        if (!(await createExclusive(path, text))) throw vaultExists();
        unlocked = { passphrase, text, items };
      }),
    unlock: (passphrase) =>
      inTurn(async () => {
        unlocked = undefined;
        const text = await readVault(path, vaultAbsent);
        unlocked = { passphrase, text, items: await openVault(text, passphrase) };
      }),
    lock() {
      unlocked = undefined;
    },
    get: (account) => inTurn(async () => (await current()).items.get(account)),
    set: (account, value) =>
      inTurn(async () => {
        await change((items) => items.get(account) !== value && items.set(account, value).has(account));
      }),
    delete: (account) => inTurn(() => change((items) => items.delete(account))),
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function readVault(path: string, notThere: () => CompanionError): Promise<string> {
  try {
    const entry = await lstat(path);
    // Through a link, a write would go to wherever somebody aimed it.
    if (!entry.isFile() || entry.size > MAX_BYTES) throw vaultCorrupt();
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CompanionError) throw error;
    if (isNotFound(error)) throw notThere();
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
