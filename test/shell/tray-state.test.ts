import { beforeEach, describe, expect, it } from 'vitest';
import { createTrayState, type TrayState } from '../../main/shell/tray-state.ts';
import type { LogEntry } from '../../preload/contract/audit.ts';
import { createFakeHost, NOW, status, type FakeHost } from './harness.ts';

const HOUR = 60 * 60 * 1000;
const denied = (id: string, minutesAgo: number, change: Partial<LogEntry> = {}): LogEntry => ({
  id,
  time: new Date(NOW - minutesAgo * 60_000).toISOString(),
  kind: 'call',
  tool: 'exec',
  effect: 'deny',
  ...change,
});

let host: FakeHost | undefined;
let now: number;
let changes: number;
let timers: { ms: number; run: () => void }[];
let state: TrayState;

beforeEach(() => {
  host = createFakeHost();
  now = NOW;
  changes = 0;
  timers = [];
  state = createTrayState({
    host: () => host,
    update: () => ({ kind: 'unknown' }),
    now: () => now,
    after: (ms, then) => {
      const timer = { ms, run: then };
      // That of the pace is for at-most-every.test.ts.
      if (ms === 250) {
        queueMicrotask(then);
        return () => undefined;
      }
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    clock: () => '08:00',
    changed: () => {
      changes += 1;
    },
  });
});
const lines = (): string[] => state.view().menu.flatMap((group) => group.map(({ label }) => label));

describe('the tray’s state', () => {
  it('is not enforcing before it is known, and when nobody answers', async () => {
    expect(state.view().state).toBe('not_enforcing');
    await state.refresh();
    expect(state.view().state).toBe('protected');
    host!.answers['status.get'] = () => {
      throw new Error('gone');
    };
    await state.refresh();
    expect(state.view().state).toBe('not_enforcing');
    host = undefined;
    await state.refresh();
    expect(lines()).not.toContain('Stop every call now');
  });

  it('begins with what was stopped before, asked for once', async () => {
    host!.answers['logs.query'] = () => [denied('b', 5), denied('a', 200)];
    await state.refresh();
    await state.refresh();
    expect(host!.calls.filter(({ name }) => name === 'logs.query')).toEqual([
      { name: 'logs.query', input: { limit: 500, blocked: true }, caller: 'shell' },
    ]);
    expect(state.view().state).toBe('blocked_lately');
    expect(lines()).toContain('1 call blocked in the last hour');
    expect(lines().filter((line) => line.startsWith('08:00'))).toHaveLength(2);
  });

  it('follows events: each call once, as it was told last', async () => {
    await state.refresh();
    state.onEvent({ type: 'log', entry: denied('a', 0) });
    state.onEvent({ type: 'log', entry: denied('a', 0, { outcome: 'refused' }) });
    state.onEvent({ type: 'log', entry: denied('b', 0, { effect: 'allow', outcome: 'ok' }) });
    state.onEvent({ type: 'log', entry: denied('c', 0, { effect: 'allow', outcome: 'failed' }) });
    expect(lines().filter((line) => line.startsWith('08:00'))).toEqual(['08:00  exec, failed', '08:00  exec, blocked']);
    expect(lines()).toContain('1 call blocked in the last hour');
  });

  it('is "lately" for an hour, and says so when it is over', async () => {
    await state.refresh();
    state.onEvent({ type: 'log', entry: denied('a', 20) });
    state.onEvent({ type: 'log', entry: denied('b', 10) });
    expect(state.view().state).toBe('blocked_lately');
    expect(timers.map(({ ms }) => ms)).toEqual([HOUR - 20 * 60_000]);
    await new Promise((resolve) => setImmediate(resolve));
    const before = changes;
    now += timers[0]!.ms;
    timers[0]!.run();
    expect(changes).toBe(before + 1);
    expect(lines()).toContain('1 call blocked in the last hour');
    now += timers[0]!.ms;
    timers[0]!.run();
    expect(state.view().state).toBe('protected');
    expect(timers).toEqual([]);
  });

  it('counts what waits: calls and questions', async () => {
    host!.answers['status.get'] = () => status({ waitingApprovals: 1 });
    host!.answers['held.list'] = () => [
      {
        id: 'q',
        hash: 'h',
        operation: 'policy.add',
        title: 't',
        detail: '',
        from: 'interface',
        createdAt: '',
        expiresAt: '',
      },
    ];
    state.onEvent({ type: 'status_changed' });
    await state.refresh();
    expect(lines()).toContain('2 questions wait for you…');
  });

  it('asks once more for however many changes come while it asks', async () => {
    for (let n = 0; n < 50; n += 1) state.onEvent({ type: 'status_changed' });
    await state.refresh();
    expect(host!.calls.filter(({ name }) => name === 'status.get')).toHaveLength(2);
  });

  it('tells for an hour what weakened protection', async () => {
    await state.refresh();
    state.onEvent({
      type: 'weakened',
      operation: 'policy.add',
      text: 'Add a rule?',
      caller: 'tray',
    });
    expect(lines()).toContain('08:00  Protection was weakened by a yes to: Add a rule?');
    expect(timers.map(({ ms }) => ms)).toEqual([HOUR]);
    now += HOUR;
    timers[0]!.run();
    expect(lines().join()).not.toContain('weakened');
    expect(timers).toEqual([]);
  });

  it('asks nothing about jobs', async () => {
    await state.refresh();
    const asked = host!.calls.length;
    state.onEvent({
      type: 'job',
      job: { id: 'j', kind: 'export', state: 'running', done: 0, total: 1, startedAt: '2026-11-21T08:00:00.000Z' },
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(host!.calls).toHaveLength(asked);
  });

  it('leaves no timer behind', async () => {
    await state.refresh();
    state.onEvent({ type: 'log', entry: denied('a', 0) });
    expect(timers).toHaveLength(1);
    state.close();
    expect(timers).toEqual([]);
  });
});
