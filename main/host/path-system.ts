/** What is asked of this machine about a path, and nothing else: tests put another system in its place. */
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import nodePath, { type PlatformPath } from 'node:path';

export interface PathSystem {
  readonly path: PlatformPath;
  /** The person's home folder, and what they are called. */
  readonly home: string;
  readonly user: string;
  /** Names that differ only in case are one file. */
  readonly foldsCase: boolean;
  /** Where the link at `path` points; undefined for what is no link, null where nothing can be reached. */
  readonly linkTarget: (path: string) => string | undefined | null;
  /** Short names (Windows) and the letters' case and form (macOS) as the file system has them. */
  readonly canonical: (existing: string) => string;
}

/** What the same user's server cannot go through either. */
const CLOSED: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ENAMETOOLONG']);

function linkTarget(path: string): string | undefined | null {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    return stat.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && CLOSED.has(error.code)) return null;
    throw error;
  }
}

export function ownPathSystem(): PathSystem {
  return {
    path: nodePath,
    home: homedir(),
    user: userInfo().username,
    foldsCase: process.platform !== 'linux',
    linkTarget,
    canonical: (existing) => (process.platform === 'linux' ? existing : realpathSync.native(existing)),
  };
}
