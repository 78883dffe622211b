import { describe, expect, it } from 'vitest';
import { createApprovals, type ApprovalOptions, type Approvals } from '../../main/approval/approvals.ts';
import type { ApprovalView, Decision } from '../../preload/contract/index.ts';

const ASKED: Decision = { effect: 'ask', decidedBy: 'local', code: 'rule_ask', reason: 'Rule r asks.', ruleId: 'r' };

interface Rig {
  readonly approvals: Approvals;
  readonly recorded: string[];
  readonly announced: string[];
  readonly timers: { ms: number; fire: () => void; live: boolean }[];
  readonly order: string[];
  recordFails: boolean;
  ask(signal?: AbortSignal, argumentsText?: () => string): Promise<Decision>;
}

function rig(extra: Partial<ApprovalOptions> = {}): Rig {
  let ids = 0;
  const r: Omit<Rig, 'approvals'> = {
    recorded: [],
    announced: [],
    timers: [],
    order: [],
    recordFails: false,
    ask: (signal = new AbortController().signal, argumentsText = () => '{"a":1}') =>
      approvals
        .ask({ connector: 'files', tool: 'write', client: 'cursor', argumentsText, decision: ASKED }, signal)
        .then((decision) => {
          r.order.push(decision.code);
          return decision;
        }),
  };
  const approvals = createApprovals({
    clock: () => new Date('2026-11-21T00:00:00.000Z'),
    newId: () => `a${++ids}`,
    schedule: (ms, fire) => {
      const timer = { ms, fire, live: true };
      r.timers.push(timer);
      return () => {
        timer.live = false;
      };
    },
    waitMs: 50_000,
    maxWaiting: 3,
    record: (approval, answer, by) => {
      if (r.recordFails) throw new Error('ENOSPC');
      r.recorded.push(`${approval.id} ${answer} ${by}`);
    },
    announce: (event) => r.announced.push(event.type === 'waiting' ? `+${event.approval.id}` : `-${event.id}`),
    ...extra,
  });
  return Object.assign(r, { approvals });
}

const DENIED = { effect: 'deny', decidedBy: 'approval', ruleId: 'r' };

describe('a call that waits', () => {
  it('is shown with everything that a person needs, and how long it waits', async () => {
    const r = rig();
    const answer = r.ask();
    const view: ApprovalView = {
      id: 'a1',
      connector: 'files',
      tool: 'write',
      client: 'cursor',
      arguments: '{"a":1}',
      reason: 'Rule r asks.',
      ruleId: 'r',
      createdAt: '2026-11-21T00:00:00.000Z',
      expiresAt: '2026-11-21T00:00:50.000Z',
    };
    expect(r.approvals.list()).toEqual([view]);
    expect(r.announced).toEqual(['+a1']);
    expect(r.timers.map((timer) => timer.ms)).toEqual([50_000]);
    expect(r.approvals.answer('a1', 'approved', 'person')).toEqual(view);
    expect(await answer).toEqual({
      effect: 'allow',
      decidedBy: 'approval',
      code: 'approval_granted',
      reason: 'Approved by a person (person).',
      ruleId: 'r',
    });
    expect(r.approvals.list()).toEqual([]);
    expect(r.announced).toEqual(['+a1', '-a1']);
    expect(r.timers[0]?.live).toBe(false);
  });

  it('ends in one of four ways that are told apart', async () => {
    const r = rig();
    const controller = new AbortController();
    const answers = [r.ask(), r.ask(), r.ask(controller.signal)];
    const full = r.ask();
    r.approvals.answer('a1', 'denied', 'person');
    r.timers[1]?.fire();
    controller.abort();
    expect((await Promise.all([...answers, full])).map((answer) => answer.code)).toEqual([
      'approval_denied',
      'approval_timeout',
      'approval_cancelled',
      'approval_unavailable',
    ]);
    for (const answer of await Promise.all([...answers, full])) expect(answer).toMatchObject(DENIED);
    expect(r.recorded).toEqual(['a1 denied person', 'a2 timeout nobody', 'a3 cancelled nobody']);
    expect(r.announced).toEqual(['+a1', '+a2', '+a3', '-a1', '-a2', '-a3']);
  });

  it('is withdrawn before it was asked', async () => {
    const r = rig();
    expect(await r.ask(AbortSignal.abort())).toMatchObject({ ...DENIED, code: 'approval_cancelled' });
    expect([r.announced, r.timers, r.recorded]).toEqual([[], [], []]);
  });

  it.each(['approved', 'denied', 'timeout', 'cancelled'])('ends once, whatever comes after it was %s', async (how) => {
    const r = rig();
    const controller = new AbortController();
    const answer = r.ask(controller.signal);
    const ends: Record<string, () => void> = {
      approved: () => void r.approvals.answer('a1', 'approved', 'x'),
      denied: () => void r.approvals.answer('a1', 'denied', 'x'),
      timeout: () => r.timers[0]?.fire(),
      cancelled: () => controller.abort(),
    };
    ends[how]?.();
    const first = await answer;
    for (const other of ['timeout', 'cancelled']) ends[other]?.();
    for (const other of ['approved', 'denied']) {
      expect(ends[other]).toThrow(expect.objectContaining({ code: 'E_APPROVAL_UNKNOWN', exitCode: 2 }) as Error);
    }
    expect(await answer).toBe(first);
    expect(r.recorded).toHaveLength(1);
    expect(r.announced).toEqual(['+a1', '-a1']);
  });

  it('is not answered under an id that never was', () => {
    expect(() => rig().approvals.answer('a1', 'approved', 'x')).toThrow('No call waits under "a1".');
  });

  it('identical ones wait and end each on its own', async () => {
    const r = rig();
    const answers = [r.ask(), r.ask()];
    r.approvals.answer('a2', 'approved', 'x');
    expect(r.approvals.list().map((view) => view.id)).toEqual(['a1']);
    r.approvals.answer('a1', 'denied', 'x');
    expect((await Promise.all(answers)).map((answer) => answer.effect)).toEqual(['deny', 'allow']);
  });

  it('leaves room when it ends', async () => {
    const r = rig();
    void r.ask();
    void r.ask();
    void r.ask();
    expect(await r.ask()).toMatchObject({ code: 'approval_unavailable' });
    r.timers[0]?.fire();
    void r.ask();
    expect(r.approvals.list().map((view) => view.id)).toEqual(['a2', 'a3', 'a4']);
  });
});

describe('when an answer cannot be recorded', () => {
  it('a yes does not count, and the call goes on waiting', async () => {
    const r = rig();
    const answer = r.ask();
    r.recordFails = true;
    expect(() => r.approvals.answer('a1', 'approved', 'x')).toThrow('ENOSPC');
    expect(r.approvals.list()).toHaveLength(1);
    expect(r.announced).toEqual(['+a1']);
    r.recordFails = false;
    r.timers[0]?.fire();
    expect(await answer).toMatchObject({ code: 'approval_timeout' });
  });

  it('a no counts all the same, and the failure is told', async () => {
    const r = rig();
    const answer = r.ask();
    r.recordFails = true;
    expect(() => r.approvals.answer('a1', 'denied', 'x')).toThrow('ENOSPC');
    expect(await answer).toMatchObject({ code: 'approval_denied' });
    expect(r.approvals.list()).toEqual([]);
  });

  it('time-out and withdrawal stay what they are', async () => {
    const r = rig();
    r.recordFails = true;
    const controller = new AbortController();
    const answers = [r.ask(), r.ask(controller.signal)];
    r.timers[0]?.fire();
    controller.abort();
    expect((await Promise.all(answers)).map((answer) => answer.code)).toEqual([
      'approval_timeout',
      'approval_cancelled',
    ]);
  });
});

describe('the arguments', () => {
  it('are asked for once: what is recorded is what was seen', () => {
    const r = rig();
    let asked = 0;
    void r.ask(undefined, () => `{"n":${++asked}}`);
    r.approvals.list();
    expect(r.approvals.answer('a1', 'approved', 'x').arguments).toBe('{"n":1}');
  });

  it('that cannot be shown are not asked about, and hurt no other call', async () => {
    const r = rig();
    const good = r.ask();
    const answer = await r.ask(undefined, () => {
      throw new Error('no');
    });
    expect(answer).toMatchObject({ ...DENIED, code: 'approval_unavailable' });
    expect(r.approvals.list().map((view) => view.id)).toEqual(['a1']);
    expect(r.timers.map((timer) => timer.live)).toEqual([true]);
    r.approvals.close();
    await good;
  });
});

describe('closing', () => {
  it('ends all that wait as cancelled, and asks nobody after it', async () => {
    const r = rig();
    const answers = [r.ask(), r.ask()];
    r.approvals.close();
    expect((await Promise.all(answers)).map((answer) => answer.code)).toEqual([
      'approval_cancelled',
      'approval_cancelled',
    ]);
    expect(r.recorded).toEqual(['a1 cancelled nobody', 'a2 cancelled nobody']);
    expect(r.timers.every((timer) => !timer.live)).toBe(true);
    expect(await r.ask()).toMatchObject({ code: 'approval_unavailable' });
    r.approvals.close();
  });

  it('an end is announced after the call has its answer, so that a listener that fails cannot keep it', async () => {
    const r = rig({
      announce: (event) => {
        if (event.type === 'ended') throw new Error('listener');
      },
    });
    const answer = r.ask();
    expect(() => r.approvals.answer('a1', 'approved', 'x')).toThrow('listener');
    expect(await answer).toMatchObject({ effect: 'allow' });
  });
});
