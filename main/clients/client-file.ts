import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CompanionError } from '../../preload/contract/failure.ts';
import { errorCode, fileFailure, unusablePath } from './refusals.ts';

/** A client's file as it was found: its exact bytes, and what has to stay as it is. */
export interface ClientFile {
  /** Where the client looks. */
  readonly path: string;
  /** The file behind every symbolic link; this is what is replaced, so that a link stays a link. */
  readonly target: string;
  /** Null where there is no file. */
  readonly bytes: Buffer | null;
  /** SHA-256, hex, of the bytes. */
  readonly sha256: string | null;
  /** Permission bits, owner and group; null where there is no file. */
  readonly stat: { readonly mode: number; readonly uid: number; readonly gid: number } | null;
  /** Folders that a write has to make first, outermost first. */
  readonly missingDirectories: readonly string[];
}

/** Configuration files are a few kilobytes; one this large is not one, and parsing it would hold the loop. */
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function locateMissing(path: string): Promise<Pick<ClientFile, 'target' | 'missingDirectories'>> {
  const names: string[] = [basename(path)];
  let directory = dirname(path);
  for (;;) {
    try {
      const real = await realpath(directory);
      const targets = names.map((_, index) => join(real, ...names.slice(0, index + 1)));
      return { target: join(real, ...names), missingDirectories: targets.slice(0, -1) };
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || dirname(directory) === directory) throw error;
      if ((await lstat(directory).catch(() => undefined))?.isSymbolicLink() === true) {
        throw unusablePath(directory, 'is a symbolic link to nothing', 'Remove the link or create what it names.');
      }
      names.unshift(basename(directory));
      directory = dirname(directory);
    }
  }
}

/**
 * Reads a client's file.
 * @throws CompanionError for anything but a readable regular file of at most 8 MiB, or no file at all.
 */
export async function readClientFile(path: string): Promise<ClientFile> {
  try {
    return await read(path);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

async function read(path: string): Promise<ClientFile> {
  let target: string;
  try {
    target = await realpath(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    const link = await lstat(path).catch(() => undefined);
    if (link?.isSymbolicLink() === true) {
      throw unusablePath(path, 'is a symbolic link to nothing', 'Remove the link or create the file that it names.');
    }
    return { path, bytes: null, sha256: null, stat: null, ...(await locateMissing(path)) };
  }

  // Without O_NONBLOCK the opening of a named pipe would wait for ever. Windows has neither of the two flags.
  const handle = await open(target, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw unusablePath(path, 'is not a regular file', 'Move it away, then try again.');
    const bytes = stat.size > MAX_CONFIG_BYTES ? undefined : await handle.readFile();
    if (bytes === undefined || bytes.length > MAX_CONFIG_BYTES) throw tooLarge(path);
    return {
      path,
      target,
      bytes,
      sha256: sha256(bytes),
      stat: { mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid },
      missingDirectories: [],
    };
  } finally {
    await handle.close();
  }
}

function tooLarge(path: string): CompanionError {
  return new CompanionError(
    'E_CLIENT_CONFIG_TOO_LARGE',
    `${path} is larger than 8 MiB, which no client configuration is. Nothing was written.`,
    'Look at the file; move it away if it is not what you expect.',
  );
}

/** True while the path still leads to the same bytes. */
export async function isUnchanged(file: ClientFile): Promise<boolean> {
  const now = await readClientFile(file.path).catch(() => undefined);
  return now !== undefined && now.target === file.target && now.sha256 === file.sha256;
}
