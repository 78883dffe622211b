/*
 * Owns the id that ties keychain items to one home. It never replaces an id that is there, not even a damaged one: a new id
 * would leave every stored secret behind under the old one.
 */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompanionError } from '../../preload/contract/failure.ts';
import { createExclusive } from './create-exclusive.ts';

const SHAPE = /^[A-Za-z0-9-]{8,64}$/;

/**
 * The id in `<home>/install-id`, made with `newId` on the first call; processes that race for the first call get the same id.
 * Rejects with E_INSTALL_ID when the file is damaged, and with the file system's error when it cannot be read or written.
 */
export async function readOrCreateInstallId(home: string, newId: () => string): Promise<string> {
  const path = join(home, 'install-id');
  const known = await read(path);
  if (known !== undefined) return known;
  const id = newId();
  if (!SHAPE.test(id)) throw new Error('an install id is 8 to 64 letters, digits and "-"');
  if (await createExclusive(path, `${id}\n`)) return id;
  const winner = await read(path);
  if (winner === undefined) throw damaged(path);
  return winner;
}

async function read(path: string): Promise<string | undefined> {
  try {
    const entry = await lstat(path);
    // A link could point the id, and with it every account name, at a file that somebody else writes.
    if (!entry.isFile() || entry.size > 256) throw damaged(path);
    const id = (await readFile(path, 'utf8')).trim();
    if (!SHAPE.test(id)) throw damaged(path);
    return id;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function damaged(path: string): CompanionError {
  return new CompanionError(
    'E_INSTALL_ID',
    `The file ${path} does not hold an install id.`,
    'Restore it from a backup. If there is none, delete it, start again, and store your secrets anew with "runlayer secrets set <name>".',
  );
}
