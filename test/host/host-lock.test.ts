import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHolder, takeHostLock, type Holder } from '../../main/host/host-lock.ts';

const SELF: Holder = { kind: 'app', pid: process.pid, start: 's', version: '1' };
const child = join(import.meta.dirname, 'fixtures', 'hold-lock.ts');
let home: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rl-lock-'));
});
afterEach(async () => {
  for (const one of children.splice(0)) {
    if (one.exitCode !== null || one.signalCode !== null) continue;
    const gone = once(one, 'exit');
    one.kill('SIGKILL');
    await gone;
  }
  rmSync(home, { recursive: true, force: true });
});

/** Another process that holds the lock until it is killed. */
async function holder(): Promise<ChildProcess> {
  const started = spawn(process.execPath, ['--no-warnings', '--expose-gc', child, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(started);
  await once(started.stdout, 'data');
  return started;
}

describe('the lock of a home', () => {
  it('is held by one, who is named to the next, in this process or another', async () => {
    const first = takeHostLock(home, SELF);
    expect(first.kind).toBe('held');
    expect(takeHostLock(home, { ...SELF, pid: 1 })).toEqual({ kind: 'taken', by: SELF });
    expect(readHolder(home)).toEqual(SELF);
    const other = spawnSync(process.execPath, ['--no-warnings', child, home], { encoding: 'utf8' });
    expect(JSON.parse(other.stdout)).toEqual({ kind: 'taken', by: SELF });
    if (first.kind === 'held') first.lock.release();
  });

  it('is free after its release, and can be taken again and again', () => {
    for (let i = 0; i < 20; i++) {
      const taken = takeHostLock(home, { ...SELF, version: String(i) });
      expect(taken.kind).toBe('held');
      expect(readHolder(home)?.version).toBe(String(i));
      if (taken.kind === 'held') taken.lock.release();
      expect(readHolder(home)).toBeUndefined();
    }
  });

  it('is free at once when its holder is killed', async () => {
    const other = await holder();
    expect(takeHostLock(home, SELF)).toEqual({
      kind: 'taken',
      by: { kind: 'headless', pid: other.pid, start: 'child', version: '9' },
    });
    const gone = once(other, 'exit');
    other.kill('SIGKILL');
    await gone;
    expect(readHolder(home)).toBeUndefined();
    const taken = takeHostLock(home, SELF);
    expect(taken.kind).toBe('held');
    if (taken.kind === 'held') taken.lock.release();
  });

  it('is taken by one of many that start at the same moment', async () => {
    const race = Array.from({ length: 6 }, () => {
      const one = spawn(process.execPath, ['--no-warnings', '--expose-gc', child, home], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(one);
      return once(one.stdout, 'data').then(([text]: unknown[]) => JSON.parse(String(text)) as { kind: string });
    });
    const kinds = (await Promise.all(race)).map((result) => result.kind).sort();
    expect(kinds).toEqual(['held', 'taken', 'taken', 'taken', 'taken', 'taken']);
  });

  it('whoever only looks is in nobody’s way', () => {
    expect(readHolder(home)).toBeUndefined();
    const taken = takeHostLock(home, SELF);
    for (let i = 0; i < 5; i++) readHolder(home);
    expect(taken.kind).toBe('held');
    expect(takeHostLock(home, SELF).kind).toBe('taken');
    if (taken.kind === 'held') taken.lock.release();
  });

  it('is a file that only its owner can read', () => {
    const taken = takeHostLock(home, SELF);
    expect(statSync(join(home, 'companion.lock')).mode & 0o777).toBe(0o600);
    if (taken.kind === 'held') taken.lock.release();
  });

  it.each([
    ['text', 'not a database at all, '.repeat(200)],
    ['zeros', Buffer.alloc(8192)],
  ])('in a damaged file says what to do: %s', (_title, bytes) => {
    writeFileSync(join(home, 'companion.lock'), bytes);
    for (const use of [() => takeHostLock(home, SELF), () => readHolder(home)]) {
      expect(use).toThrow(expect.objectContaining({ code: 'E_LOCK_UNUSABLE' }) as Error);
    }
  });

  it('an empty file is no damage', () => {
    writeFileSync(join(home, 'companion.lock'), '');
    const taken = takeHostLock(home, SELF);
    expect(taken.kind).toBe('held');
    if (taken.kind === 'held') taken.lock.release();
  });

  it('throws where the home cannot be written', () => {
    chmodSync(home, 0o500);
    if (process.getuid?.() !== 0) expect(() => takeHostLock(home, SELF)).toThrow();
    chmodSync(home, 0o700);
    expect(() => takeHostLock(join(home, 'nowhere'), SELF)).toThrow();
  });
});
