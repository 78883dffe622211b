import { CompanionError } from '../../preload/contract/failure.ts';

/*
 * Every refusal of this room. None holds a value, and none carries the library's error as its cause: what a keychain library
 * puts into its messages is not ours to vouch for.
 */
const EXIT_KEYCHAIN = 4;
const EXIT_MISUSE = 2;

const failure = (code: string, message: string, next: string, exitCode = EXIT_KEYCHAIN): CompanionError =>
  new CompanionError(code, message, next, { exitCode });

export const secretUnknown = (name: string): CompanionError =>
  failure('E_SECRET_UNKNOWN', `There is no secret named "${name}".`, `Store it with "runlayer secrets set ${name}".`);

export const secretNotThere = (name: string): CompanionError =>
  failure(
    'E_SECRET_UNKNOWN',
    `There is no secret named "${name}".`,
    'See which there are with "runlayer secrets list".',
    EXIT_MISUSE,
  );

export const secretMissing = (name: string): CompanionError =>
  failure(
    'E_SECRET_MISSING',
    `The secret "${name}" is no longer where it was stored.`,
    `Store it again with "runlayer secrets set ${name}".`,
  );

export const secretName = (): CompanionError =>
  failure(
    'E_SECRET_NAME',
    'This is not a name for a secret.',
    'Use 1 to 128 letters, digits, ".", "-" and "_", beginning with a letter or digit.',
    EXIT_MISUSE,
  );

export const secretReference = (): CompanionError =>
  failure(
    'E_SECRET_REFERENCE',
    'This is not a reference to a secret.',
    'Write keychain:<name>, with a name from "runlayer secrets list".',
    EXIT_MISUSE,
  );

export const secretValue = (problem: string, next: string): CompanionError =>
  failure('E_SECRET_VALUE', `The value ${problem}; nothing was stored.`, next, EXIT_MISUSE);

export const keychainLocked = (detail: string, next: string): CompanionError =>
  failure('E_KEYCHAIN_LOCKED', detail, next);

export const keychainAbsent = (detail: string, next: string): CompanionError =>
  failure('E_KEYCHAIN_ABSENT', detail, next);

export const keychainFailed = (name: string): CompanionError =>
  failure(
    'E_KEYCHAIN_FAILED',
    `The keychain did not keep the secret "${name}" as it was given.`,
    'Try again. If the value is long (Windows takes 2,560 bytes), run "runlayer secrets vault create" to keep secrets in an encrypted file.',
  );

export const vaultAbsent = (): CompanionError =>
  failure(
    'E_VAULT_ABSENT',
    'There is no secrets vault in the companion’s folder.',
    'Make one with "runlayer secrets vault create"; if there was one, restore vault.jwe from a backup first.',
  );

export const vaultGone = (): CompanionError =>
  keychainAbsent(
    'The secrets vault that held this secret is gone.',
    'Restore vault.jwe in the companion’s folder from a backup, or run "runlayer secrets vault create" and store your secrets again.',
  );

export const vaultExists = (): CompanionError =>
  failure(
    'E_VAULT_EXISTS',
    'There is a secrets vault already; it was left as it is.',
    'Unlock it with "runlayer secrets unlock". If its passphrase is lost, move vault.jwe away first.',
  );

export const vaultLocked = (): CompanionError =>
  failure('E_KEYCHAIN_LOCKED', 'The secrets vault is locked.', 'Unlock it with "runlayer secrets unlock".');

export const vaultPassphrase = (): CompanionError =>
  failure(
    'E_VAULT_PASSPHRASE',
    'This passphrase does not open the secrets vault.',
    'Try again with the passphrase that the vault was made with. If you are sure of it, the file was changed: restore vault.jwe from a backup.',
  );

export const vaultPassphraseShort = (): CompanionError =>
  failure(
    'E_VAULT_PASSPHRASE_SHORT',
    'The passphrase is shorter than 8 characters; no vault was made.',
    'Choose a longer one: several words are good.',
    EXIT_MISUSE,
  );

export const vaultCorrupt = (): CompanionError =>
  failure(
    'E_VAULT_CORRUPT',
    'The secrets vault is damaged; the file was left as it is.',
    'Restore vault.jwe from a backup. If there is none, move it away, run "runlayer secrets vault create" and store your secrets again.',
  );

export const vaultNewer = (): CompanionError =>
  failure('E_VAULT_NEWER', 'The secrets vault was written by a newer companion.', 'Update the companion.');
