import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BUSY_MS,
  createApprovalsPoll,
  IDLE_MS,
  LIVELY_MS,
  MAX_IDLE_MS,
  nextWaitMs,
  type ApprovalsPoll,
} from '../../main/backend/approvals-poll.ts';
import type { TenantApprovalRow } from '../../main/backend/wire.ts';
import { ACME, approvalRow, failure, OTHER } from './scripted-tenants.ts';

const quiet = { before: 0, failed: false, waiting: 0, sinceDecidedMs: undefined, retryAfterMs: undefined };

describe('nextWaitMs', () => {
  it.each([
    ['nothing waits, the first time', quiet, IDLE_MS],
    ['nothing waits, still', { ...quiet, before: IDLE_MS }, 2 * IDLE_MS],
    ['nothing waits for long', { ...quiet, before: MAX_IDLE_MS }, MAX_IDLE_MS],
    ['something waits', { ...quiet, before: MAX_IDLE_MS, waiting: 1 }, BUSY_MS],
    ['one was decided just now', { ...quiet, before: MAX_IDLE_MS, sinceDecidedMs: LIVELY_MS - 1 }, BUSY_MS],
    ['one was decided a while ago', { ...quiet, before: BUSY_MS, sinceDecidedMs: LIVELY_MS }, IDLE_MS],
    ['it fails, whatever waits', { ...quiet, before: BUSY_MS, failed: true, waiting: 3 }, IDLE_MS],
    ['it fails again', { ...quiet, before: IDLE_MS, failed: true }, 2 * IDLE_MS],
    ['it asks for patience', { ...quiet, failed: true, retryAfterMs: 200_000 }, 200_000],
    ['it asks for too much of it', { ...quiet, failed: true, retryAfterMs: 1e12 }, MAX_IDLE_MS],
  ])('%s', (_title, facts, wait) => {
    expect(nextWaitMs(facts)).toBe(wait);
  });

  it('is never shorter than 15 s nor longer than 5 min', () => {
    fc.assert(
      fc.property(
        fc.nat(MAX_IDLE_MS),
        fc.boolean(),
        fc.nat(5),
        fc.option(fc.nat(), { nil: undefined }),
        fc.option(fc.double(), { nil: undefined }),
        (before, failed, waiting, sinceDecidedMs, retry) => {
          const retryAfterMs = retry === undefined || Number.isNaN(retry) ? undefined : retry;
          const wait = nextWaitMs({ before, failed, waiting, sinceDecidedMs, retryAfterMs });
          return wait >= BUSY_MS && wait <= MAX_IDLE_MS;
        },
      ),
    );
  });
});

interface Bench {
  readonly poll: ApprovalsPoll;
  /** Waits that were begun and not taken back, oldest first. */
  readonly timers: { readonly ms: number; readonly ring: () => void }[];
  /** Lets the oldest timer ring, and what follows from it happen. */
  ring(): Promise<void>;
  hosts: readonly string[];
  answers: Record<string, () => Promise<readonly TenantApprovalRow[]>>;
  now: number;
  readonly asked: string[];
  readonly changes: () => number;
}

const settle = async (): Promise<void> => {
  await new Promise((resolve) => void setImmediate(resolve));
};

function bench(hosts: readonly string[]): Bench {
  const timers: Bench['timers'] = [];
  const asked: string[] = [];
  let changes = 0;
  const self: Bench = {
    timers,
    asked,
    hosts,
    answers: {},
    now: 0,
    changes: () => changes,
    ring: async () => {
      timers.shift()?.ring();
      await settle();
    },
    poll: createApprovalsPoll({
      hosts: () => self.hosts,
      api: (host) => {
        asked.push(host);
        return Promise.resolve({ approvals: () => self.answers[host]?.() ?? Promise.resolve([]) });
      },
      schedule: (ms, ring) => {
        const timer = { ms, ring };
        timers.push(timer);
        return () => {
          const at = timers.indexOf(timer);
          if (at >= 0) timers.splice(at, 1);
        };
      },
      now: () => self.now,
    }),
  };
  self.poll.onChange(() => (changes += 1));
  return self;
}

describe('the poll', () => {
  it('does nothing while nobody is signed in, begins when somebody is, and ends with them', async () => {
    const one = bench([]);
    one.poll.refresh();
    await settle();
    expect([one.asked, one.timers]).toEqual([[], []]);
    one.hosts = [ACME];
    one.answers[ACME] = () => Promise.resolve([approvalRow('1'), approvalRow('2', { status: 'denied' })]);
    one.poll.refresh();
    one.poll.refresh();
    await settle();
    expect(one.asked).toEqual([ACME]);
    expect(one.poll.current().map(({ id }) => id)).toEqual(['1']);
    expect(one.timers.map(({ ms }) => ms)).toEqual([BUSY_MS]);
    one.hosts = [];
    one.poll.refresh();
    expect([one.poll.current(), one.timers, one.changes()]).toEqual([[], [], 2]);
  });

  it('tells of a change once, and only of one', async () => {
    const one = bench([ACME]);
    one.answers[ACME] = () => Promise.resolve([approvalRow('1')]);
    one.poll.refresh();
    await settle();
    await one.ring();
    await one.ring();
    expect([one.asked.length, one.changes()]).toEqual([3, 1]);
  });

  it('keeps asking often for two minutes after the last one went', async () => {
    const one = bench([ACME]);
    one.answers[ACME] = () => Promise.resolve([approvalRow('1')]);
    one.poll.refresh();
    await settle();
    one.answers[ACME] = () => Promise.resolve([]);
    await one.ring();
    expect(one.timers.map(({ ms }) => ms)).toEqual([BUSY_MS]);
    one.now += LIVELY_MS;
    await one.ring();
    expect(one.timers.map(({ ms }) => ms)).toEqual([IDLE_MS]);
  });

  it('asks at once after an answer was given here, and not twice at the same time', async () => {
    const one = bench([ACME]);
    one.poll.refresh();
    await settle();
    one.poll.decided(ACME);
    one.poll.decided(ACME);
    one.poll.decided(OTHER);
    await settle();
    expect(one.asked).toEqual([ACME, ACME]);
    expect(one.timers.map(({ ms }) => ms)).toEqual([BUSY_MS]);
  });

  it('backs off from one that is away and keeps its list; the other goes on', async () => {
    const one = bench([ACME, OTHER]);
    one.answers[ACME] = () => Promise.resolve([approvalRow('1')]);
    one.poll.refresh();
    await settle();
    one.answers[ACME] = () => Promise.reject(failure('unreachable'));
    const waits: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const at = one.timers.findIndex(({ ms }) => ms === (waits.at(-1) ?? BUSY_MS));
      const [timer] = one.timers.splice(at, 1);
      timer?.ring();
      await settle();
      waits.push(one.timers.at(-1)?.ms ?? 0);
    }
    expect(waits).toEqual([60_000, 120_000, 240_000, 300_000, 300_000]);
    expect(one.poll.current().map(({ id }) => id)).toEqual(['1']);
    expect(one.changes()).toBe(1);
  });

  it('forgets the list of one that takes the key no more', async () => {
    const one = bench([ACME]);
    one.answers[ACME] = () => Promise.resolve([approvalRow('1')]);
    one.poll.refresh();
    await settle();
    one.answers[ACME] = () => Promise.reject(failure('unauthorized'));
    await one.ring();
    expect([one.poll.current(), one.changes()]).toEqual([[], 2]);
  });

  it('hears nothing that comes after the end', async () => {
    const one = bench([ACME]);
    let answer: (rows: readonly TenantApprovalRow[]) => void = () => {};
    one.answers[ACME] = () => new Promise((resolve) => (answer = resolve));
    one.poll.refresh();
    await settle();
    one.poll.close();
    answer([approvalRow('1')]);
    await settle();
    expect([one.poll.current(), one.timers, one.changes()]).toEqual([[], [], 0]);
  });
});
