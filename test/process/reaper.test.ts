import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pidSpace, readRecords, recordPath } from '../../main/process/process-record.ts';
import { REAPER_SCRIPT } from '../../main/process/reaper-script.ts';
import { createReaper, sweepLeftovers } from '../../main/process/reaper.ts';
import { spawnServer, type ServerProcess } from '../../main/process/spawn-server.ts';
import { readStat } from '../../main/process/start-time.ts';
import { childrenOf, isAlive, killHard, numbersIn, textUntil, until, endNow } from './processes.ts';

const notLinux = process.platform !== 'linux';
const env = { PATH: '/usr/bin:/bin' };
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
const reapers = (parent: number): number[] => childrenOf(parent, 'runlayer-reaper');

let folder = '';
let recordFile = '';
const companions: ChildProcess[] = [];
const servers: ServerProcess[] = [];
const pidsSeen: number[] = [];

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'rl-reaper-')));
  recordFile = join(folder, 'processes');
});
afterEach(async () => {
  for (const companion of companions.splice(0)) if (companion.pid !== undefined) killHard(companion.pid);
  await Promise.all(servers.splice(0).map(async (server) => endNow(server)));
  for (const pid of pidsSeen.splice(0)) killHard(pid);
  await rm(folder, { recursive: true, force: true });
});

async function companion(script: string, count: number): Promise<{ pid: number; pids: number[] }> {
  const child = spawn(process.execPath, [fixture('companion.ts'), recordFile, fixture(script), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: process.env,
  });
  companions.push(child);
  const text = await textUntil(child.stdout, new RegExp(`(?:[^]*?\\bdeaf\\b){${count}}`));
  const pids = numbersIn(text);
  pidsSeen.push(...pids);
  return { pid: child.pid ?? 0, pids };
}

/** A server that ignores SIGTERM, once this resolves. */
async function idle(): Promise<ServerProcess> {
  return deaf('/bin/sh', ['-c', `trap '' TERM; echo ready; while :; do sleep 1; done`]);
}

async function deaf(path: string, args: readonly string[]): Promise<ServerProcess> {
  const server = spawnServer({ path, args, env, cwd: '/' });
  servers.push(server);
  await textUntil(server.stdout, /ready/);
  return server;
}

/** The script in one shell under the name `sh`, as on systems where that is what /bin/sh is. */
function runScript(shell: string, ...known: string[]): ReturnType<typeof spawnPiped> {
  const args = ['-c', REAPER_SCRIPT, 'reaper', ...known];
  return spawnPiped(shell, shell.endsWith('busybox') ? ['sh', ...args] : args);
}
function spawnPiped(shell: string, args: readonly string[]) {
  const argv0 = shell.endsWith('busybox') ? 'busybox' : 'sh';
  return spawn(shell, args, { argv0, stdio: ['pipe', 'inherit', 'inherit'], env });
}

function recordedGroups(): { group: number; start: string }[] | undefined {
  return readRecords(recordFile).find(({ ownerPid }) => ownerPid === process.pid)?.record?.groups;
}

describe.skipIf(notLinux)('a companion that is killed [skipped: needs /proc]', () => {
  it('kill -9: every server, with its deaf descendants, is gone within 5 s, and so is the reaper', async () => {
    const { pid, pids } = await companion('stubborn.sh', 3);
    expect(pids).toHaveLength(6);
    expect(pids.every(isAlive)).toBe(true);
    const [reaper = 0] = reapers(pid);
    expect(isAlive(reaper)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await until('all gone', () => !pids.some(isAlive), 5000);
    await until('reaper gone', () => !isAlive(reaper), 5000);
  });

  it('also where the leader ended first and left a child: the number is still its group’s', async () => {
    const { pid, pids } = await companion('stubborn.sh', 1);
    const [leader = 0, child = 0] = pids;
    // Stopped, the companion cannot clean up itself; then both end.
    process.kill(pid, 'SIGSTOP');
    process.kill(leader, 'SIGKILL');
    await until('leader ended', () => !isAlive(leader));
    expect(isAlive(child)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await until('child gone', () => !isAlive(child), 5000);
  });

  it('the reaper survives the signals of a terminal and of a log-out', async () => {
    const { pid, pids } = await companion('stubborn.sh', 1);
    const [reaper = 0] = reapers(pid);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.kill(reaper, signal);
    expect(readStat(reaper)).toMatchObject({ group: reaper, session: reaper });
    process.kill(pid, 'SIGKILL');
    await until('all gone', () => !pids.some(isAlive), 5000);
  });

  it('a reaper that is killed is started again and knows everything', async () => {
    const { pid, pids } = await companion('stubborn.sh', 2);
    const [first = 0] = reapers(pid);
    process.kill(first, 'SIGKILL');
    await until('a new reaper', () => reapers(pid).some((other) => other !== first));
    expect(pids.every(isAlive)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await until('all gone', () => !pids.some(isAlive), 5000);
  });

  it('both killed: the next start sweeps up, and once is enough', async () => {
    const { pid, pids } = await companion('stubborn.sh', 2);
    process.kill(pid, 'SIGSTOP');
    for (const reaper of reapers(pid)) process.kill(reaper, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await until('companion gone', () => !isAlive(pid));
    expect(pids.every(isAlive)).toBe(true);
    expect(await sweepLeftovers(recordFile)).toBe(2);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await sweepLeftovers(recordFile)).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a companion that still lives (draining) is left alone', async () => {
    const { pids } = await companion('stubborn.sh', 1);
    expect(await sweepLeftovers(recordFile)).toBe(0);
    expect(pids.every(isAlive)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

describe.skipIf(notLinux)('createReaper [skipped: needs /proc]', () => {
  it('records what it tracks, readable by the owner alone, and forgets what is untracked', async () => {
    const reaper = createReaper({ recordFile });
    const [a, b] = await Promise.all([idle(), idle()]);
    reaper.track(a.pid);
    reaper.track(b.pid);
    reaper.track(b.pid);
    expect(recordedGroups()).toEqual([a, b].map(({ pid }) => ({ group: pid, start: readStat(pid)?.start })));
    expect(statSync(recordPath(recordFile, process.pid)).mode & 0o777).toBe(0o600);
    reaper.untrack(a.pid);
    reaper.untrack(a.pid);
    expect(recordedGroups()?.map(({ group }) => group)).toEqual([b.pid]);
    reaper.untrack(b.pid);
    await reaper.close();
    expect(isAlive(a.pid) && isAlive(b.pid)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
    expect(reapers(process.pid)).toEqual([]);
  });

  it('close ends what is still tracked, is idempotent, and ends at once what comes later', async () => {
    const reaper = createReaper({ recordFile });
    const [a, b] = await Promise.all([idle(), idle()]);
    reaper.track(a.pid);
    await Promise.all([reaper.close(), reaper.close()]);
    expect(await a.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(isAlive(b.pid)).toBe(true);
    reaper.track(b.pid);
    expect((await b.exited).signal).toBe('SIGKILL');
  });

  it('close ends what is still tracked where the reaper was killed just before', async () => {
    const reaper = createReaper({ recordFile });
    const server = await idle();
    reaper.track(server.pid);
    for (const pid of reapers(process.pid)) process.kill(pid, 'SIGKILL');
    await reaper.close();
    expect((await server.exited).signal).toBe('SIGKILL');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a companion without a descriptor left for another reaper goes on, and has one once there is', async () => {
    const child = spawn('/bin/sh', ['-c', 'ulimit -n 128; exec "$@"', 'sh', process.execPath, fixture('no-descriptors.ts'), recordFile], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: process.env,
    }); // prettier-ignore
    companions.push(child);
    const { pid = 0 } = child;
    await textUntil(child.stdout, /full/);
    const [first = 0] = reapers(pid);
    process.kill(first, 'SIGKILL');
    await textUntil(child.stdout, /keeps dying/);
    expect(reapers(pid)).toEqual([]);
    child.stdin.write('let go');
    await until('a new reaper', () => reapers(pid).length === 1);
  });

  it.each([0, 1, -1, Number.NaN, 1.5, 2 ** 31 - 1])('tracking %s does nothing', async (pid) => {
    const reaper = createReaper({ recordFile });
    reaper.track(pid);
    reaper.untrack(pid);
    expect(existsSync(recordPath(recordFile, process.pid))).toBe(false);
    await reaper.close();
  });

  it('says so when the record cannot be written, and still tracks', async () => {
    const problems: string[] = [];
    const reaper = createReaper({
      recordFile: join(folder, 'none', 'processes'),
      onProblem: (text) => problems.push(text),
    });
    const server = await idle();
    reaper.track(server.pid);
    expect(problems).toEqual([expect.stringMatching(/record of running servers cannot be written/)]);
    await reaper.close();
    expect((await server.exited).signal).toBe('SIGKILL');
  });
});

describe.skipIf(notLinux)('the reaper script [skipped: needs /proc]', () => {
  const shells = ['/bin/sh', '/bin/dash', '/bin/bash', '/bin/busybox'];

  for (const shell of shells) {
    const absent = !existsSync(shell);
    const why = absent ? ' [skipped: not installed]' : '';
    it.skipIf(absent)(
      `${shell}: kills only groups whose start time is the recorded one, and takes nonsense${why}`,
      async () => {
        const [recorded, reused, removed, unknown] = await Promise.all([idle(), idle(), idle(), idle()]);
        const startOf = (server: ServerProcess): string => readStat(server.pid)?.start ?? '';
        const reaper = runScript(shell);
        const lines = [
      '', 'add', 'add x y', 'add 0 1', 'add 1 1', 'add -1 1', 'add $(touch x) 1', 'remove', 'unknown 5 6', `add ${process.pid} 1`,
      `add ${recorded.pid} ${startOf(recorded)}`,
      `add ${reused.pid} ${Number(startOf(reused)) - 1}`,
      `add ${removed.pid} ${startOf(removed)}`,
      `remove ${removed.pid}`,
      `add ${unknown.pid} -`,
      `add 4194303 1`,
    ]; // prettier-ignore
        reaper.stdin.end(`${lines.join('\n')}\nadd ${reused.pid} ${startOf(reused)}`.slice(0, -1));
        const [code] = await once(reaper, 'exit');
        expect(code).toBe(0);
        expect((await recorded.exited).signal).toBe('SIGKILL');
        expect((await unknown.exited).signal).toBe('SIGKILL');
        expect([reused, removed].map(({ pid }) => isAlive(pid))).toEqual([true, true]);
      },
    );

    it.skipIf(absent)(`${shell}: knows what it was started with before it has read a line${why}`, async () => {
      const [kept, removed, reused] = await Promise.all([idle(), idle(), idle()]);
      const known = ({ pid }: ServerProcess, off = 0): string => `${pid},${Number(readStat(pid)?.start) - off}`;
      const reaper = runScript(shell, known(kept), known(removed), known(reused, 1));
      reaper.stdin.end(`remove ${removed.pid}\n`);
      await once(reaper, 'exit');
      expect((await kept.exited).signal).toBe('SIGKILL');
      expect([removed, reused].map(({ pid }) => isAlive(pid))).toEqual([true, true]);
    });

    it.skipIf(absent)(`${shell}: reads the start time of a program whose name is meant to confuse${why}`, async () => {
      const script = join(folder, 'x) S 1 (');
      await writeFile(script, '#!/bin/sh\ntrap "" TERM\necho ready\nwhile :; do sleep 1; done\n', { mode: 0o755 });
      const odd = await deaf(script, []);
      expect(readStat(odd.pid)?.comm).toBe('x) S 1 (');
      const reaper = runScript(shell);
      reaper.stdin.end(`add ${odd.pid} ${readStat(odd.pid)?.start ?? ''}\n`);
      await once(reaper, 'exit');
      expect((await odd.exited).signal).toBe('SIGKILL');
    });
  }

  it('ends at once when there is nothing to do', async () => {
    const reaper = runScript('/bin/sh');
    const startedAt = performance.now();
    reaper.stdin.end();
    expect(await once(reaper, 'exit')).toEqual([0, null]);
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });
});

describe.skipIf(notLinux)('sweepLeftovers [skipped: needs /proc]', () => {
  const deadOwner = { pid: 4_194_303, start: '1' };

  async function written(change: Record<string, unknown>): Promise<void> {
    const body = { v: 1, ...pidSpace(), owner: deadOwner, groups: [], ...change };
    await writeFile(recordPath(recordFile, deadOwner.pid), JSON.stringify(body));
  }
  async function survivor(
    change: (server: ServerProcess, start: string) => Record<string, unknown>,
  ): Promise<ServerProcess> {
    const server = await idle();
    await written(change(server, readStat(server.pid)?.start ?? ''));
    return server;
  }

  it('kills what a dead companion recorded', async () => {
    const server = await survivor(({ pid }, start) => ({ groups: [{ group: pid, start }] }));
    expect(await sweepLeftovers(recordFile)).toBe(1);
    expect((await server.exited).signal).toBe('SIGKILL');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, (server: ServerProcess, start: string) => Record<string, unknown>]>([
    ['a pid that was reused', ({ pid }, start) => ({ groups: [{ group: pid, start: String(Number(start) - 1) }] })],
    ['another boot', ({ pid }, start) => ({ boot: 'other', groups: [{ group: pid, start }] })],
    ['another version', ({ pid }, start) => ({ v: 2, groups: [{ group: pid, start }] })],
    [
      'an owner that does not fit the file name',
      ({ pid }, start) => ({ owner: { pid: 5, start: '1' }, groups: [{ group: pid, start }] }),
    ],
    [
      'a record with one bad group',
      ({ pid }, start) => ({
        groups: [
          { group: pid, start },
          { group: 1, start },
        ],
      }),
    ],
  ])('kills nothing for %s, and removes the record', async (_title, change) => {
    const server = await survivor(change);
    expect(await sweepLeftovers(recordFile)).toBe(0);
    expect(isAlive(server.pid)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves the record of another pid namespace to its own companion', async () => {
    const server = await survivor(({ pid }, start) => ({ namespace: 'pid:[1]', groups: [{ group: pid, start }] }));
    expect(await sweepLeftovers(recordFile)).toBe(0);
    expect(isAlive(server.pid)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it.each(['', '{', 'null', '[]', '"x"', '\0'.repeat(100), '{"v":1}'])('takes a file that holds %j', async (text) => {
    await writeFile(recordPath(recordFile, deadOwner.pid), text);
    expect(await sweepLeftovers(recordFile)).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('touches no other file', async () => {
    const names = ['processes', 'processes-', 'processes-x', 'processes-12x', 'processes-1.bak', 'settings.json'];
    await Promise.all(names.map((name) => writeFile(join(folder, name), '{}')));
    expect(await sweepLeftovers(recordFile)).toBe(0);
    expect(readdirSync(folder).sort()).toEqual([...names].sort());
  });

  it('a home that does not exist yet is fine', async () => {
    expect(await sweepLeftovers(join(folder, 'none', 'processes'))).toBe(0);
  });
});
