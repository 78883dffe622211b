import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveCommand } from '../../main/connectors/resolve-command.ts';
import { hasOtherMembers, isWritableByOthers } from '../../main/connectors/writable-by-others.ts';

const onWindows = process.platform === 'win32';
let folder = '';

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'rl-resolve-')));
  await mkdir(join(folder, 'a'));
  await mkdir(join(folder, 'b', 'server'), { recursive: true });
  await writeFile(join(folder, 'a', 'server'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, 'a', 'plain'), '', { mode: 0o644 });
  await symlink(join(folder, 'a', 'server'), join(folder, 'a', 'link'));
  await symlink(join(folder, 'a', 'nowhere'), join(folder, 'a', 'dangling'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(onWindows)('resolveCommand [skipped on Windows: mode bits]', () => {
  const at = (...parts: string[]): string => join(folder, ...parts);

  it('keeps an absolute path and follows links to the real file', async () => {
    expect(await resolveCommand(at('a', 'server'), '')).toMatchObject({
      path: at('a', 'server'),
      realPath: at('a', 'server'),
    });
    expect(await resolveCommand(at('a', 'link'), '')).toMatchObject({
      path: at('a', 'link'),
      realPath: at('a', 'server'),
    });
  });

  it('takes the first of PATH that is an executable file', async () => {
    const path = [at('missing'), at('b'), at('a')].join(delimiter);
    expect((await resolveCommand('server', path))?.path).toBe(at('a', 'server'));
    expect((await resolveCommand('link', path))?.realPath).toBe(at('a', 'server'));
  });

  it('takes a relative command from cwd alone', async () => {
    expect((await resolveCommand('./server', '', at('a')))?.path).toBe(at('a', 'server'));
    expect((await resolveCommand('a/server', '', folder))?.path).toBe(at('a', 'server'));
    expect((await resolveCommand('../a/link', '', at('b')))?.realPath).toBe(at('a', 'server'));
    expect(await resolveCommand('./server', at('a'))).toBeUndefined();
    expect(await resolveCommand('./server', at('a'), 'a')).toBeUndefined();
  });

  it.each(['', '.', '..', 'plain', 'dangling', 'nothing', 'ser\0ver', 'b', '~/server'])(
    'finds nothing for %j',
    async (command) => {
      expect(await resolveCommand(command, at('a'), folder)).toBeUndefined();
    },
  );

  it('passes over empty and relative entries of PATH, and a missing PATH', async () => {
    const here = process.cwd();
    try {
      process.chdir(at('a'));
      for (const path of ['', ':', '.', ':.:', 'a', undefined])
        expect(await resolveCommand('server', path, at('a'))).toBeUndefined();
    } finally {
      process.chdir(here);
    }
  });

  it('finds nothing behind a file, in a loop of links, or for a directory', async () => {
    await symlink(at('loop'), at('loop'));
    expect(await resolveCommand(at('a', 'server', 'x'), '')).toBeUndefined();
    expect(await resolveCommand(at('loop'), '')).toBeUndefined();
    expect(await resolveCommand(at('b'), '')).toBeUndefined();
  });

  it('takes a long PATH', async () => {
    const path = [...Array.from({ length: 2000 }, (_, index) => at(`none${index}`)), at('a')].join(delimiter);
    expect((await resolveCommand('server', path))?.path).toBe(at('a', 'server'));
  });
});

describe.skipIf(onWindows)('isWritableByOthers [skipped on Windows: mode bits]', () => {
  it('looks at the file and at every directory above it', async () => {
    const file = join(folder, 'a', 'server');
    expect(await isWritableByOthers(file)).toBe(false);
    await chmod(file, 0o757);
    expect(await isWritableByOthers(file)).toBe(true);
    await chmod(file, 0o755);
    await chmod(join(folder, 'a'), 0o777);
    expect(await isWritableByOthers(file)).toBe(true);
    // Sticky, like /tmp: others may add, not replace.
    await chmod(join(folder, 'a'), 0o1777);
    expect(await isWritableByOthers(file)).toBe(false);
    await chmod(join(folder, 'a'), 0o755);
    await chmod(folder, 0o777);
    expect(await isWritableByOthers(file)).toBe(true);
  });

  it('says yes to what it cannot look at', async () => {
    expect(await isWritableByOthers(join(folder, 'nothing'))).toBe(true);
  });

  it.each([
    ['own group', 'me:x:1000:', 'me:x:1000:1000::/:/bin/sh', 1000, false],
    ['empty group', 'staff:x:50:', 'me:x:1000:1000::/:', 50, false],
    ['named member', 'staff:x:50:me,other', '', 50, true],
    ['only me and root', 'staff:x:50:me,root', '', 50, false],
    ['primary group of another', 'users:x:100:', 'other:x:1001:100::/:', 100, true],
    ['unknown group', '', '', 7, true],
  ])('%s', (_title, groups, users, gid, expected) => {
    expect(hasOtherMembers(groups, users, gid, 'me')).toBe(expected);
  });
});
