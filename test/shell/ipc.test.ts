import type { BrowserWindow } from 'electron';
import { beforeEach, describe, expect, it } from 'vitest';
import { sendEvent, serveWindow } from '../../main/shell/ipc.ts';
import { CALL_CHANNEL } from '../../preload/contract/bridge.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { createFakeElectron, ipcEvent, type FakeElectron, type FakeWindow } from './fake-electron.ts';
import { createFakeHost, type FakeHost } from './harness.ts';

let fake: FakeElectron;
let window: FakeWindow;
let host: FakeHost | undefined;
let real: BrowserWindow | undefined;

beforeEach(async () => {
  fake = createFakeElectron();
  real = new fake.electron.BrowserWindow({});
  await real.loadURL('app://companion/');
  window = fake.windows[0]!;
  host = createFakeHost();
  serveWindow(fake.electron, { window: () => real, host: () => host });
});

const call = (event: unknown, ...args: unknown[]): Promise<unknown> =>
  Promise.resolve(fake.handlers.get(CALL_CHANNEL)!(event, ...args));

describe('IPC', () => {
  it('answers our own page', async () => {
    expect(await call(ipcEvent(window), 'clients.list', {})).toEqual({ ok: true, value: [] });
  });

  it.each<[string, () => unknown]>([
    ['a frame inside the page', () => ipcEvent(window, { url: 'app://companion/' })],
    ['a frame that is gone', () => ipcEvent(window, null)],
    ['another window', () => ({ sender: {}, senderFrame: window.contents.mainFrame })],
    [
      'a page that navigated away',
      () => {
        window.contents.mainFrame.url = 'https://evil.example/';
        return ipcEvent(window);
      },
    ],
    [
      'another host of our scheme',
      () => {
        window.contents.mainFrame.url = 'app://companion.evil/';
        return ipcEvent(window);
      },
    ],
    [
      'our host with a user',
      () => {
        window.contents.mainFrame.url = 'app://x@companion/';
        return ipcEvent(window);
      },
    ],
    [
      'a file',
      () => {
        window.contents.mainFrame.url = 'file:///companion/index.html';
        return ipcEvent(window);
      },
    ],
    [
      'a destroyed window',
      () => {
        window.destroyed = true;
        return ipcEvent(window);
      },
    ],
    [
      'no window at all',
      () => {
        real = undefined;
        return ipcEvent(window);
      },
    ],
  ])('refuses %s', async (_title, event) => {
    expect(await call(event(), 'clients.list', {})).toMatchObject({ ok: false, error: { code: 'E_WRONG_SENDER' } });
    expect(host?.calls).toEqual([]);
  });

  it.each<[string, unknown[], string]>([
    ['an operation of the command line', ['secrets.set', { name: 'a', value: 'b' }], 'E_UNKNOWN_OPERATION'],
    ['an approval', ['approvals.approve', { id: 'x' }], 'E_UNKNOWN_OPERATION'],
    ['a link', ['interface.link', {}], 'E_UNKNOWN_OPERATION'],
    ['a prototype name', ['constructor', {}], 'E_UNKNOWN_OPERATION'],
    ['a name that is no text', [{ toString: () => 'status.get' }, {}], 'E_UNKNOWN_OPERATION'],
    ['nothing', [], 'E_UNKNOWN_OPERATION'],
    ['no input', ['status.get'], 'E_UNKNOWN_OPERATION'],
    ['too many arguments', ['status.get', {}, {}], 'E_UNKNOWN_OPERATION'],
    ['an input with more', ['status.get', { x: 1 }], 'E_INVALID_INPUT'],
    ['an input of another shape', ['logs.query', { limit: '5' }], 'E_INVALID_INPUT'],
    ['an input over its limit', ['logs.query', { limit: 1e9 }], 'E_INVALID_INPUT'],
  ])('refuses %s', async (_title, args, code) => {
    expect(await call(ipcEvent(window), ...args)).toMatchObject({ ok: false, error: { code } });
    expect(host?.calls).toEqual([]);
  });

  it('says that the companion does not run', async () => {
    host = undefined;
    expect(await call(ipcEvent(window), 'status.get', {})).toMatchObject({
      ok: false,
      error: { code: 'E_NOT_RUNNING' },
    });
  });

  it('keeps code and next step of a refusal', async () => {
    host!.answers['status.get'] = () => {
      throw new CompanionError('E_SOMETHING', 'It is so.', 'Do that.');
    };
    expect(await call(ipcEvent(window), 'status.get', {})).toEqual({
      ok: false,
      error: { code: 'E_SOMETHING', message: 'It is so.', next: 'Do that.' },
    });
  });

  it('sends events to our page only', () => {
    sendEvent(real, { type: 'status_changed' });
    window.contents.mainFrame.url = 'https://evil.example/';
    sendEvent(real, { type: 'status_changed' });
    window.destroyed = true;
    sendEvent(real, { type: 'status_changed' });
    sendEvent(undefined, { type: 'status_changed' });
    expect(window.contents.sent).toHaveLength(1);
  });
});
