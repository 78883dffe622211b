import { describe, expect, it } from 'vitest';
import { createJobs } from '../../main/operations/jobs.ts';
import type { CompanionEvent, JobView } from '../../preload/contract/index.ts';

function setUp() {
  let at = Date.parse('2026-01-02T03:04:05.000Z');
  let n = 0;
  const told: JobView[] = [];
  const announce = (event: CompanionEvent): void => {
    if (event.type === 'job') told.push(event.job);
  };
  const jobs = createJobs({ clock: () => new Date(at), newId: () => `job-${(n += 1)}`, announce });
  return { jobs, told, pass: (ms: number) => (at += ms) };
}
const aTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const untilAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

describe('a job', () => {
  it('says how far it is, not too often, and how it ended', async () => {
    const { jobs, told, pass } = setUp();
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const { id } = jobs.start('export', 10, async ({ progress }) => {
      await gate;
      progress(1, 10);
      progress(2, 10);
      pass(300);
      progress(5, 10);
      return '/home/ada/x.csv';
    });
    expect(jobs.get(id)).toEqual({
      id,
      kind: 'export',
      state: 'running',
      done: 0,
      total: 10,
      startedAt: '2026-01-02T03:04:05.000Z',
    });
    expect(jobs.isRunning('export')).toBe(true);
    go();
    await aTurn();
    await jobs.close();
    expect(told.map(({ state, done }) => [state, done])).toEqual([
      ['running', 1],
      ['running', 5],
      ['done', 5],
    ]);
    expect(jobs.get(id)).toMatchObject({
      state: 'done',
      result: '/home/ada/x.csv',
      endedAt: '2026-01-02T03:04:05.300Z',
    });
    expect(jobs.isRunning('export')).toBe(false);
  });

  it('that fails says why, one that was cancelled only that', async () => {
    const { jobs } = setUp();
    const failing = jobs.start('export', 0, () => Promise.reject(new Error('no room')));
    const cancelled = jobs.start('export', 0, ({ signal }) => untilAborted(signal));
    await aTurn();
    expect(jobs.cancel(cancelled.id)).toMatchObject({ id: cancelled.id });
    await jobs.close();
    expect(jobs.get(failing.id)).toMatchObject({
      state: 'failed',
      failure: { code: 'E_INTERNAL', message: 'no room' },
    });
    expect(jobs.get(cancelled.id)).toMatchObject({ state: 'cancelled' });
    expect(jobs.cancel(failing.id)).toMatchObject({ state: 'failed' });
    expect(() => jobs.get('x')).toThrow('There is no such job any more.');
  });

  it('ends with the companion, and is forgotten in time', async () => {
    const { jobs } = setUp();
    for (let n = 0; n < 70; n += 1) jobs.start('export', 0, ({ signal }) => untilAborted(signal));
    expect(jobs.list()).toHaveLength(70);
    await aTurn();
    await jobs.close();
    expect(jobs.list()).toHaveLength(50);
    expect(jobs.list()[0]?.id).toBe('job-21');
  });
});
