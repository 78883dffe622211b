/**
 * The content of a program, where consent must be bound to it: wherever this user, and so an agent that runs as this user,
 * could put another file in its place. A program that only root can replace is bound by its path alone: it changes with
 * every update of the system, and whoever can change it needs no consent of ours.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';

const cache = new Map<string, { readonly identity: string; readonly sha256: string }>();
const MAX_CACHED = 256;

async function canReplace(realPath: string): Promise<boolean> {
  for (let path = realPath; ; path = dirname(path)) {
    const entry = await stat(path);
    if (entry.uid === process.getuid?.()) return true;
    const writable = await access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
    // In a sticky folder (/tmp) only the owner may replace an entry, and that was looked at.
    if (writable && (entry.mode & 0o1000) === 0) return true;
    if (dirname(path) === path) return false;
  }
}

/**
 * SHA-256 (hex) of the file at `realPath`, or undefined where only root can replace it. Read again only when device, inode,
 * size or change time differ. Rejects when it cannot be read.
 */
export async function programContent(realPath: string): Promise<string | undefined> {
  if (process.platform !== 'win32' && !(await canReplace(realPath))) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(realPath, { bigint: true });
  // A change time, unlike a modification time, cannot be set back.
  const identity = [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  const known = cache.get(realPath);
  if (known?.identity === identity) return known.sha256;
  const hash = createHash('sha256');
  await pipeline(createReadStream(realPath), hash);
  const sha256 = hash.digest('hex');
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(realPath, { identity, sha256 });
  return sha256;
}
