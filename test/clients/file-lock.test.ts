import { mkdir, rmdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../main/clients/file-lock.ts';
import { renameWithPatience, replaceFile } from '../../main/clients/replace-file.ts';
import { aMachine, rejection, treeOf } from './machine.ts';

describe('withLock', () => {
  it('waits for another program that follows the same protocol, then gives up in words', async () => {
    const { home } = await aMachine();
    const path = join(home, 'f');
    const release = await lockfile.lock(path, { realpath: false });
    expect(await rejection(withLock(path, () => Promise.resolve(1), 100))).toMatchObject({
      code: 'E_CLIENT_FILE_BUSY',
    });
    const waiting = withLock(path, (lock) => Promise.resolve(lock.isHeld()));
    await release();
    expect(await waiting).toBe(true);
    expect(await treeOf(home)).toEqual([]);
  });

  it('outlives a holder that died', async () => {
    const { home } = await aMachine();
    await mkdir(join(home, 'f.lock'));
    await utimes(join(home, 'f.lock'), 1, 1);
    expect(await withLock(join(home, 'f'), () => Promise.resolve('done'), 100)).toBe('done');
  });

  it('is released when the work fails', async () => {
    const { home } = await aMachine();
    expect(await rejection(withLock(join(home, 'f'), () => Promise.reject(new Error('x'))))).toMatchObject({
      message: 'x',
    });
    expect(await treeOf(home)).toEqual([]);
  });

  it('does not mind that its lock was taken away meanwhile', async () => {
    const { home } = await aMachine();
    expect(await withLock(join(home, 'f'), () => rmdir(join(home, 'f.lock')).then(() => 1))).toBe(1);
  });

  it('takes a file in the place of the lock for a lock', async () => {
    const { home } = await aMachine();
    await writeFile(join(home, 'f.lock'), '');
    await utimes(join(home, 'f.lock'), 1, 1);
    expect(await rejection(withLock(join(home, 'f'), () => Promise.resolve(1), 100))).toMatchObject({
      code: 'E_CLIENT_FILE_BUSY',
    });
  });
});

describe('replaceFile', () => {
  const fails = (code: string, times: number): { calls: () => number; attempt: () => Promise<void> } => {
    let calls = 0;
    const attempt = (): Promise<void> =>
      calls++ < times ? Promise.reject(Object.assign(new Error(code), { code })) : Promise.resolve();
    return { calls: () => calls, attempt };
  };

  it('tries again on Windows while another program has the file open, and nowhere else', async () => {
    const open = fails('EPERM', 2);
    await renameWithPatience(open.attempt, 'win32', [0, 0, 0]);
    expect(open.calls()).toBe(3);
    const forEver = fails('EBUSY', 99);
    expect(await rejection(renameWithPatience(forEver.attempt, 'win32', [0, 0, 0]))).toMatchObject({ code: 'EBUSY' });
    expect(forEver.calls()).toBe(4);
    const other = fails('ENOSPC', 99);
    expect(await rejection(renameWithPatience(other.attempt, 'win32', [0, 0]))).toMatchObject({ code: 'ENOSPC' });
    expect(other.calls()).toBe(1);
    const unix = fails('EPERM', 1);
    expect(await rejection(renameWithPatience(unix.attempt, 'linux', [0]))).toMatchObject({ code: 'EPERM' });
  });

  it('leaves no temporary file when it is told to stop, or fails', async () => {
    const { home } = await aMachine();
    const target = join(home, 'f');
    const no = { mode: 0o600, platform: 'linux', stillWanted: () => Promise.resolve(false) } as const;
    expect(await replaceFile(target, Buffer.from('x'), no)).toBe(false);
    await mkdir(target);
    expect(await rejection(replaceFile(target, Buffer.from('x'), { mode: 0o600, platform: 'linux' }))).toBeInstanceOf(
      Error,
    );
    expect(await treeOf(home)).toEqual(['f/']);
  });
});
