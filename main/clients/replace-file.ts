import { randomBytes } from 'node:crypto';
import { open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { errorCode, unusablePath } from './refusals.ts';

// Owns: putting new bytes in the place of a file so that a reader sees the old or the new, never half of either. Never
// follows a link (callers pass the real path), never widens permissions, never changes the owner. On failure the old
// file is untouched and the temporary one is gone.

export interface ReplaceOptions {
  /** Permission bits of the result. */
  readonly mode: number;
  /** Owner and group that the result must have; without one, those of this process. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Asked last, between the flushed temporary file and the rename; false leaves everything as it was. */
  readonly stillWanted?: () => Promise<boolean>;
  readonly platform: NodeJS.Platform;
}

/** @returns false when `stillWanted` said no. */
export async function replaceFile(target: string, bytes: Uint8Array, options: ReplaceOptions): Promise<boolean> {
  const temporary = `${target}.runlayer-${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(bytes);
      if (options.platform !== 'win32') {
        if (options.owner !== undefined) await keepOwner(handle, target, options.owner);
        await handle.chmod(options.mode);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (options.stillWanted !== undefined && !(await options.stillWanted())) {
      await unlink(temporary);
      return false;
    }
    await renameWithPatience(() => rename(temporary, target), options.platform);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await settleDirectory(dirname(target), options.platform);
  return true;
}

async function keepOwner(handle: FileHandle, target: string, owner: { uid: number; gid: number }): Promise<void> {
  const made = await handle.stat();
  if (made.uid === owner.uid && made.gid === owner.gid) return;
  try {
    await handle.chown(owner.uid, owner.gid);
  } catch (error) {
    throw unusablePath(target, 'belongs to somebody else', 'Make the change as the owner of that file.', error);
  }
}

const WINDOWS_DELAYS_MS = [20, 50, 100, 200, 400, 800];

/** On Windows a rename fails for as long as another program, a virus scanner often, has the old file open. */
export async function renameWithPatience(
  attempt: () => Promise<void>,
  platform: NodeJS.Platform,
  delays: readonly number[] = WINDOWS_DELAYS_MS,
): Promise<void> {
  for (const delay of platform === 'win32' ? delays : []) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!['EPERM', 'EBUSY', 'EACCES'].includes(errorCode(error))) throw error;
      await wait(delay);
    }
  }
  await attempt();
}

/**
 * After a file was put in its place or taken away. The change has happened, whatever becomes of this: a failure must not say that
 * nothing was written, because what belongs to the change (a secret that the file no longer holds) would be taken back. All that
 * is at stake is which of the two files a power cut leaves, and the journal of changes knows both.
 */
export async function settleDirectory(directory: string, platform: NodeJS.Platform): Promise<void> {
  await syncDirectory(directory, platform).catch(() => undefined);
}

/** A rename is durable only when its folder is. */
export async function syncDirectory(directory: string, platform: NodeJS.Platform): Promise<void> {
  if (platform === 'win32' || !(await stat(directory)).isDirectory()) return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync a folder; the rename itself has happened.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(errorCode(error))) throw error;
  } finally {
    await handle.close();
  }
}

const TEMPORARY = /^\.runlayer-[0-9a-f]{12}\.tmp$/;

/**
 * Removes temporary files that a killed process left beside `target`: they are copies of it, and may hold secrets. The
 * caller holds the lock of `target`, so that none of them is in use.
 */
export async function sweepTemporaries(target: string): Promise<void> {
  const name = basename(target);
  const left = (await readdir(dirname(target)).catch(() => [])).filter(
    (entry) => entry.startsWith(name) && TEMPORARY.test(entry.slice(name.length)),
  );
  for (const entry of left) await unlink(join(dirname(target), entry)).catch(() => undefined);
}
