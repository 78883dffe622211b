import type { CompanionError } from '../../preload/contract/failure.ts';
import type { KeychainState, SecretEntry } from '../../preload/contract/secret.ts';
import type { UndoableStore } from './bounded-store.ts';
import type { BackendChoice } from './choose-backend.ts';
import type { FileVault } from './file-vault.ts';
import type { Keychain } from './keychain.ts';
import { keychainAbsent, keychainLocked, vaultLocked } from './secret-failures.ts';

/** What is known before anything was asked. */
export const UNKNOWN_STATE: KeychainState = {
  backend: null,
  state: 'unknown',
  detail: 'It is looked at when a secret is needed.',
};

/**
 * Where new secrets go: the passphrase vault once a person has made one, else the OS keychain. A vault that is there also when
 * it is locked: which of two places a secret lands in must not hang on which one happens to be open.
 */
export async function lookForBackend(file: FileVault, keychain: Keychain): Promise<BackendChoice> {
  const vault = await file.status();
  if (vault === 'absent') return keychain.choose();
  if (vault === 'ready') {
    const detail = 'Secrets are kept in the encrypted vault, which is unlocked.';
    return { kind: 'ready', store: file, detail, next: 'Nothing needs to be done.' };
  }
  const { message, next } = vaultLocked();
  return { kind: 'locked', id: 'vault', detail: message, next };
}

/** A choice as the interface and `runlayer status` show it. */
export function describeChoice(choice: BackendChoice): KeychainState {
  if (choice.kind === 'ready') return { backend: choice.store.id, state: 'ready', detail: choice.detail };
  const backend = choice.kind === 'locked' ? choice.id : null;
  return { backend, state: choice.kind, detail: `${choice.detail} ${choice.next}` };
}

/** The refusal that a choice without a usable backend amounts to. */
export function refuseChoice(choice: Exclude<BackendChoice, { kind: 'ready' }>): CompanionError {
  return (choice.kind === 'locked' ? keychainLocked : keychainAbsent)(choice.detail, choice.next);
}

/** The store that an entry names; rejects with E_KEYCHAIN_ABSENT when its library cannot be loaded any more. */
export async function openHolder(entry: SecretEntry, file: FileVault, keychain: Keychain): Promise<UndoableStore> {
  if (entry.backend === 'vault') return file;
  const store = await keychain.open(entry.backend);
  if (store !== undefined) return store;
  const library = entry.backend === 'keytar' ? 'keytar' : '@napi-rs/keyring';
  throw keychainAbsent(
    `The secret "${entry.name}" was stored with ${library}, which cannot be loaded here.`,
    `Install the companion again so that ${library} is there, or store the secret anew with "runlayer secrets set ${entry.name}" (where there is no keychain, after "runlayer secrets vault create").`,
  );
}
