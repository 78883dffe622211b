import { chmod, lstat, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CompanionError } from '../../preload/contract/failure.ts';
import { errorCode } from './refusals.ts';

// Owns: a folder for backups and the journal that nobody else can read or plant files in. Backups may hold secrets that
// a person keeps in a client's file. Never uses a folder that is a link or somebody else's; refuses instead.

function refuse(path: string, what: string): CompanionError {
  return new CompanionError(
    'E_HOME_UNSAFE',
    `${path} ${what}, so backups of client files are not safe in it. Nothing was written.`,
    'Remove it, or make it a folder of your own that only you can open (chmod 700).',
  );
}

/** Makes `path` (and what is missing above it) with mode 0700, or checks that it is such a folder. */
export async function ensurePrivateDirectory(path: string, platform: NodeJS.Platform): Promise<void> {
  const isNew = await create(path, platform);
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) throw refuse(path, 'is a symbolic link');
  if (!stat.isDirectory()) throw refuse(path, 'is not a folder');
  if (platform === 'win32') return;
  if (process.getuid !== undefined && stat.uid !== process.getuid()) throw refuse(path, 'belongs to somebody else');
  if (isNew) await chmod(path, 0o700);
  else if ((stat.mode & 0o077) !== 0) throw refuse(path, 'is open to other users');
}

async function create(path: string, platform: NodeJS.Platform): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  await create(dirname(path), platform);
  return create(path, platform);
}
