import { constants } from 'node:fs';
import { open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { WritableClientId } from '../../preload/contract/client.ts';
import { sha256 } from './client-file.ts';
import { ensurePrivateDirectory } from './private-directory.ts';
import { replaceFile } from './replace-file.ts';

// Owns: copies of client files as they were before we wrote. They live with us (0600 in a 0700 folder), not beside the
// file: they may hold secrets, and some clients read every file of a folder.

const KEPT = 20;

export function backupDirectory(companionHome: string, client: WritableClientId): string {
  return join(companionHome, 'backups', client);
}

/** @returns the file name of the backup; its full path is below {@link backupDirectory}. */
export async function writeBackup(
  companionHome: string,
  client: WritableClientId,
  bytes: Uint8Array,
  time: Date,
  platform: NodeJS.Platform,
): Promise<string> {
  const directory = backupDirectory(companionHome, client);
  await ensurePrivateDirectory(companionHome, platform);
  await ensurePrivateDirectory(join(companionHome, 'backups'), platform);
  await ensurePrivateDirectory(directory, platform);
  const name = `${time.toISOString().replaceAll(/[:.]/g, '-')}-${sha256(bytes).slice(0, 8)}`;
  await replaceFile(join(directory, name), bytes, { mode: 0o600, platform });

  const names = (await readdir(directory)).filter((entry) => /^[0-9TZ-]+-[0-9a-f]{8}$/.test(entry)).sort();
  const surplus = names.filter((entry) => entry !== name).slice(0, Math.max(0, names.length - KEPT));
  for (const entry of surplus) await unlink(join(directory, entry)).catch(() => undefined);
  return name;
}

/** The bytes of a backup, or undefined when it is gone or is not what the journal says. */
export async function readBackup(
  companionHome: string,
  client: WritableClientId,
  name: string,
  expectedSha256: string,
): Promise<Buffer | undefined> {
  try {
    const path = join(backupDirectory(companionHome, client), name);
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const bytes = await handle.readFile();
      return sha256(bytes) === expectedSha256 ? bytes : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
