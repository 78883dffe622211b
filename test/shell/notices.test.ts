import { describe, expect, it } from 'vitest';
import { createBlockedNotices, QUIET_MS } from '../../main/shell/blocked-notices.ts';
import { blockedNotice, waitingNotice, type Notice } from '../../main/shell/notices.ts';
import type { LogEntry } from '../../preload/contract/audit.ts';
import { approvalWaiting, heldWaiting } from './waiting-events.ts';

const blockedEntry = (id: string, change: Partial<LogEntry> = {}): LogEntry => ({
  id,
  time: '2026-11-21T08:00:00.000Z',
  kind: 'call',
  client: 'Cursor',
  connector: 'shell',
  tool: 'exec',
  effect: 'deny',
  code: 'rule_deny',
  ...change,
});

describe('what a notification says', () => {
  it('of a call that waits', () => {
    expect(waitingNotice(approvalWaiting('a1'), 1)).toEqual({
      title: 'A call waits for your answer',
      body: 'Cursor → git: push',
      silent: false,
      click: { kind: 'review' },
      deny: { kind: 'approval', id: 'a1' },
    });
  });

  it('of a question', () => {
    expect(waitingNotice(heldWaiting('q1', 'Let AI clients start "files"?'), 1)).toEqual({
      title: 'Your answer is needed',
      body: 'Let AI clients start "files"?',
      silent: false,
      click: { kind: 'review' },
      deny: { kind: 'question', id: 'q1' },
    });
  });

  it('of several: no button could say which it denies', () => {
    expect(waitingNotice(approvalWaiting('a1'), 3)).toEqual({
      title: '3 answers are needed',
      body: 'Click to see what waits.',
      silent: false,
      click: { kind: 'review' },
    });
  });

  it('of nothing else', () => {
    expect(waitingNotice({ type: 'status_changed' }, 1)).toBeUndefined();
    expect(waitingNotice(approvalWaiting('a1', { state: 'pending' }), 1)).toBeUndefined();
    expect(waitingNotice(approvalWaiting('a1', { state: 'approved' }), 1)).toBeUndefined();
  });

  it('holds nothing hidden and no markup', () => {
    const notice = waitingNotice(approvalWaiting('a1', { tool: '<b>p\u202Eush</b>&amp;' }), 1);
    expect(notice?.body).toBe('Cursor → git: ‹b›p[U+202E right-to-left override]ush‹/b›＆amp;');
    const long = waitingNotice(approvalWaiting('a1', { tool: 'x'.repeat(5000) }), 1);
    expect(Array.from(long?.body ?? '')).toHaveLength(160);
  });

  it('of blocked calls', () => {
    const call = { id: 'c1', time: 0, kind: 'blocked', label: 'Cursor → shell: exec' } as const;
    expect(blockedNotice([call])).toEqual({
      title: 'A call was blocked',
      body: 'Cursor → shell: exec',
      silent: true,
      click: { kind: 'open', route: '/activity/c1' },
    });
    expect(blockedNotice([call, call, call])).toMatchObject({
      title: '3 calls were blocked',
      body: 'Cursor → shell: exec, and 2 more',
      click: { kind: 'open', route: '/activity' },
    });
    expect(blockedNotice([{ ...call, id: '../evil?x' }]).click).toEqual({ kind: 'open', route: '/activity' });
  });
});

describe('how often blocked calls are told', () => {
  const bench = (): {
    shown: Notice[];
    timers: { ms: number; run: () => void }[];
    notices: ReturnType<typeof createBlockedNotices>;
  } => {
    const shown: Notice[] = [];
    const timers: { ms: number; run: () => void }[] = [];
    const notices = createBlockedNotices({
      show: (notice) => shown.push(notice),
      after: (ms, then) => {
        timers.push({ ms, run: then });
        return () => timers.splice(0);
      },
    });
    return { shown, timers, notices };
  };

  it('at once of the first, then of all together every half minute', () => {
    const { shown, timers, notices } = bench();
    for (const id of ['a', 'b', 'c', 'd']) notices.onEvent({ type: 'log', entry: blockedEntry(id) });
    expect(shown.map(({ title }) => title)).toEqual(['A call was blocked']);
    expect(timers.map(({ ms }) => ms)).toEqual([QUIET_MS]);
    timers.shift()!.run();
    expect(shown.map(({ title }) => title)).toEqual(['A call was blocked', '3 calls were blocked']);
    // Nothing more: the next one is told at once again.
    timers.shift()!.run();
    expect(timers).toEqual([]);
    notices.onEvent({ type: 'log', entry: blockedEntry('e') });
    expect(shown).toHaveLength(3);
    notices.close();
    expect(timers).toEqual([]);
  });

  it('of each call once', () => {
    const { shown, timers, notices } = bench();
    notices.onEvent({ type: 'log', entry: blockedEntry('a') });
    notices.onEvent({ type: 'log', entry: blockedEntry('a', { outcome: 'refused' }) });
    timers.shift()!.run();
    expect(shown).toHaveLength(1);
  });

  it.each<Partial<LogEntry>>([
    { effect: 'allow', outcome: 'ok' },
    { effect: 'allow', outcome: 'failed' },
    { code: 'approval_denied' },
    { code: 'approval_pending' },
    { code: 'approval_quit' },
    { code: 'lockdown' },
    { kind: 'event' },
  ])('never of %j', (change) => {
    const { shown, notices } = bench();
    notices.onEvent({ type: 'log', entry: blockedEntry('a', change) });
    notices.onEvent({ type: 'status_changed' });
    expect(shown).toEqual([]);
  });
});
