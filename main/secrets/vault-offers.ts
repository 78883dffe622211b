/** What the vault needs, and what it offers to the rest of the companion. */
import type { KeychainState, SecretEntry } from '../../preload/contract/secret.ts';
import type { After } from './backend.ts';
import type { FileVault } from './file-vault.ts';
import type { Keychain } from './keychain.ts';
import type { LiveSecrets } from './live-secrets.ts';

export interface SecretVaultOptions {
  readonly installId: string;
  readonly index: {
    read(): readonly SecretEntry[];
    write(entries: readonly SecretEntry[]): Promise<void> | void;
  };
  readonly keychain: Keychain;
  readonly file: FileVault;
  readonly live: LiveSecrets;
  readonly clock: () => Date;
  readonly after?: After;
  /** Told, without a value, when an overwritten secret's old copy could not be deleted. */
  readonly warn?: (text: string) => void;
}

export interface SecretVault {
  /** Names and backends of all secrets, by name; touches no keychain. */
  list(): SecretEntry[];
  /** Stores or replaces; rejects with E_SECRET_NAME, E_SECRET_VALUE, E_KEYCHAIN_LOCKED, _ABSENT or _FAILED. */
  set(name: string, value: string, typedIn?: SecretEntry['typedIn']): Promise<SecretEntry>;
  /** A new value where the secret is now; its entry stays as it is, so no settings are written. Rejects as `set` and `remove`. */
  rewrite(name: string, value: string): Promise<void>;
  /** Rejects with E_SECRET_UNKNOWN, E_KEYCHAIN_LOCKED or _ABSENT; the entry stays unless the item is gone. */
  remove(name: string): Promise<void>;
  /** The value of `keychain:<name>`, in 5 s; rejects with E_SECRET_REFERENCE, _UNKNOWN, _MISSING, E_KEYCHAIN_LOCKED, _ABSENT. */
  resolve(reference: string): Promise<string>;
  /**
   * An item of the companion's own, found by its account whatever the index says, which is put right; undefined once every
   * store proved to have none. Rejects with E_KEYCHAIN_LOCKED or _ABSENT.
   */
  own(name: string): Promise<string | undefined>;
  /** Where a new secret would go. Probes on the first call; later ones repeat that answer unless `again` is set. */
  state(options?: { readonly again?: boolean }): Promise<KeychainState>;
  /** The last answer of `state`, without any I/O: `unknown` before there was one. */
  peekState(): KeychainState;
  /** Makes the passphrase vault; new secrets are kept there from then on. Rejects with E_VAULT_EXISTS, _PASSPHRASE_SHORT. */
  createVault(passphrase: string): Promise<KeychainState>;
  /** Rejects with E_VAULT_ABSENT, _PASSPHRASE, _CORRUPT or _NEWER. */
  unlock(passphrase: string): Promise<KeychainState>;
  /** True while a call is inside the keychain: until it returns, the process cannot end by itself (README). */
  hasPendingCall(): boolean;
}
