import type { BrowserWindow } from 'electron';
import { beforeEach, describe, expect, it } from 'vitest';
import { sendEvent, serveWindows, type ServedWindow } from '../../main/shell/ipc.ts';
import { CALL_CHANNEL, EVENT_CHANNEL } from '../../preload/contract/bridge.ts';
import { CompanionError, type Failure } from '../../preload/contract/failure.ts';
import { createFakeElectron, ipcEvent, type FakeElectron, type FakeWindow } from './fake-electron.ts';
import { createFakeHost, type FakeHost } from './harness.ts';
import { heldWaiting } from './waiting-events.ts';

let fake: FakeElectron;
let window: FakeWindow;
let host: FakeHost | undefined;
let real: BrowserWindow | undefined;
let approvalWindow: FakeWindow;
let realApproval: BrowserWindow | undefined;
let objection: Failure | undefined;
const main: ServedWindow = { window: () => real, host: 'companion', caller: 'ui' };
const approval: ServedWindow = {
  window: () => realApproval,
  host: 'approval',
  caller: 'window',
  objects: () => objection,
};

beforeEach(async () => {
  fake = createFakeElectron();
  real = new fake.electron.BrowserWindow({});
  await real.loadURL('app://companion/');
  window = fake.windows[0]!;
  realApproval = new fake.electron.BrowserWindow({});
  await realApproval.loadURL('app://approval/');
  approvalWindow = fake.windows[1]!;
  objection = undefined;
  host = createFakeHost();
  serveWindows(fake.electron, { windows: [main, approval], host: () => host });
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
    ['an operation of the command line', ['host.handOver', {}], 'E_UNKNOWN_OPERATION'],
    ['an approval', ['approvals.approve', { id: 'x', hash: 'y' }], 'E_UNKNOWN_OPERATION'],
    ['an answer to a question', ['held.answer', { id: 'x', hash: 'y', allow: true }], 'E_UNKNOWN_OPERATION'],
    ['even a no as the approval window', ['held.answer', { id: 'x', hash: 'y', allow: false }], 'E_UNKNOWN_OPERATION'],
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

  it('sends events to our pages only', () => {
    sendEvent(main, { type: 'status_changed' });
    sendEvent(approval, { type: 'status_changed' });
    window.contents.mainFrame.url = 'https://evil.example/';
    approvalWindow.contents.mainFrame.url = 'app://companion/';
    sendEvent(main, { type: 'status_changed' });
    sendEvent(approval, { type: 'status_changed' });
    window.destroyed = true;
    sendEvent(main, { type: 'status_changed' });
    real = undefined;
    sendEvent(main, { type: 'status_changed' });
    expect(window.contents.sent).toHaveLength(1);
    expect(approvalWindow.contents.sent).toHaveLength(1);
  });
});

describe('what a question is about', () => {
  it('is told to the approval window alone', () => {
    const event = heldWaiting('q1', 'Let AI clients start "files"?');
    sendEvent(main, event);
    sendEvent(approval, event);
    expect(approvalWindow.contents.sent).toEqual([[EVENT_CHANNEL, event]]);
    expect(window.contents.sent).toMatchObject([
      [EVENT_CHANNEL, { type: 'held_waiting', question: { id: 'q1', hash: '', detail: '' } }],
    ]);
  });
});

describe('IPC of the approval window', () => {
  const allow = ['held.answer', { id: 'q1', hash: 'h', allow: true }] as const;

  it('is the person’s answer', async () => {
    host!.answers['held.answer'] = () => ({});
    expect(await call(ipcEvent(approvalWindow), ...allow)).toEqual({ ok: true, value: {} });
    await call(ipcEvent(approvalWindow), 'approvals.approve', { id: 'a1', hash: 'h' });
    expect(host?.calls.map(({ name, caller }) => [name, caller])).toEqual([
      ['held.answer', 'window'],
      ['approvals.approve', 'window'],
    ]);
  });

  it.each<[string, () => unknown]>([
    [
      'the interface’s frame in its name',
      () => ({ sender: approvalWindow.contents, senderFrame: window.contents.mainFrame }),
    ],
    [
      'its frame in another window',
      () => ({ sender: window.contents, senderFrame: approvalWindow.contents.mainFrame }),
    ],
    ['a frame inside it', () => ipcEvent(approvalWindow, { url: 'app://approval/' })],
    ['a frame that is gone', () => ipcEvent(approvalWindow, null)],
    [
      'the interface loaded in it',
      () => {
        approvalWindow.contents.mainFrame.url = 'app://companion/';
        return ipcEvent(approvalWindow);
      },
    ],
    [
      'its document loaded in the interface’s window',
      () => {
        window.contents.mainFrame.url = 'app://approval/';
        return ipcEvent(window);
      },
    ],
    [
      'a web page in it',
      () => {
        approvalWindow.contents.mainFrame.url = 'https://approval/';
        return ipcEvent(approvalWindow);
      },
    ],
    [
      'a window that is destroyed',
      () => {
        approvalWindow.destroyed = true;
        return ipcEvent(approvalWindow);
      },
    ],
    [
      'a window that was closed',
      () => {
        realApproval = undefined;
        return ipcEvent(approvalWindow);
      },
    ],
  ])('refuses %s', async (_title, event) => {
    expect(await call(event(), ...allow)).toMatchObject({ ok: false, error: { code: 'E_WRONG_SENDER' } });
    expect(host?.calls).toEqual([]);
  });

  it.each(['policy.add', 'lockdown.off', 'connectors.save', 'secrets.set', 'logs.query', 'review.open', 'constructor'])(
    'does not ask for %s',
    async (name) => {
      expect(await call(ipcEvent(approvalWindow), name, {})).toMatchObject({
        ok: false,
        error: { code: 'E_UNKNOWN_OPERATION' },
      });
      expect(host?.calls).toEqual([]);
    },
  );

  it('is refused while something objects', async () => {
    objection = { code: 'E_TOO_SOON', message: 'Too soon.', next: 'Wait.' };
    expect(await call(ipcEvent(approvalWindow), ...allow)).toEqual({ ok: false, error: objection });
    expect(host?.calls).toEqual([]);
  });

  it('takes no answer of another shape', async () => {
    expect(await call(ipcEvent(approvalWindow), 'held.answer', { id: 'q1', allow: true })).toMatchObject({
      ok: false,
      error: { code: 'E_INVALID_INPUT' },
    });
  });
});
