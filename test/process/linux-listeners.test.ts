import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linuxListeners } from '../../main/process/linux-listeners.ts';
import { listenersOf } from '../../main/process/listener-owner.ts';
import { readStat } from '../../main/process/start-time.ts';
import { listeningPrograms } from './listening-program.ts';

const skipped = process.platform !== 'linux';
const why = skipped ? ' [skipped: needs /proc]' : '';
const uid = process.getuid?.();
const SOCKET = '4711';
const TABLE_LINE = `   0: 0100007F:0F05 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 ${SOCKET} 1 0\n`;

describe.skipIf(skipped)(`who listens at a port, on Linux${why}`, () => {
  const { folder, program, listen } = listeningPrograms();

  it('is the program that the kernel runs, with its process and its start', async () => {
    const path = program('application');
    const { pid, port } = await listen(path);
    expect(await listenersOf(port)).toEqual([
      {
        address: '127.0.0.1',
        uid,
        program: { kind: 'known', pid, start: readStat(pid)?.start, executable: realpathSync(path) },
      },
    ]);
  });

  it('is nobody where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await listenersOf(port)).toHaveLength(1);
    server.close();
    await once(server, 'close');
    expect(await listenersOf(port)).toEqual([]);
  });

  it('is everybody: two programs at the two loopback addresses', async () => {
    const one = await listen(program('one'));
    const two = await listen(program('two'), { host: '::1', port: one.port });
    const found = await listenersOf(one.port);
    expect(found.map(({ address, program }) => [address, program.kind === 'known' ? program.pid : 0])).toEqual([
      ['127.0.0.1', one.pid],
      ['::1', two.pid],
    ]);
  });

  it('is unknown once the file of the program was deleted, and once another took its place', async () => {
    const path = program('application');
    const { port, pid } = await listen(path);
    rmSync(path);
    const expected = [
      {
        kind: 'unknown',
        reason: `belongs to process ${pid}, whose program file was replaced or deleted since it started`,
      },
    ];
    expect((await listenersOf(port)).map(({ program }) => program)).toEqual(expected);
    // The kernel marks a deleted file by a suffix: a file of that very name must not stand in for it.
    writeFileSync(`${path} (deleted)`, '', { mode: 0o755 });
    writeFileSync(path, '', { mode: 0o755 });
    expect((await listenersOf(port)).map(({ program }) => program)).toEqual(expected);
  });

  it.each([0, 65_536, 1.5, Number.NaN])('refuses %d as a port', async (port) => {
    await expect(listenersOf(port)).rejects.toThrow('a port is 1 to 65535');
  });

  describe('in a made-up /proc', () => {
    const made = (): string => {
      const proc = folder();
      mkdirSync(join(proc, 'net'));
      writeFileSync(join(proc, 'net', 'tcp'), `head\n${TABLE_LINE}`);
      return proc;
    };
    const addProcess = (proc: string, pid: number, exe: string): string => {
      const own = join(proc, String(pid));
      mkdirSync(join(own, 'fd'), { recursive: true });
      symlinkSync(`socket:[${SOCKET}]`, join(own, 'fd', '7'));
      symlinkSync(exe, join(own, 'exe'));
      writeFileSync(join(own, 'stat'), `${pid} (a (b) c) S 1 ${pid} ${pid} 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 12345 0 0`);
      return own;
    };

    it('a socket whose process cannot be seen is another user’s', async () => {
      const found = await linuxListeners(3845, made());
      expect(found).toEqual([
        {
          address: '127.0.0.1',
          uid: 1000,
          program: { kind: 'unknown', reason: 'belongs to a process of user 1000 that cannot be looked at' },
        },
      ]);
    });

    it('a socket that two processes hold is told twice', async () => {
      const proc = made();
      addProcess(proc, 41, process.execPath);
      addProcess(proc, 42, process.execPath);
      const found = await linuxListeners(3845, proc);
      expect(
        found.map(({ program }) => (program.kind === 'known' ? String(program.pid) : program.reason)).toSorted(),
      ).toEqual(['41', '42']);
      expect(found[0]?.program).toMatchObject({ start: '12345' });
    });

    it.each(['exe', 'stat'])('a process without %s is unknown', async (name) => {
      const proc = made();
      rmSync(join(addProcess(proc, 41, process.execPath), name));
      expect((await linuxListeners(3845, proc)).map(({ program }) => program)).toEqual([
        { kind: 'unknown', reason: 'belongs to process 41, which cannot be looked at' },
      ]);
    });

    it('rejects without the table, but not without that of IPv6', async () => {
      const proc = made();
      expect(await linuxListeners(22, proc)).toEqual([]);
      rmSync(join(proc, 'net', 'tcp'));
      await expect(linuxListeners(22, proc)).rejects.toThrow('ENOENT');
    });
  });
});
