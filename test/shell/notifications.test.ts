import { beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../main/shell/notices.ts';
import { createNotifications, type NotificationOptions } from '../../main/shell/notifications.ts';
import { createWaiting, type Waiting } from '../../main/shell/waiting.ts';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { createFakeElectron, type FakeElectron } from './fake-electron.ts';
import { approvalWaiting, heldWaiting } from './waiting-events.ts';

let fake: FakeElectron;
let waiting: Waiting;
let clicked: Notice['click'][];
let denied: unknown[];
let change: Partial<NotificationOptions>;
let tell: (event: CompanionEvent) => void;

const blocked: CompanionEvent = {
  type: 'log',
  entry: { id: 'c1', time: '2026-11-21T08:00:00.000Z', kind: 'call', tool: 'exec', effect: 'deny' },
};

beforeEach(() => {
  fake = createFakeElectron();
  waiting = createWaiting(() => 0);
  clicked = [];
  denied = [];
  change = {};
});
function start(): ReturnType<typeof createNotifications> {
  const notifications = createNotifications(fake.electron, {
    platform: 'darwin',
    enabled: () => true,
    waiting,
    isReviewing: () => false,
    clicked: (click) => clicked.push(click),
    deny: (what) => denied.push(what),
    after: () => () => undefined,
    ...change,
  });
  tell = (event) => {
    waiting.onEvent(event);
    notifications.onEvent(event);
  };
  return notifications;
}

describe('notifications', () => {
  it('of a waiting call denies by its button, and its click only opens the window', () => {
    start();
    tell(approvalWaiting('a1'));
    const [notification] = fake.notifications;
    expect(notification?.options).toEqual({
      title: 'A call waits for your answer',
      body: 'Cursor → git: push',
      silent: false,
      actions: [{ type: 'button', text: 'Deny' }],
    });
    expect(notification?.log).toEqual(['show']);
    notification?.events.emit('click');
    expect(clicked).toEqual([{ kind: 'review' }]);
    expect(denied).toEqual([]);
    notification?.events.emit('action', { actionIndex: 1 });
    expect(denied).toEqual([]);
    notification?.events.emit('action', { actionIndex: 0 });
    expect(denied).toEqual([{ kind: 'approval', id: 'a1' }]);
  });

  it('has no button where the system knows none', () => {
    change = { platform: 'linux' };
    start();
    tell(heldWaiting('q1'));
    expect(fake.notifications[0]?.options.actions).toBeUndefined();
    fake.notifications[0]?.events.emit('action', { actionIndex: 0 });
    expect(denied).toEqual([]);
  });

  it('is one for all that waits, and goes with the last of it', () => {
    start();
    tell(heldWaiting('q1'));
    tell(heldWaiting('q2'));
    expect(fake.notifications.map(({ options, log }) => [options.title, log])).toEqual([
      ['Your answer is needed', ['show', 'close']],
      ['2 answers are needed', ['show']],
    ]);
    tell({ type: 'held_ended', id: 'q1' });
    expect(fake.notifications[1]?.log).toEqual(['show']);
    tell({ type: 'held_ended', id: 'q2' });
    expect(fake.notifications[1]?.log).toEqual(['show', 'close']);
  });

  it('is not needed while the window with it is in sight', () => {
    change = { isReviewing: () => true };
    start();
    tell(approvalWaiting('a1'));
    expect(fake.notifications).toEqual([]);
  });

  it('of a blocked call is quiet, and leads to it', () => {
    start();
    tell(blocked);
    expect(fake.notifications[0]?.options).toEqual({ title: 'A call was blocked', body: 'exec', silent: true });
    fake.notifications[0]?.events.emit('click');
    expect(clicked).toEqual([{ kind: 'open', route: '/activity/c1' }]);
  });

  it.each(['off', 'not to be had'])('are none where they are %s', (why) => {
    if (why === 'off') change = { enabled: () => false };
    else Object.assign(fake.electron.Notification, { isSupported: () => false });
    start();
    tell(approvalWaiting('a1'));
    tell(blocked);
    expect(fake.notifications).toEqual([]);
  });

  it('go with the companion', () => {
    const notifications = start();
    tell(approvalWaiting('a1'));
    tell(blocked);
    notifications.close();
    expect(fake.notifications.map(({ log }) => log)).toEqual([
      ['show', 'close'],
      ['show', 'close'],
    ]);
  });
});
