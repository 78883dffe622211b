import { lstat, readdir, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { adapters, windowsFolder, type ClientAdapter } from './adapters.ts';
import type { ClientEnvironment } from './environment.ts';

export interface Location {
  /** The file to read and write. */
  readonly path: string;
  /** The client has been started here before: the folder of its file is there. */
  readonly clientSeen: boolean;
  /** Another file that the client could be reading instead. */
  readonly rival?: string;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Finds the file of a client on this machine. Never fails: what cannot be looked at counts as not there. */
export async function locate(adapter: ClientAdapter, environment: ClientEnvironment): Promise<Location> {
  const isWindows = environment.platform === 'win32';
  const packagesFolder = win32.join(windowsFolder(environment, 'LOCALAPPDATA'), 'Packages');
  const packages = isWindows ? await readdir(packagesFolder).catch(() => []) : [];
  const [path, ...others] = adapter.paths({ ...environment, packages });
  const folder = (isWindows ? win32 : posix).dirname(path);
  const clientSeen = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  for (const other of others) if (await exists(other)) return { path, clientSeen, rival: other };
  return { path, clientSeen };
}

export function rivalNotes(adapter: ClientAdapter, location: Location): string[] {
  if (location.rival === undefined) return [];
  return [`${adapter.title} has a second configuration file, ${location.rival}, and may read that one instead.`];
}

/** The files that the clients of this machine read, for whoever watches them. */
export async function clientPaths(environment: ClientEnvironment): Promise<string[]> {
  const locations = await Promise.all(adapters.map((adapter) => locate(adapter, environment)));
  return locations.map(({ path }) => path);
}
