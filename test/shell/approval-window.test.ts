import { beforeEach, describe, expect, it } from 'vitest';
import { ARM_MS, createApprovalWindow, type ApprovalWindow } from '../../main/shell/approval-window.ts';
import { createWaiting, type Waiting } from '../../main/shell/waiting.ts';
import { createFakeElectron, type FakeElectron } from './fake-electron.ts';
import { approvalWaiting, heldWaiting } from './waiting-events.ts';

let fake: FakeElectron;
let now: number;
let waiting: Waiting;
let approval: ApprovalWindow;

beforeEach(() => {
  fake = createFakeElectron();
  now = 10_000;
  waiting = createWaiting(() => now);
  approval = createApprovalWindow(fake.electron, { preload: '/p.cjs', waiting, now: () => now });
});

function begins(id: string): void {
  waiting.onEvent(heldWaiting(id));
  approval.waitingChanged('began');
}
function ends(id: string): void {
  waiting.onEvent({ type: 'held_ended', id });
  approval.waitingChanged('ended');
}
const appear = (): void => void fake.windows.at(-1)?.events.emit('ready-to-show');
const allow = (id: string): string | undefined => approval.objects('held.answer', { id, hash: 'h', allow: true })?.code;

describe('the approval window', () => {
  it('is its own document in a session of its own, as hardened as any', () => {
    begins('q1');
    const [window] = fake.windows;
    expect(window?.contents.getURL()).toBe('app://approval/');
    expect(window?.options).toMatchObject({
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      alwaysOnTop: true,
      show: false,
      webPreferences: { partition: 'approval', preload: '/p.cjs', sandbox: true, contextIsolation: true },
    });
  });

  it('opens once for many, without taking the keyboard', () => {
    begins('q1');
    begins('q2');
    waiting.onEvent(approvalWaiting('a1'));
    approval.waitingChanged('began');
    appear();
    expect(fake.windows).toHaveLength(1);
    expect(fake.windows[0]?.shown).toEqual(['show inactive']);
  });

  it('takes the keyboard for a person who wants to see it', () => {
    approval.show();
    appear();
    // In front already: coming up anew would begin its half second again, as often as a page asks for it.
    approval.show();
    expect(fake.windows).toHaveLength(1);
    expect(fake.windows[0]?.shown).toEqual(['show', 'focus']);
    fake.windows[0]?.blur();
    approval.show();
    expect(fake.windows[0]?.shown).toEqual(['show', 'focus', 'show', 'focus']);
    // Nothing waits: it need not be in the way.
    expect(fake.windows[0]?.options.alwaysOnTop).toBeUndefined();
  });

  it('is on top while something waits', () => {
    approval.show();
    appear();
    begins('q1');
    expect(fake.windows[0]?.onTop).toBe(true);
    begins('q2');
    ends('q1');
    expect(fake.windows[0]?.onTop).toBe(true);
    ends('q2');
    expect(fake.windows[0]?.onTop).toBe(false);
  });

  it('closed, it answers nothing, and comes back with the next question alone', () => {
    begins('q1');
    begins('q2');
    fake.windows[0]?.close();
    expect(approval.current()).toBeUndefined();
    expect(waiting.count()).toBe(2);
    ends('q1');
    expect(fake.windows).toHaveLength(1);
    begins('q3');
    expect(fake.windows).toHaveLength(2);
  });
});

describe('a yes', () => {
  it('counts half a second after the window came up', () => {
    begins('q1');
    now += 5000;
    expect(allow('q1')).toBe('E_TOO_SOON');
    appear();
    expect(allow('q1')).toBe('E_TOO_SOON');
    now += ARM_MS - 1;
    expect(allow('q1')).toBe('E_TOO_SOON');
    now += 1;
    expect(allow('q1')).toBeUndefined();
  });

  it.each(['show', 'focus', 'restore'])('counts half a second after "%s" again', (event) => {
    begins('q1');
    appear();
    now += ARM_MS;
    fake.windows[0]?.events.emit(event);
    expect(allow('q1')).toBe('E_TOO_SOON');
    now += ARM_MS;
    expect(allow('q1')).toBeUndefined();
  });

  it('counts half a second after its own question came, whatever came before', () => {
    begins('q1');
    appear();
    now += ARM_MS;
    begins('q2');
    expect(allow('q1')).toBeUndefined();
    expect(allow('q2')).toBe('E_TOO_SOON');
    now += ARM_MS;
    expect(allow('q2')).toBeUndefined();
  });

  it('never counts for what does not wait, or while no window is in sight', () => {
    begins('q1');
    appear();
    now += ARM_MS;
    expect(allow('q2')).toBe('E_TOO_SOON');
    fake.windows[0]?.events.emit('hide');
    expect(allow('q1')).toBe('E_TOO_SOON');
    fake.windows[0]?.events.emit('show');
    now += ARM_MS;
    expect(allow('q1')).toBeUndefined();
    fake.windows[0]?.close();
    expect(allow('q1')).toBe('E_TOO_SOON');
  });

  it('to a call is held to the same', () => {
    waiting.onEvent(approvalWaiting('a1'));
    approval.waitingChanged('began');
    appear();
    expect(approval.objects('approvals.approve', { id: 'a1', scope: 'once' })?.code).toBe('E_TOO_SOON');
    now += ARM_MS;
    expect(approval.objects('approvals.approve', { id: 'a1', scope: 'once' })).toBeUndefined();
  });

  it('is all that waits for: a no and a look are taken at once', () => {
    begins('q1');
    expect(approval.objects('held.answer', { id: 'q1', hash: 'h', allow: false })).toBeUndefined();
    expect(approval.objects('held.refuse', { id: 'q1' })).toBeUndefined();
    expect(approval.objects('approvals.deny', { id: 'a1' })).toBeUndefined();
    expect(approval.objects('held.list', {})).toBeUndefined();
  });
});

describe('what waits', () => {
  it('is told by events, each once, and not when it was answered', () => {
    waiting.onEvent(approvalWaiting('a1'));
    now += 100;
    waiting.onEvent(approvalWaiting('a1', { state: 'pending' }));
    waiting.onEvent(heldWaiting('q1'));
    expect(waiting.count()).toBe(2);
    expect(waiting.since('a1')).toBe(10_000);
    waiting.onEvent(approvalWaiting('a1', { state: 'approved' }));
    waiting.onEvent({ type: 'held_ended', id: 'q1' });
    waiting.onEvent({ type: 'approval_ended', id: 'a1' });
    waiting.onEvent({ type: 'status_changed' });
    expect(waiting.count()).toBe(0);
    expect(waiting.since('a1')).toBeUndefined();
  });
});
