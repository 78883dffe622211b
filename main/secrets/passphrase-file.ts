/**
 * The passphrase of the vault from a file that only this user can read, for a companion that nobody sits in front of. The file
 * is named by the companion's own environment; the passphrase is kept nowhere and never shown.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { SecretVault } from './vault.ts';

const VARIABLE = 'RUNLAYER_VAULT_PASSPHRASE_FILE';
const MAX_BYTES = 4096;
const READABLE_BY_OTHERS = 0o077;

/** The first line, or why there is none. */
function readPassphrase(path: string): { readonly passphrase: string } | { readonly problem: string } {
  let file: number | undefined;
  try {
    // A pipe in its place must not make anybody wait.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(file);
    const uid = process.getuid?.();
    if (!stat.isFile() || stat.size > MAX_BYTES) return { problem: 'it is no file, or too large' };
    if (uid !== undefined && (stat.uid !== uid || (stat.mode & READABLE_BY_OTHERS) !== 0))
      return { problem: 'others may read it, or own it; make it yours alone (chmod 600)' };
    const [passphrase = ''] = readFileSync(file, 'utf8').split(/\r?\n/, 1);
    return passphrase === '' ? { problem: 'it is empty' } : { passphrase };
  } catch {
    return { problem: 'it cannot be read' };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Opens the vault where the environment names a file for it and there is one to open. Never rejects: what is wrong is told. */
export async function unlockFromFile(parts: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly vault: Pick<SecretVault, 'unlock'>;
  readonly warn: (text: string) => void;
}): Promise<void> {
  const path = parts.env[VARIABLE] ?? '';
  if (path === '') return;
  const read = readPassphrase(path);
  if ('problem' in read) {
    parts.warn(`The vault was not unlocked from the file that ${VARIABLE} names: ${read.problem}.`);
    return;
  }
  try {
    await parts.vault.unlock(read.passphrase);
  } catch (error) {
    // Nobody has made one yet.
    if (error instanceof CompanionError && error.code === 'E_VAULT_ABSENT') return;
    parts.warn(
      `The vault was not unlocked from the file that ${VARIABLE} names: the passphrase in it does not open it, or the vault is damaged.`,
    );
  }
}
