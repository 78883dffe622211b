import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { answerAppRequest, APP_PRIVILEGES, isAppUrl } from '../../main/shell/app-protocol.ts';
import { hardenAllContents, hardenSession } from '../../main/shell/harden.ts';
import { restoredBounds } from '../../main/shell/window-bounds.ts';
import { windowOptions } from '../../main/shell/window-options.ts';
import { createFakeElectron, type FakeElectron, type FakeWebContents } from './fake-electron.ts';

describe('window options', () => {
  const look = { title: 'x', width: 1, height: 1, minWidth: 1, minHeight: 1 };
  it.each([
    [true, undefined],
    [false, undefined],
    [true, 'approval'],
    [false, 'approval'],
  ])('state each protection, packaged: %s, session: %s', (packaged, partition) => {
    const { webPreferences, ...rest } = windowOptions({ preload: '/p.cjs', partition, packaged, dark: false, look });
    expect(webPreferences).toEqual({
      preload: '/p.cjs',
      ...(partition === undefined ? {} : { partition }),
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
      devTools: !packaged,
    });
    expect(rest.show).toBe(false);
  });

  it('are those of every window there is: windows are made in one place, and dialogs of the system tell only errors', async () => {
    const folder = join(import.meta.dirname, '..', '..', 'main');
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
    const files = await Promise.all(
      names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
    );
    const using = (pattern: RegExp): string[] => files.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
    expect(using(/new (electron\.)?(BrowserWindow|BaseWindow|WebContentsView|BrowserView)\b/)).toEqual([
      'shell/open-window.ts',
    ]);
    expect(using(/webPreferences/)).toEqual(['shell/window-options.ts']);
    expect(using(/ipcMain\.(on|handle|handleOnce|once)\(/)).toEqual(['shell/ipc.ts']);
    expect(using(/\.openExternal\(/)).toEqual(['shell/open-external.ts']);
    expect(using(/show(MessageBox|OpenDialog|SaveDialog)/)).toEqual([]);
  });
});

describe('every web contents', () => {
  let fake: FakeElectron;
  let contents: FakeWebContents;
  beforeEach(async () => {
    fake = createFakeElectron();
    hardenAllContents(fake.electron, () => ['https://acme.example/device']);
    await hardenSession(fake.electron, fake.electron.session.defaultSession, 'companion');
    void new fake.electron.BrowserWindow({}).loadURL('app://companion/');
    contents = fake.windows[0]!.contents;
  });

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])('denies %s', (name) => {
    let prevented = false;
    contents.events.emit(name, { preventDefault: () => (prevented = true), url: 'app://companion/' });
    expect(prevented).toBe(true);
  });

  it('denies new windows; an address that main holds opens in the browser instead', () => {
    for (const url of ['https://acme.example/device', 'https://evil.example/?stolen', 'file:///etc/passwd'])
      expect(contents.openHandler?.({ url })).toEqual({ action: 'deny' });
    expect(fake.opened).toEqual(['https://acme.example/device']);
  });

  it.each(['app://approval/', 'https://evil.example/', 'about:blank', ''])('from %j opens nothing', (page) => {
    contents.mainFrame.url = page;
    expect(contents.openHandler?.({ url: 'https://acme.example/device' })).toEqual({ action: 'deny' });
    expect(fake.opened).toEqual([]);
  });

  it.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'unknown'])(
    'is denied %s',
    (permission) => {
      let allowed: boolean | undefined;
      fake.session.permission?.(contents, permission, (answer) => {
        allowed = answer;
      });
      expect(allowed).toBe(false);
      expect(fake.session.check?.()).toBe(false);
      expect(fake.session.device?.()).toBe(false);
    },
  );

  it.each([
    ['app://companion/assets/x.js', false],
    ['app://other/', true],
    ['app://approval/', true],
    ['https://example.com/', true],
    ['http://127.0.0.1:80/', true],
    ['file:///etc/passwd', true],
    ['devtools://devtools/bundled/x.js', true],
    ['data:text/html,x', true],
  ])('loads %s: cancelled %s', (url, cancel) => {
    let reply: { cancel?: boolean } | undefined;
    fake.session.request?.({ url }, (answer) => {
      reply = answer;
    });
    expect(reply).toEqual({ cancel });
  });

  it('has no network below that either: no names, no datagrams, and a proxy where nobody listens', () => {
    expect(fake.log).toContain('switch host-resolver-rules MAP * ~NOTFOUND');
    expect(contents.webRtc).toBe('disable_non_proxied_udp');
    expect(fake.session.proxy).toEqual({
      mode: 'fixed_servers',
      proxyRules: '127.0.0.1:9',
      // Loopback has no way round it.
      proxyBypassRules: '<-loopback>',
    });
  });

  it('downloads nothing', () => {
    let prevented = false;
    fake.session.events.emit('will-download', { preventDefault: () => (prevented = true) });
    expect(prevented).toBe(true);
  });
});

describe('app://companion', () => {
  const index = { body: Buffer.from('<!doctype html>'), type: 'text/html; charset=utf-8', cacheControl: 'no-store' };
  const files = new Map([
    ['/', index],
    ['/index.html', index],
  ]);

  it('answers a listed file under the policy', async () => {
    const response = answerAppRequest('companion', files, { method: 'GET', url: 'app://companion/index.html' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(await response.text()).toBe('<!doctype html>');
  });

  it.each([
    ['GET', 'app://companion/../../etc/passwd'],
    ['GET', 'app://companion/%2e%2e/%2e%2e/etc/passwd'],
    ['GET', 'app://companion/constructor'],
    ['GET', 'app://other/index.html'],
    ['GET', 'app://approval/index.html'],
    ['GET', 'app://companion:1/index.html'],
    ['GET', 'app://x@companion/index.html'],
    ['GET', 'file:///index.html'],
    ['GET', 'not an address'],
    ['POST', 'app://companion/index.html'],
  ])('answers 404 to %s %s', (method, url) => {
    expect(answerAppRequest('companion', files, { method, url }).status).toBe(404);
  });

  it('has the privileges of a web page and no more', () => {
    expect(APP_PRIVILEGES).toEqual({
      standard: true,
      secure: true,
      supportFetchAPI: true,
      bypassCSP: false,
      allowServiceWorkers: false,
      corsEnabled: false,
      stream: false,
    });
  });

  it('is nobody else’s address', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.string().map((tail) => `app://companion${tail}`),
          fc.string().map((tail) => `app://approval${tail}`),
        ),
        (address) => {
          for (const host of ['companion', 'approval'] as const)
            if (isAppUrl(address, host))
              expect(new URL(address)).toMatchObject({ protocol: 'app:', host, username: '' });
        },
      ),
    );
  });
});

describe('restoredBounds', () => {
  const screen = [{ x: 0, y: 0, width: 1920, height: 1080 }];
  it.each([
    ['on the screen', { x: 100, y: 100, width: 800, height: 600 }, true],
    ['partly off to the left', { x: -700, y: 100, width: 800, height: 600 }, true],
    ['wholly off to the left', { x: -790, y: 100, width: 800, height: 600 }, false],
    ['title bar above the screen', { x: 0, y: -50, width: 800, height: 600 }, false],
    ['on a screen that is gone', { x: 2500, y: 100, width: 800, height: 600 }, false],
    ['too small', { x: 0, y: 0, width: 1, height: 1 }, false],
    ['not whole numbers', { x: 0.5, y: 0, width: 800, height: 600 }, false],
    ['with more than bounds', { x: 0, y: 0, width: 800, height: 600, webPreferences: { sandbox: false } }, false],
    ['nothing', undefined, false],
    ['a text', 'x', false],
  ])('%s', (_title, saved, restored) => {
    expect(restoredBounds(saved, screen)).toEqual(restored ? saved : undefined);
  });
});
