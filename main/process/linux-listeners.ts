/**
 * Linux: which processes hold a socket that listens at a port. The program is the file that the kernel runs, and counts only
 * where the very same file is at its path as we see it: a deleted or replaced one, or one of another mount namespace (any
 * user may make one and put any file at any path in it), is unknown.
 */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLocalAddress, type Listener, type ListeningProgram } from './listener.ts';
import { listeningSockets } from './proc-net-tcp.ts';
import { parseStat } from './start-time.ts';

/** @param proc where the process file system is mounted */
export async function linuxListeners(port: number, proc = '/proc'): Promise<Listener[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readTable(join(proc, 'net', name))));
  const sockets = tables
    .flatMap(listeningSockets)
    .filter((socket) => socket.port === port && isLocalAddress(socket.address));
  if (sockets.length === 0) return [];
  const holders = await holdersOf(new Set(sockets.map(({ inode }) => inode)), proc);
  const found = await Promise.all(
    sockets.map(async ({ address, uid, inode }) => {
      const pids = holders.get(inode) ?? [];
      const programs: ListeningProgram[] =
        pids.length === 0
          ? [{ kind: 'unknown', reason: `belongs to a process of user ${uid} that cannot be looked at` }]
          : await Promise.all(pids.map((pid) => programOf(pid, inode, proc)));
      return programs.map((program) => ({ address, uid, program }));
    }),
  );
  return found.flat();
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // A machine without IPv6 has no tcp6.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && path.endsWith('6')) return '';
    throw error;
  }
}

/** Pids by socket. All processes are looked through, because a socket may be held by more than the one that opened it. */
async function holdersOf(inodes: ReadonlySet<string>, proc: string): Promise<Map<string, number[]>> {
  const holders = new Map<string, number[]>();
  const wanted = new Map([...inodes].map((inode) => [`socket:[${inode}]`, inode]));
  const pids = (await readdir(proc)).filter((entry) => /^[1-9]\d*$/.test(entry));
  await Promise.all(
    pids.map(async (pid) => {
      for (const inode of await socketsOf(join(proc, pid, 'fd'), wanted))
        holders.set(inode, [...(holders.get(inode) ?? []), Number(pid)]);
    }),
  );
  return holders;
}

async function socketsOf(folder: string, wanted: ReadonlyMap<string, string>): Promise<Set<string>> {
  // Another user's, or it has ended.
  const entries = await readdir(folder).catch(() => []);
  const links = await Promise.all(entries.map((entry) => readlink(join(folder, entry)).catch(() => '')));
  return new Set(links.flatMap((link) => wanted.get(link) ?? []));
}

async function programOf(pid: number, inode: string, proc: string): Promise<ListeningProgram> {
  const folder = join(proc, String(pid));
  const before = await startOf(folder);
  const executable = await readlink(join(folder, 'exe')).catch(() => undefined);
  const [running, file] = await Promise.all([identity(join(folder, 'exe')), identity(executable)]);
  const holds = await socketsOf(join(folder, 'fd'), new Map([[`socket:[${inode}]`, inode]]));
  const after = await startOf(folder);
  // The number may have become another process's while it was looked at.
  if (executable === undefined || before === undefined || before !== after || !holds.has(inode))
    return { kind: 'unknown', reason: `belongs to process ${pid}, which cannot be looked at` };
  if (running === undefined || running !== file)
    return {
      kind: 'unknown',
      reason: `belongs to process ${pid}, whose program file was replaced or deleted since it started`,
    };
  return { kind: 'known', pid, start: before, executable };
}

async function startOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'stat'), 'utf8').catch(() => '');
  return parseStat(text)?.start;
}

async function identity(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const entry = await stat(path, { bigint: true }).catch(() => undefined);
  return entry?.isFile() === true ? `${entry.dev}:${entry.ino}` : undefined;
}
