import { chmod, lstat, mkdir, mkdtemp, readFile, readdir, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach } from 'vitest';
import type { WritableClientId } from '../../preload/contract/client.ts';
import { adapterFor } from '../../main/clients/adapters.ts';
import type { ClientEnvironment } from '../../main/clients/environment.ts';

export const LAUNCHER = '/home/ada/.runlayer/bin/runlayer';
const NOW = new Date('2026-11-21T08:00:00.000Z');

/** A person's home in a temporary folder, with nothing in it. */
export interface Machine {
  readonly environment: ClientEnvironment;
  readonly home: string;
  readonly companionHome: string;
  fileOf(client: WritableClientId): string;
  /** Writes a client's file, folders included. */
  put(client: WritableClientId, content: string | Uint8Array, mode?: number): Promise<string>;
  read(client: WritableClientId): Promise<Buffer | null>;
  text(client: WritableClientId): Promise<string>;
}

const made: string[] = [];

afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
});

export async function aMachine(over: Partial<ClientEnvironment> = {}): Promise<Machine> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'rl-clients-')));
  made.push(home);
  const companionHome = join(home, '.runlayer', 'companion');
  let ticks = 0;
  const environment: ClientEnvironment = {
    platform: 'linux',
    homeDirectory: home,
    env: {},
    companionHome,
    launcher: LAUNCHER,
    // One second a look, so that backups keep their order.
    clock: () => new Date(NOW.getTime() + 1000 * ticks++),
    isClientRunning: () => Promise.resolve(false),
    ...over,
  };
  const fileOf = (client: WritableClientId): string => adapterFor(client).paths({ ...environment, packages: [] })[0];
  const read = (client: WritableClientId): Promise<Buffer | null> => readFile(fileOf(client)).catch(() => null);
  return {
    environment,
    home,
    companionHome,
    fileOf,
    read,
    text: async (client) => (await read(client))?.toString('utf8') ?? '(no file)',
    put: async (client, content, mode = 0o644) => {
      const path = fileOf(client);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      await chmod(path, mode);
      return path;
    },
  };
}

export async function modeOf(path: string): Promise<number> {
  return (await lstat(path)).mode & 0o7777;
}

/** Every path below a folder, sorted, folders with a slash. */
export async function treeOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)) + (entry.isDirectory() ? '/' : ''))
    .sort();
}

/** Makes every lock below a folder look as old as one whose holder died long ago. */
export async function ageLocks(folder: string): Promise<void> {
  for (const name of await treeOf(folder)) {
    if (name.endsWith('.lock/')) await utimes(join(folder, name), 1, 1);
  }
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => Promise.reject(new Error(`it went through: ${JSON.stringify(value)}`)),
    (error: unknown) => error,
  );
}
