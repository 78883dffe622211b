import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { CompanionError } from '../../../preload/contract/failure.ts';
import { compareSegments, corruptChain, parseSegmentName } from '../segment-name.ts';
import type { SegmentName } from '../segment-name.ts';

/**
 * Makes sure that the journal's folder is ours alone: a real directory, owned by this user, mode 0700. Creates it where
 * it is missing. Throws CompanionError `E_AUDIT_DIRECTORY`: a folder that others can write to would let them swap the
 * journal, so it is refused, not repaired. (Windows: the folder inherits the profile's access list.)
 */
export function ensureDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stats = lstatSync(directory);
  if (stats.isSymbolicLink() || !stats.isDirectory()) {
    throw refuse(
      `${directory} is not a folder${stats.isSymbolicLink() ? ' but a symbolic link' : ''}`,
      'Move it away and start again.',
    );
  }
  const uid = process.getuid?.();
  if (uid === undefined) return;
  if (stats.uid !== uid) throw refuse(`${directory} belongs to another user`, 'Move it away and start again.');
  if ((stats.mode & 0o077) !== 0) {
    throw refuse(
      `${directory} is open to other users (mode ${(stats.mode & 0o777).toString(8)})`,
      `Look at what changed it, then run: chmod 700 "${directory}"`,
    );
  }
}

function refuse(message: string, next: string): CompanionError {
  return new CompanionError('E_AUDIT_DIRECTORY', `The audit folder is refused: ${message}.`, next);
}

export interface Listing {
  /** In reading order. */
  readonly segments: readonly SegmentName[];
  /** Segments that were set aside. */
  readonly corrupt: readonly { readonly file: string; readonly chainId: string }[];
  /** Everything else that looks like a journal file. */
  readonly strangers: readonly string[];
}

/** The journal files of a folder, told apart by their names alone. */
export function listDirectory(directory: string): Listing {
  const segments: SegmentName[] = [];
  const corrupt: { file: string; chainId: string }[] = [];
  const strangers: string[] = [];
  for (const file of readdirSync(directory).sort()) {
    const name = parseSegmentName(file);
    const corruptOf = corruptChain(file);
    if (name !== undefined) segments.push(name);
    else if (corruptOf !== undefined) corrupt.push({ file, chainId: corruptOf });
    else if (file.includes('.jsonl')) strangers.push(file);
  }
  return { segments: segments.sort(compareSegments), corrupt, strangers };
}

/** The newest chain by the last write to its last segment, unless one of its segments was set aside. */
export function newestChain(directory: string, listing: Listing): readonly SegmentName[] {
  const closed = new Set(listing.corrupt.map(({ chainId }) => chainId));
  let newest: { readonly chainId: string; readonly at: number } | undefined;
  for (const [index, { file, chainId }] of listing.segments.entries()) {
    const isLast = listing.segments[index + 1]?.chainId !== chainId;
    if (!isLast || closed.has(chainId)) continue;
    const at = lstatSync(join(directory, file)).mtimeMs;
    if (newest === undefined || at >= newest.at) newest = { chainId, at };
  }
  return listing.segments.filter(({ chainId }) => chainId === newest?.chainId);
}

/** Why a segment may not be appended to, or undefined. Narrows a mode that is too wide: the folder kept others out. */
export function checkSegmentFile(path: string): string | undefined {
  const stats: Stats = lstatSync(path);
  if (!stats.isFile()) return 'it is not a regular file';
  if (stats.nlink > 1) return 'it has a second name (hard link)';
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  if (stats.uid !== uid) return 'it belongs to another user';
  if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o600);
  return undefined;
}
