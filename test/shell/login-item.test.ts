import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { autostartText } from '../../main/shell/autostart-file.ts';
import { createLoginItem, type LoginItem } from '../../main/shell/login-item.ts';
import { createFakeElectron, type FakeElectron } from './fake-electron.ts';

let home: string;
let fake: FakeElectron;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'rl-login-'));
  fake = createFakeElectron();
});
afterEach(() => rm(home, { recursive: true, force: true }));

const item = (platform: string, env: Record<string, string> = {}): LoginItem & { kind: 'choice' } => {
  const made = createLoginItem(fake.electron, { platform, env, execPath: '/opt/Runlayer/companion', userHome: home });
  if (made.kind !== 'choice') throw new Error(made.reason);
  return made;
};

describe('start at login', () => {
  it('is the system’s own list on macOS', async () => {
    const login = item('darwin');
    expect(await login.get()).toBe(false);
    await login.set(true);
    expect(fake.loginItem).toEqual({ openAtLogin: true });
    expect(await login.get()).toBe(true);
    await login.set(false);
    expect(await login.get()).toBe(false);
  });

  it('says that macOS wants a person first', async () => {
    fake.loginStatus = 'requires-approval';
    await expect(item('darwin').set(true)).rejects.toMatchObject({ code: 'E_LOGIN_ITEM' });
  });

  it('starts without a window on Windows', async () => {
    const login = item('win32');
    await login.set(true);
    expect(fake.loginItem).toEqual({ openAtLogin: true, args: ['--hidden'] });
    expect(await login.get()).toBe(true);
  });

  it('is a file on Linux, which off takes away', async () => {
    const login = item('linux');
    const path = join(home, '.config', 'autostart', 'com.runlayer.companion.desktop');
    expect(await login.get()).toBe(false);
    await login.set(true);
    expect(await readFile(path, 'utf8')).toBe(
      '[Desktop Entry]\nType=Application\nName=Runlayer Companion\nExec="/opt/Runlayer/companion" "--hidden"\nTerminal=false\n',
    );
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(await login.get()).toBe(true);
    await writeFile(path, `${await readFile(path, 'utf8')}Hidden=true\n`);
    expect(await login.get()).toBe(false);
    await login.set(false);
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await login.set(false);
  });

  it('knows an AppImage, and where the configuration is', async () => {
    const config = join(home, 'elsewhere');
    await item('linux', { APPIMAGE: '/home/ada/Companion.AppImage', XDG_CONFIG_HOME: config }).set(true);
    const text = await readFile(join(config, 'autostart', 'com.runlayer.companion.desktop'), 'utf8');
    expect(text).toContain('Exec="/home/ada/Companion.AppImage" "--hidden"');
    // What is no absolute path does not count.
    await item('linux', { XDG_CONFIG_HOME: 'relative' }).set(true);
    await stat(join(home, '.config', 'autostart'));
  });

  it('says what cannot be written', async () => {
    await mkdir(join(home, '.config'));
    await writeFile(join(home, '.config', 'autostart'), 'a file in its place');
    await expect(item('linux').set(true)).rejects.toMatchObject({ code: 'E_LOGIN_ITEM' });
    await expect(item('linux', { APPIMAGE: '/x\nExec=evil' }).set(true)).rejects.toMatchObject({
      code: 'E_LOGIN_ITEM',
    });
  });

  it.each([
    ['/a b/c', 'Exec="/a b/c" "--hidden"'],
    ['/a"b', String.raw`Exec="/a\\"b" "--hidden"`],
    ['/a\\b', String.raw`Exec="/a\\\\b" "--hidden"`],
    ['/a$HOME`id`', 'Exec="/a\\\\$HOME\\\\`id\\\\`" "--hidden"'],
    ['/a%u', 'Exec="/a%%u" "--hidden"'],
  ])('writes %s so that it is one word', (program, line) => {
    expect(autostartText(program, ['--hidden'])?.split('\n')).toContain(line);
  });

  it.each(['relative', '', '/a\nExec=x', '/a\u0000b'])('writes no %j', (program) => {
    expect(autostartText(program, [])).toBeUndefined();
  });

  it('is no choice in a checkout, or where nobody knows how', () => {
    const places = { env: {}, execPath: '/x', userHome: home };
    const checkout = createFakeElectron({ packaged: false });
    expect(createLoginItem(checkout.electron, { ...places, platform: 'linux' }).kind).toBe('unavailable');
    expect(createLoginItem(fake.electron, { ...places, platform: 'freebsd' }).kind).toBe('unavailable');
  });
});
