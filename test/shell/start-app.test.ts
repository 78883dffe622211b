import { afterEach, describe, expect, it, vi } from 'vitest';
import { DRAIN_MS } from '../../main/shell/quit.ts';
import { VERSION } from '../../main/version.ts';
import { CALL_CHANNEL, EVENT_CHANNEL } from '../../preload/contract/bridge.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { clickItem, ipcEvent } from './fake-electron.ts';
import { approvalWaiting, heldWaiting } from './waiting-events.ts';
import { createFakeHost, startShell, until, status, type ShellHarness } from './harness.ts';

let shell: ShellHarness;
const start = async (...args: Parameters<typeof startShell>): Promise<ShellHarness> => {
  shell = await startShell(...args);
  shell.fake.ready();
  await shell.started;
  return shell;
};
afterEach(async () => {
  vi.useRealTimers();
  await shell.remove();
});

describe('starting the app', () => {
  it('prepares Electron before it is ready, then makes tray and window', async () => {
    shell = await startShell();
    expect(shell.fake.log).toEqual([
      'lock',
      'switch disable-breakpad',
      'switch disable-crash-reporter',
      'sandbox',
      'scheme',
      'switch host-resolver-rules MAP * ~NOTFOUND',
      'scheme of links runlayer',
    ]);
    shell.fake.ready();
    await shell.started;
    expect(shell.fake.log.slice(7)).toEqual([
      'spellcheck false',
      'spellcheck false',
      'tray',
      'window',
      'load app://companion/',
    ]);
    expect(shell.fake.log).not.toContain('crash reporter');
    expect(shell.starts).toMatchObject([
      { kind: 'app', home: '/home/ada/rl', version: VERSION, program: { nodePath: '', scriptPath: '' } },
    ]);
  });

  it('leaves making the home to the companion, and opens the store once', async () => {
    await start();
    shell.fake.windows[0]!.close();
    shell.fake.appEvents.emit('activate');
    expect(shell.opened).toEqual([1]);
  });

  it('tells Windows who it is, so that it may notify', async () => {
    await start({}, { process: { env: {}, argv: [], execPath: '/x', platform: 'win32', resourcesPath: '/res' } });
    expect(shell.fake.log).toContain('app id com.runlayer.companion');
  });

  it('takes a window away whose page is gone, and opens another when it is wanted', async () => {
    await start();
    shell.fake.windows[0]!.contents.events.emit('render-process-gone');
    await until(() => shell.fake.windows[0]!.destroyed);
    shell.fake.appEvents.emit('activate');
    expect(shell.fake.windows).toHaveLength(2);
  });

  it('ends at once where another instance runs, and starts no companion', async () => {
    await start({ lock: false });
    expect(shell.fake.log).toEqual(['lock', 'quit', 'gone']);
    expect(shell.starts).toEqual([]);
  });

  it('starts without a window when told so; a second instance then shows it', async () => {
    await start({ switches: ['hidden'] });
    expect(shell.fake.windows).toEqual([]);
    shell.fake.appEvents.emit('second-instance', {}, ['/opt/companion', '--inspect'], '/tmp');
    expect(shell.fake.windows).toHaveLength(1);
  });

  it('starts without a window where macOS started it at login', async () => {
    shell = await startShell(
      {},
      { process: { env: {}, argv: [], execPath: '/x', platform: 'darwin', resourcesPath: '/res' } },
    );
    shell.fake.wasOpenedAtLogin = true;
    shell.fake.ready();
    await shell.started;
    expect(shell.fake.windows).toEqual([]);
    shell.fake.appEvents.emit('activate');
    expect(shell.fake.windows).toHaveLength(1);
  });

  it('focuses the one window on a second instance, whatever its arguments say', async () => {
    await start();
    const [window] = shell.fake.windows;
    window!.minimized = true;
    shell.fake.appEvents.emit('second-instance', {}, ['--url=https://evil.example', '/etc/passwd'], '/tmp');
    expect(shell.fake.windows).toHaveLength(1);
    expect(window!.shown).toEqual(['restore', 'show', 'focus']);
    expect(shell.fake.opened).toEqual([]);
  });

  it('keeps a second instance’s wish until the companion runs', async () => {
    let release = (): void => undefined;
    const host = createFakeHost();
    let asked = false;
    shell = await startShell(
      { switches: ['hidden'] },
      {
        startCompanion: () =>
          new Promise((resolve) => {
            asked = true;
            release = () => resolve(host);
          }),
      },
    );
    shell.fake.ready();
    await until(() => asked);
    shell.fake.appEvents.emit('second-instance', {}, [], '/');
    expect(shell.fake.windows).toEqual([]);
    release();
    await shell.started;
    expect(shell.fake.windows).toHaveLength(1);
  });

  it('lives on when its window closes, remembers where it stood, and opens another', async () => {
    await start();
    shell.fake.windows[0]!.close();
    expect(shell.saved.get('window')).toEqual({ x: 10, y: 20, width: 900, height: 700 });
    expect(shell.fake.log).not.toContain('quit');
    shell.fake.appEvents.emit('activate');
    expect(shell.fake.windows).toHaveLength(2);
    expect(shell.fake.windows[1]!.options).toMatchObject({ x: 10, y: 20, width: 900, height: 700 });
  });

  it('shows the next step and ends when the companion cannot start', async () => {
    const error = new CompanionError('E_OTHER_HOST', 'Another host runs.', 'Run "runlayer stop".', { exitCode: 5 });
    await start({}, { startCompanion: () => Promise.reject(error) });
    expect(shell.fake.boxes).toEqual([
      'Runlayer Companion could not start\nAnother host runs.\n\nRun "runlayer stop".',
    ]);
    expect(shell.fake.log.at(-1)).toBe('exit 5');
    expect(shell.fake.windows).toEqual([]);
  });

  it('shows the next step when it was not built', async () => {
    await start({ root: '/nowhere' });
    expect(shell.fake.boxes[0]).toContain('npm run build');
    expect(shell.starts).toEqual([]);
  });
});

describe('quitting', () => {
  it('drains the companion first, once, then goes', async () => {
    await start();
    shell.fake.electron.app.quit();
    shell.fake.electron.app.quit();
    expect(shell.fake.log).not.toContain('gone');
    await until(() => shell.fake.log.includes('gone'));
    expect(shell.host.log).toEqual(['stop']);
  });

  it('goes after five seconds when the companion does not end', async () => {
    const host = createFakeHost();
    host.stop = () => new Promise(() => undefined);
    await start({}, { startCompanion: () => Promise.resolve(host) });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    shell.fake.electron.app.quit();
    await vi.advanceTimersByTimeAsync(DRAIN_MS - 1);
    expect(shell.fake.log).not.toContain('gone');
    await vi.advanceTimersByTimeAsync(1);
    expect(shell.fake.log).toContain('gone');
  });

  it('goes when draining fails', async () => {
    const host = createFakeHost();
    host.stop = () => Promise.reject(new Error('disk'));
    await start({}, { startCompanion: () => Promise.resolve(host) });
    shell.fake.electron.app.quit();
    await until(() => shell.fake.log.includes('gone'));
    expect(shell.fake.log.filter((line) => line === 'gone')).toHaveLength(1);
  });

  it('ends when the companion was stopped by somebody else', async () => {
    await start();
    shell.host.endItself();
    await until(() => shell.fake.log.includes('gone'));
    expect(shell.fake.trays[0]!.tooltip).toBe('Runlayer Companion: not enforcing');
  });
});

describe('a deep link', () => {
  const macLink = (text: string): boolean => {
    let prevented = false;
    shell.fake.appEvents.emit('open-url', { preventDefault: () => (prevented = true) }, text);
    return prevented;
  };
  const process = { env: {}, execPath: '/x', resourcesPath: '/res' };

  it('of a second instance opens its page in the window that is open', async () => {
    await start();
    shell.fake.appEvents.emit('second-instance', {}, ['companion', 'runlayer://login'], '/');
    expect(shell.fake.windows).toHaveLength(1);
    expect(shell.fake.windows[0]!.contents.getURL()).toBe('app://companion/#/settings/tenant');
    expect(shell.fake.windows[0]!.shown).toEqual(['show', 'focus']);
  });

  it('is the first start’s on Windows and Linux, hidden or not', async () => {
    await start(
      { switches: ['hidden'] },
      { process: { ...process, platform: 'win32', argv: ['companion', 'runlayer://dashboard'] } },
    );
    expect(shell.fake.windows.map(({ contents }) => contents.getURL())).toEqual(['app://companion/']);
  });

  it('is kept when it comes before anything is ready, as on macOS', async () => {
    shell = await startShell({}, { process: { ...process, platform: 'darwin', argv: [] } });
    expect(macLink('runlayer://login')).toBe(true);
    expect(shell.fake.windows).toEqual([]);
    shell.fake.ready();
    await shell.started;
    expect(shell.fake.windows.map(({ contents }) => contents.getURL())).toEqual(['app://companion/#/settings/tenant']);
  });

  it('"sync" has tenants asked, and opens nothing', async () => {
    await start({ switches: ['hidden'] });
    expect(macLink('runlayer://sync')).toBe(true);
    await until(() => shell.host.calls.some(({ name }) => name === 'tenant.status'));
    expect(shell.host.calls.find(({ name }) => name === 'tenant.status')).toEqual({
      name: 'tenant.status',
      input: {},
      caller: 'shell',
    });
    expect(shell.fake.windows).toEqual([]);
  });

  it('that is none of ours does nothing but a line in the log, which does not hold it', async () => {
    shell = await startShell(
      { switches: ['hidden'] },
      { process: { ...process, platform: 'linux', argv: ['companion', 'runlayer://login?token=secret'] } },
    );
    expect(macLink('runlayer://evil')).toBe(true);
    shell.fake.ready();
    await shell.started;
    macLink('runlayer://login/');
    shell.fake.appEvents.emit('second-instance', {}, ['companion', 'runlayer://connect?command=sh'], '/');
    expect(shell.fake.windows).toEqual([]);
    expect(shell.host.notes).toEqual(Array.from({ length: 4 }, () => 'A link that is none of ours was ignored.'));
  });

  it('is asked for from the system only by an installed app', async () => {
    await start({ packaged: false });
    expect(shell.fake.log).not.toContain('scheme of links runlayer');
  });
});

describe('the approval window', () => {
  const appear = (): void => void shell.fake.windows.at(-1)?.events.emit('ready-to-show');

  it('opens by itself when something waits, once, and carries the person’s answer', async () => {
    await start({ switches: ['hidden'] });
    shell.host.emit(heldWaiting('q1'));
    shell.host.emit(approvalWaiting('a1'));
    expect(shell.fake.windows.map(({ contents }) => contents.getURL())).toEqual(['app://approval/']);
    appear();
    const handler = shell.fake.handlers.get(CALL_CHANNEL)!;
    const allow = (): unknown =>
      handler(ipcEvent(shell.fake.windows[0]!), 'held.answer', { id: 'q1', hash: 'h', allow: true });
    expect(await allow()).toMatchObject({ ok: false, error: { code: 'E_TOO_SOON' } });
    shell.clock.ms += 500;
    shell.host.answers['held.answer'] = () => ({});
    expect(await allow()).toEqual({ ok: true, value: {} });
    expect(shell.host.calls.at(-1)).toEqual({
      name: 'held.answer',
      input: { id: 'q1', hash: 'h', allow: true },
      caller: 'window',
    });
  });

  it('is hardened like every window that the app opens', async () => {
    await start();
    shell.host.emit(heldWaiting('q1'));
    const preload = shell.fake.windows[0]!.options.webPreferences?.preload;
    expect(preload).toMatch(/out\/preload\/preload\.cjs$/);
    const hardened = {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      safeDialogs: true,
      devTools: false,
    };
    expect(shell.fake.windows.map(({ options }) => options.webPreferences)).toEqual([
      hardened,
      { ...hardened, partition: 'approval' },
    ]);
    for (const { contents } of shell.fake.windows) expect(contents.webRtc).toBe('disable_non_proxied_udp');
    for (const session of [shell.fake.session, ...shell.fake.partitions.values()])
      expect(session.proxy?.proxyRules).toBe('127.0.0.1:9');
  });

  it('hears what happens, in a session that serves its own document alone', async () => {
    await start({ switches: ['hidden'] });
    shell.host.emit(heldWaiting('q1'));
    shell.host.emit({ type: 'status_changed' });
    expect(shell.fake.windows[0]!.contents.sent.at(-1)).toEqual([EVENT_CHANNEL, { type: 'status_changed' }]);
    const own = shell.fake.partitions.get('approval')!;
    const answer = async (address: string): Promise<string> =>
      (await own.protocols.get('app')!(new Request(address))).text();
    expect(await answer('app://approval/')).toContain('<title>approval</title>');
    expect(await answer('app://companion/')).toBe('Not found');
    const main = await shell.fake.session.protocols.get('app')!(new Request('app://approval/'));
    expect(main.status).toBe(404);
  });

  it('is what the companion brings up, and a click on a notification', async () => {
    await start({ switches: ['hidden'] });
    shell.starts[0]!.openReview();
    appear();
    expect(shell.fake.windows[0]!.shown).toEqual(['show', 'focus']);
    shell.fake.windows[0]!.close();
    shell.host.emit(heldWaiting('q1'));
    shell.fake.windows[1]!.close();
    shell.fake.notifications[0]!.events.emit('click');
    expect(shell.fake.windows).toHaveLength(3);
    expect(shell.host.calls.filter(({ name }) => !/\.(get|list|query)$/.test(name))).toEqual([]);
  });
});

describe('a locked screen', () => {
  it('is told to the companion: nobody can be asked', async () => {
    await start();
    shell.fake.powerEvents.emit('lock-screen');
    shell.fake.powerEvents.emit('unlock-screen');
    expect(shell.host.log).toEqual(['locked', 'unlocked']);
  });
});

describe('what the app serves', () => {
  it('are the person’s choices and the state of the version', async () => {
    await start({ switches: ['hidden'] });
    const { shell: part } = shell.starts[0]!;
    expect(await part.preferences.set({ notifications: false })).toMatchObject({ notifications: false });
    expect(shell.saved.get('notifications')).toBe(false);
    expect(part.updates().kind).toBe('off');
    shell.host.emit(heldWaiting('q1'));
    expect(shell.fake.notifications).toEqual([]);
  });

  it('opens in the browser what the companion holds, and nothing else', async () => {
    await start();
    shell.host.addresses = ['https://acme.example/device?code=A'];
    const open = (url: string): unknown => shell.fake.windows[0]!.contents.openHandler?.({ url });
    expect(open('https://acme.example/device?code=A')).toEqual({ action: 'deny' });
    expect(open('https://acme.example/device?code=stolen')).toEqual({ action: 'deny' });
    expect(shell.fake.opened).toEqual(['https://acme.example/device?code=A']);
  });
});

describe('the tray', () => {
  it('says what is true, before and after', async () => {
    await start({ switches: ['hidden'] });
    const [tray] = shell.fake.trays;
    expect(tray!.image).toBe('/res/tray/protected.png');
    shell.host.answers['status.get'] = () => status({ audit: { state: 'unavailable', detail: 'disk full', seq: 1 } });
    shell.host.emit({ type: 'status_changed' });
    await until(() => tray!.image === '/res/tray/attention.png');
    shell.host.answers['status.get'] = () => {
      throw new Error('gone');
    };
    shell.host.emit({ type: 'status_changed' });
    await until(() => tray!.image === '/res/tray/not-enforcing.png');
  });

  it('opens the window and quits from its menu', async () => {
    await start({ switches: ['hidden'] });
    const click = (label: string): void => {
      const item = shell.fake.trays[0]!.menu.find((entry) => entry.label === label);
      expect(item).toBeDefined();
      clickItem(item);
    };
    click('Open');
    expect(shell.fake.windows).toHaveLength(1);
    click('Connect a client…');
    expect(shell.fake.windows[0]!.contents.getURL()).toBe('app://companion/#/clients');
    click('Stop every call now');
    expect(shell.host.calls.at(-1)).toEqual({ name: 'lockdown.on', input: {}, caller: 'shell' });
    click('Quit');
    await until(() => shell.fake.log.includes('gone'));
  });
});

describe('the window’s channels', () => {
  it('carry calls to the companion and its events to the page', async () => {
    await start();
    const handler = shell.fake.handlers.get(CALL_CHANNEL)!;
    shell.host.answers['logs.query'] = () => ['entry'];
    const reply = await handler(ipcEvent(shell.fake.windows[0]!), 'logs.query', { limit: 3 });
    expect(reply).toEqual({ ok: true, value: ['entry'] });
    expect(shell.host.calls.at(-1)).toEqual({ name: 'logs.query', input: { limit: 3 }, caller: 'ui' });
    shell.host.emit({ type: 'approval_ended', id: 'x' });
    expect(shell.fake.windows[0]!.contents.sent).toEqual([[EVENT_CHANNEL, { type: 'approval_ended', id: 'x' }]]);
    expect([...shell.fake.handlers.keys()]).toEqual([CALL_CHANNEL]);
  });
});
