/*
 * Owns where an item of the companion's own lies, found by its account alone: an index is a file, and whoever writes files
 * could make a key that is there look lost. "Nothing there" is its answer only once every store proved it.
 */
import type { CompanionError } from '../../preload/contract/failure.ts';
import type { KeychainState } from '../../preload/contract/secret.ts';
import type { UndoableStore } from './bounded-store.ts';
import { type BackendChoice, classifyStoreError, lockedChoice } from './choose-backend.ts';
import type { FileVault } from './file-vault.ts';
import { refuseChoice } from './keychain-state.ts';
import type { Keychain, KeychainBackend } from './keychain.ts';
import { vaultGone, vaultLocked } from './secret-failures.ts';

export interface FoundItem {
  readonly store: UndoableStore;
  readonly value: string;
}

export interface ItemPlaces {
  readonly file: FileVault;
  readonly keychain: Keychain;
  /** Told what a look at the OS keychain found out. */
  readonly note: (choice: BackendChoice) => void;
}

const LIBRARIES: readonly KeychainBackend[] = ['keytar', 'secret-service'];

/** `expected` is where an index says that it is: a store that fails there is not passed over. */
export type FindItem = (account: string, expected: KeychainState['backend']) => Promise<FoundItem | undefined>;

/** Looks where an item was found before, and only where it is not there any more in every store. */
export function createItemFinder(places: ItemPlaces): FindItem {
  const before = new Map<string, UndoableStore>();
  return async (account, expected) => {
    const store = before.get(account);
    const value = store === undefined ? undefined : await getAgain(store, account, places);
    if (store !== undefined && value !== undefined) return { store, value };
    const item = await search(account, expected, places);
    if (item !== undefined) before.set(account, item.store);
    return item;
  };
}

/**
 * The item of this account; undefined once every store proved to have none. An opened vault first: only its passphrase opens
 * it. A locked one never hides the OS keychain: anybody can put a file there. Rejects with E_KEYCHAIN_LOCKED or _ABSENT.
 */
async function search(
  account: string,
  expected: KeychainState['backend'],
  places: ItemPlaces,
): Promise<FoundItem | undefined> {
  const { file, keychain, note } = places;
  const vault = await file.status();
  if (vault === 'ready') {
    const value = await file.get(account);
    if (value !== undefined) return { store: file, value };
  }
  const failed = new Set<string>();
  let locked: Locked | undefined;
  for (const id of LIBRARIES) {
    const store = await keychain.open(id);
    if (store === undefined) continue;
    try {
      const value = await store.get(account);
      if (value !== undefined) return { store, value };
    } catch (error) {
      locked = lockedAt(store, error, places);
      // Both libraries ask for the same keyring: no second prompt, and none for the look below.
      if (locked !== undefined) break;
      // What a keychain says itself is not passed on; the look below tells what is wrong with it.
      failed.add(id);
    }
  }
  if (vault === 'locked') throw vaultLocked();
  if (vault === 'absent' && expected === 'vault') throw vaultGone();
  if (locked !== undefined) throw refused(locked, places);
  const choice = await keychain.choose();
  note(choice);
  if (choice.kind === 'locked') throw refuseChoice(choice);
  if (choice.kind === 'absent') {
    // Where a vault is open the keychain that is not there was never used, unless the index says so.
    if (vault === 'ready' && (expected === null || expected === 'vault')) return undefined;
    throw refuseChoice(choice);
  }
  const silent = [choice.store.id, expected].find((id) => id !== null && failed.has(id));
  if (silent === undefined || silent === null) return undefined;
  throw refuseChoice(lockedChoice(silent, 'The OS keychain did not answer.', keychain.platform));
}

async function getAgain(store: UndoableStore, account: string, places: ItemPlaces): Promise<string | undefined> {
  try {
    return await store.get(account);
  } catch (error) {
    const locked = lockedAt(store, error, places);
    if (locked !== undefined) throw refused(locked, places);
    // Anything else the look at every store tells.
    return undefined;
  }
}

type Locked = Extract<BackendChoice, { kind: 'locked' }>;

/** Undefined where the OS keychain refused for another reason than that it is locked. */
function lockedAt({ id }: UndoableStore, error: unknown, { keychain }: ItemPlaces): Locked | undefined {
  if (id === 'vault' || classifyStoreError(error).kind !== 'locked') return undefined;
  return lockedChoice(id, 'The OS keychain is locked or waits for an answer.', keychain.platform);
}

function refused(locked: Locked, { note }: ItemPlaces): CompanionError {
  note(locked);
  return refuseChoice(locked);
}
