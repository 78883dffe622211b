import { statSync } from 'node:fs';
import { chmod, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRunning, namesInTasklist } from '../../main/process/find-running.ts';
import { startDetached } from '../../main/process/start-detached.ts';
import { readStat } from '../../main/process/start-time.ts';
import { isAlive, killHard, until } from './processes.ts';

const notLinux = process.platform !== 'linux';
const env = { PATH: '/usr/bin:/bin' };
let folder = '';
const started: number[] = [];

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'rl-detached-')));
});
afterEach(async () => {
  for (const pid of started.splice(0)) killHard(pid);
  await rm(folder, { recursive: true, force: true });
});

function sh(script: string, logFile?: string): number {
  const { pid } = startDetached({
    path: '/bin/sh',
    args: ['-c', script],
    env,
    cwd: '/',
    ...(logFile === undefined ? {} : { logFile }),
  });
  started.push(pid);
  return pid;
}

describe.skipIf(notLinux)('startDetached [skipped: needs /proc]', () => {
  it('leads its own session, with nothing of ours on its pipes', async () => {
    const pid = sh('exec sleep 60');
    await until('started', () => readStat(pid)?.comm === 'sleep');
    expect(readStat(pid)).toMatchObject({ group: pid, session: pid });
  });

  it('appends to its log, which only the owner can read, even if it was open before', async () => {
    const log = join(folder, 'host.log');
    await writeFile(log, 'before\n');
    await chmod(log, 0o666);
    const pid = sh('echo out; echo err >&2', log);
    await until('ended', () => !isAlive(pid));
    expect(await readFile(log, 'utf8')).toBe('before\nout\nerr\n');
    expect(statSync(log).mode & 0o777).toBe(0o600);
  });

  it('does not write through a link', async () => {
    await writeFile(join(folder, 'target'), 'x');
    await symlink(join(folder, 'target'), join(folder, 'host.log'));
    expect(() => sh('echo out', join(folder, 'host.log'))).toThrow(/ELOOP/);
    expect(await readFile(join(folder, 'target'), 'utf8')).toBe('x');
  });

  it.each([
    ['no program', { path: '/nowhere', cwd: '/' }],
    ['no directory', { path: '/bin/sh', cwd: '/nowhere' }],
    ['no program, a directory in its place', { path: '/tmp', cwd: '/' }],
  ])('throws for %s', (_title, where) => {
    expect(() => startDetached({ ...where, args: [], env })).toThrow(/could not be started/);
  });
});

describe('isRunning', () => {
  it.skipIf(notLinux)(
    'finds a process by its exact name, and by the part of a long one that the kernel keeps [skipped: needs /proc]',
    async () => {
      const name = `rl-${process.pid}-a-very-long-name`;
      await writeFile(join(folder, name), '#!/bin/sh\nwhile :; do sleep 1; done\n', { mode: 0o755 });
      expect(await isRunning([name])).toBe(false);
      const { pid } = startDetached({ path: join(folder, name), args: [], env, cwd: '/' });
      started.push(pid);
      await until('named', () => readStat(pid)?.comm === name.slice(0, 15));
      expect(await isRunning(['nothing-like-it', name])).toBe(true);
      expect(await isRunning([name.slice(0, 14)])).toBe(false);
      expect(await isRunning([name.toUpperCase()])).toBe(false);
    },
  );

  it('nothing is not running', async () => {
    expect(await isRunning([])).toBe(false);
    expect(await isRunning([''])).toBe(false);
  });
});

describe('namesInTasklist', () => {
  const csv = '"System Idle Process","0","Services","0","8 K"\r\n"Claude.exe","4242","Console","1","99,999 K"\r\n';
  it.each([
    [['claude'], true],
    [['Claude.exe'], true],
    [['Cursor', 'CLAUDE'], true],
    [['laude'], false],
    [['4242'], false],
  ])('%j → %s', (names, expected) => {
    expect(namesInTasklist(csv, names)).toBe(expected);
  });
  it('takes the message that there are none', () => {
    expect(namesInTasklist('INFO: No tasks are running.\r\n', ['INFO'])).toBe(false);
  });
});
