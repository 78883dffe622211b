import { chmod, chown, lstat, mkdir, readFile, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installLauncher, launcherText } from '../../main/clients/launcher.ts';
import { aMachine, modeOf, rejection } from './machine.ts';

const isRoot = process.getuid?.() === 0;
const node = process.execPath;

it('pins the text: clients ask for trust again when a command changes', () => {
  expect(launcherText('/opt/node', "/srv/it's/cli.js")).toBe(
    `#!/bin/sh
# Starts the Runlayer Companion command line. AI clients name this file; "runlayer setup install" writes it.
if [ ! -x '/opt/node' ] || [ ! -f '/srv/it'\\''s/cli.js' ]; then
  echo 'runlayer: the companion was moved or removed; run "runlayer setup install" from its new place' >&2
  exit 3
fi
exec '/opt/node' '/srv/it'\\''s/cli.js' "$@"
`,
  );
});

it.each(['node', './node', '', '/a\nb', '/a\0b', '/a\rb'])('refuses %j as a path', (path) => {
  expect(() => launcherText(path, '/x')).toThrow(/absolute path/);
  expect(() => launcherText('/x', path)).toThrow(/absolute path/);
});

describe('installLauncher', () => {
  const script = 'process.stdout.write(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;';

  it.each(['plain', "it's", 'a b', '$(touch pwned)', '`touch pwned`', '"double"', 'back\\slash', '-n', 'ünï ☃'])(
    'starts its script from a folder called %j, with an empty PATH and every argument as it was',
    async (name) => {
      const { home } = await aMachine();
      const folder = join(home, name);
      await mkdir(folder);
      await writeFile(join(folder, 'cli.js'), script);
      await symlink(node, join(folder, 'node'));
      const path = await installLauncher({
        directory: join(home, '.runlayer', 'bin'),
        nodePath: join(folder, 'node'),
        scriptPath: join(folder, 'cli.js'),
        platform: 'linux',
      });
      const args = ['run', 'a b', '', '$HOME', "'", '*', '-e'];
      const result = spawnSync(path, args, { env: { PATH: '' }, cwd: home, encoding: 'utf8' });
      expect(result).toMatchObject({ status: 7, stdout: JSON.stringify(args), stderr: '' });
      expect(await readdir(home)).not.toContain('pwned');
    },
  );

  it('replaces itself by node: the client sees one process', async () => {
    const { home } = await aMachine();
    await writeFile(join(home, 'cli.js'), 'process.kill(process.pid, "SIGTERM");');
    const path = await installLauncher({
      directory: join(home, 'bin'),
      nodePath: node,
      scriptPath: join(home, 'cli.js'),
      platform: 'linux',
    });
    expect(spawnSync(path, [], { env: {} }).signal).toBe('SIGTERM');
  });

  it('says what to do when the companion is gone', async () => {
    const { home } = await aMachine();
    const path = await installLauncher({
      directory: join(home, 'bin'),
      nodePath: node,
      scriptPath: join(home, 'gone.js'),
      platform: 'linux',
    });
    const result = spawnSync(path, ['run', 'x'], { env: {}, encoding: 'utf8' });
    expect(result).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringContaining('setup install') as unknown,
    });
  });

  const options = (home: string): Parameters<typeof installLauncher>[0] => ({
    directory: join(home, '.runlayer', 'bin'),
    nodePath: '/opt/node',
    scriptPath: '/opt/cli.js',
    platform: 'linux',
  });

  it('makes its folders and file for all to read and nobody else to write, whatever the umask', async () => {
    for (const mask of [0o077, 0o000]) {
      const { home } = await aMachine();
      const old = process.umask(mask);
      const path = await installLauncher(options(home)).finally(() => process.umask(old));
      expect(path).toBe(join(home, '.runlayer', 'bin', 'runlayer'));
      expect(await modeOf(path)).toBe(0o755);
      expect(await modeOf(join(home, '.runlayer', 'bin'))).toBe(0o755);
      expect(await modeOf(join(home, '.runlayer'))).toBe(0o755);
      expect(await readdir(join(home, '.runlayer', 'bin'))).toEqual(['runlayer']);
    }
  });

  it('leaves an equal file untouched and replaces any other: old text, other mode, a link', async () => {
    const { home } = await aMachine();
    const path = await installLauncher(options(home));
    await utimes(path, 1000, 1000);
    await installLauncher(options(home));
    expect((await stat(path)).mtimeMs).toBe(1_000_000);

    await chmod(path, 0o777);
    await installLauncher(options(home));
    expect(await modeOf(path)).toBe(0o755);

    await writeFile(path, '#!/bin/sh\nevil\n');
    await installLauncher(options(home));
    expect(await readFile(path, 'utf8')).toBe(launcherText('/opt/node', '/opt/cli.js'));

    await writeFile(join(home, 'victim'), 'untouched');
    await symlink(join(home, 'victim'), `${path}.new`);
    spawnSync('mv', [`${path}.new`, path]);
    await installLauncher(options(home));
    expect((await lstat(path)).isFile()).toBe(true);
    expect(await readFile(join(home, 'victim'), 'utf8')).toBe('untouched');
  });

  it('two at once end with one good file', async () => {
    const { home } = await aMachine();
    await Promise.all([installLauncher(options(home)), installLauncher(options(home)), installLauncher(options(home))]);
    expect(await readdir(join(home, '.runlayer', 'bin'))).toEqual(['runlayer']);
  });

  it('refuses a folder that is a link, a file, or writable by others, itself or the one above', async () => {
    const code = { code: 'E_LAUNCHER_DIRECTORY', next: expect.any(String) as unknown };
    const cases: ((home: string) => Promise<unknown>)[] = [
      (home) => symlink(home, join(home, '.runlayer', 'bin')),
      (home) => writeFile(join(home, '.runlayer', 'bin'), ''),
      (home) => mkdir(join(home, '.runlayer', 'bin')).then(() => chmod(join(home, '.runlayer', 'bin'), 0o775)),
      (home) => mkdir(join(home, '.runlayer', 'bin')).then(() => chmod(join(home, '.runlayer', 'bin'), 0o757)),
      (home) => mkdir(join(home, '.runlayer', 'bin')).then(() => chmod(join(home, '.runlayer'), 0o777)),
      (home) => mkdir(join(home, '.runlayer', 'bin', 'runlayer'), { recursive: true }),
    ];
    for (const prepare of cases) {
      const { home } = await aMachine();
      await mkdir(join(home, '.runlayer'));
      await prepare(home);
      expect(await rejection(installLauncher(options(home)))).toMatchObject(code);
    }
    expect(await rejection(installLauncher({ ...options('/x'), directory: 'bin' }))).toMatchObject(code);
  });

  it.skipIf(!isRoot)('refuses a folder of somebody else [skipped: only root can make one]', async () => {
    const { home } = await aMachine();
    await mkdir(join(home, '.runlayer', 'bin'), { recursive: true });
    await chown(join(home, '.runlayer', 'bin'), 1234, 1234);
    expect(await rejection(installLauncher(options(home)))).toMatchObject({ code: 'E_LAUNCHER_DIRECTORY' });
  });

  it('says on Windows that the launcher comes with the app', async () => {
    expect(await rejection(installLauncher({ ...options('/x'), platform: 'win32' }))).toMatchObject({
      code: 'E_NOT_SUPPORTED',
    });
  });
});
