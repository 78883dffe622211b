import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { answerAppRequest, APP_PRIVILEGES, isAppUrl } from '../../main/shell/app-protocol.ts';
import { hardenAllContents, hardenSession } from '../../main/shell/harden.ts';
import { externalAddress } from '../../main/shell/open-external.ts';
import { restoredBounds } from '../../main/shell/window-bounds.ts';
import { windowOptions } from '../../main/shell/window-options.ts';
import { createFakeElectron, type FakeElectron, type FakeWebContents } from './fake-electron.ts';

describe('window options', () => {
  it.each([true, false])('state each protection, packaged: %s', (packaged) => {
    const { webPreferences, ...rest } = windowOptions({ preload: '/p.cjs', packaged, dark: false, bounds: undefined });
    expect(webPreferences).toEqual({
      preload: '/p.cjs',
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
});

describe('every web contents', () => {
  let fake: FakeElectron;
  let contents: FakeWebContents;
  beforeEach(() => {
    fake = createFakeElectron();
    hardenAllContents(fake.electron);
    hardenSession(fake.electron);
    void new fake.electron.BrowserWindow({});
    contents = fake.windows[0]!.contents;
  });

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])('denies %s', (name) => {
    let prevented = false;
    contents.events.emit(name, { preventDefault: () => (prevented = true), url: 'app://companion/' });
    expect(prevented).toBe(true);
  });

  it('denies new windows; a web page opens in the browser instead', () => {
    expect(contents.openHandler?.({ url: 'https://docs.runlayer.com/' })).toEqual({ action: 'deny' });
    expect(contents.openHandler?.({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' });
    expect(fake.opened).toEqual(['https://docs.runlayer.com/']);
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
    const response = answerAppRequest(files, { method: 'GET', url: 'app://companion/index.html' });
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
    ['GET', 'app://companion:1/index.html'],
    ['GET', 'app://x@companion/index.html'],
    ['GET', 'file:///index.html'],
    ['GET', 'not an address'],
    ['POST', 'app://companion/index.html'],
  ])('answers 404 to %s %s', (method, url) => {
    expect(answerAppRequest(files, { method, url }).status).toBe(404);
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
        ),
        (address) => {
          if (isAppUrl(address))
            expect(new URL(address)).toMatchObject({ protocol: 'app:', host: 'companion', username: '' });
        },
      ),
    );
  });
});

describe('externalAddress', () => {
  it.each([
    ['https://docs.runlayer.com/a?b#c', 'https://docs.runlayer.com/a?b#c'],
    ['HTTPS://EXAMPLE.com', 'https://example.com/'],
  ])('passes %s', (address, checked) => {
    expect(externalAddress(address)).toBe(checked);
  });

  it.each([
    'http://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'ms-msdt:/id',
    'https://user:pass@example.com/',
    'https://accounts.google.com@evil.example/',
    ' https://example.com/',
    'https://exa\nmple.com/',
    'https://',
    '',
    '--help',
    `https://example.com/${'a'.repeat(2048)}`,
  ])('refuses %j', (address) => {
    expect(externalAddress(address)).toBeUndefined();
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
