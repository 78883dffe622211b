/** A question that stays open after its client was told to call again, and the races around its answer. */
import { describe, expect, it } from 'vitest';
import type { ApprovalRequest } from '../../main/approval/request.ts';
import { aRequest, ASKED, OPEN_MS, rig, START, WAIT_MS, type Rig } from './rig.ts';

/** A rig with one question whose client was told to call again. */
async function withPending(request = aRequest(), r: Rig = rig()): Promise<Rig> {
  const answer = r.ask(request);
  r.pass(WAIT_MS);
  expect((await answer).code).toBe('approval_pending');
  return r;
}

describe('nobody answered while the client waited', () => {
  it('is told with the id, and the question stays open', async () => {
    const r = rig();
    const answer = r.ask();
    r.pass(WAIT_MS);
    expect(await answer).toEqual({
      effect: 'deny',
      decidedBy: 'approval',
      code: 'approval_pending',
      reason: 'Nobody answered within 50 seconds; the question stays open.',
      ruleId: 'r',
      approvalId: 'a1',
    });
    expect(r.approvals.list()).toMatchObject([{ id: 'a1', state: 'pending' }]);
    expect(r.announced).toEqual(['+a1', '+a1 pending']);
    expect(r.recorded).toEqual([]);
  });

  it.each([
    ['approved', { effect: 'allow', code: 'approval_granted', ruleId: 'r' }],
    ['denied', { effect: 'deny', code: 'approval_denied', ruleId: 'r' }],
  ] as const)('%s: the same call finds the answer, once', async (answer, expected) => {
    const r = await withPending();
    r.approvals.answer('a1', answer, 'person');
    expect(r.recorded).toEqual([`a1 ${answer} person`]);
    expect(await r.ask()).toMatchObject(expected);
    expect(r.recorded).toHaveLength(1);
    void r.ask();
    expect(r.approvals.list()).toMatchObject([{ id: 'a2', state: 'waiting' }]);
  });

  it('an approved one is listed until its client calls again, a denied one is not', async () => {
    const r = await withPending();
    r.approvals.answer('a1', 'approved', 'person');
    expect(r.approvals.list()).toMatchObject([{ id: 'a1', state: 'approved' }]);
    expect(r.announced.at(-1)).toBe('+a1 approved');
    expect(() => r.approvals.answer('a1', 'approved', 'person')).toThrow('No call waits');
    r.approvals.answer('a1', 'denied', 'person');
    expect(r.approvals.list()).toEqual([]);
    expect(() => r.approvals.answer('a1', 'approved', 'person')).toThrow('No call waits');
    expect(() => r.approvals.answer('a1', 'denied', 'person')).toThrow('No call waits');
    expect(await r.ask()).toMatchObject({ code: 'approval_denied' });
  });

  it('the same call while nobody has answered joins the question', async () => {
    const r = await withPending();
    const second = r.ask();
    expect(r.approvals.list()).toMatchObject([{ id: 'a1', state: 'waiting' }]);
    r.pass(WAIT_MS);
    expect(await second).toMatchObject({ code: 'approval_pending', approvalId: 'a1' });
    const third = r.ask();
    r.approvals.answer('a1', 'approved', 'person');
    expect(await third).toMatchObject({ code: 'approval_granted' });
    expect(r.approvals.list()).toEqual([]);
  });

  it('the one who waits when the time is over gets the time-out', async () => {
    const r = await withPending();
    for (let passed = WAIT_MS; passed < OPEN_MS - WAIT_MS; passed += WAIT_MS) {
      const again = r.ask();
      r.pass(WAIT_MS);
      expect((await again).approvalId).toBe('a1');
    }
    r.pass(1);
    const last = r.ask();
    r.pass(WAIT_MS - 1);
    expect(await last).toMatchObject({ code: 'approval_timeout', reason: 'Nobody answered within 300 seconds.' });
    expect(r.recorded).toEqual(['a1 timeout nobody']);
    expect(r.timers.some((timer) => timer.live)).toBe(false);
  });

  it('two that are the same are joined and redeemed one each', async () => {
    const r = rig();
    const first = [r.ask(), r.ask()];
    r.pass(WAIT_MS);
    expect((await Promise.all(first)).map((one) => one.approvalId)).toEqual(['a1', 'a2']);
    r.approvals.answer('a2', 'approved', 'person');
    const again = [r.ask(), r.ask()];
    expect(r.approvals.list()).toMatchObject([{ id: 'a1', state: 'waiting' }]);
    r.approvals.answer('a1', 'denied', 'person');
    expect((await Promise.all(again)).map((one) => one.code)).toEqual(['approval_granted', 'approval_denied']);
  });

  it('about an answer it is over: nothing is kept, nothing is joined', async () => {
    const r = rig();
    const request = aRequest({}, { about: 'answer' });
    const answer = r.ask(request);
    expect(r.approvals.list()).toMatchObject([{ about: 'answer', expiresAt: '2026-11-21T00:00:50.000Z' }]);
    r.pass(WAIT_MS);
    expect(await answer).toMatchObject({ code: 'approval_timeout', reason: 'Nobody answered within 50 seconds.' });
    expect(r.approvals.list()).toEqual([]);
    await withPending(aRequest(), r);
    r.approvals.answer('a2', 'approved', 'person');
    void r.ask(request);
    expect(r.approvals.list()).toMatchObject([{ id: 'a2', state: 'approved' }, { id: 'a3' }]);
  });

  it('kept questions are counted with the others', async () => {
    const r = rig({ maxWaiting: 1 });
    await withPending(aRequest(1), r);
    expect(await r.ask(aRequest(2))).toMatchObject({ code: 'approval_unavailable' });
    void r.ask(aRequest(1));
    expect(r.approvals.list()).toMatchObject([{ id: 'a1', state: 'waiting' }]);
  });
});

describe('a yes is for exactly the call that was shown', () => {
  const others: readonly (readonly [string, ApprovalRequest])[] = [
    ['arguments', aRequest({ a: 2 })],
    ['definition', aRequest({ a: 1 }, { definition: 'd2' })],
    ['policy', aRequest({ a: 1 }, { policyVersion: 'p2' })],
    ['client', aRequest({ a: 1 }, { client: 'zed' })],
    ['client, under a key that was made up', aRequest({ a: 1 }, { client: 'zed', key: aRequest().key })],
    ['tool', aRequest({ a: 1 }, { tool: 'remove', key: aRequest().key })],
    ['connector', aRequest({ a: 1 }, { connector: 'mail', key: aRequest().key })],
    ['session', aRequest({ a: 1 }, { owner: 's2', session: 's2' })],
    ['binding', aRequest({ a: 1 }, { owner: 'b2' })],
    [
      'reason: by now the guard asks',
      aRequest({ a: 1 }, { decision: { ...ASKED, decidedBy: 'guard', code: 'guard_ask' } }),
    ],
    ['reason: by now a result before it asks', aRequest({ a: 1 }, { decision: { ...ASKED, code: 'chain_ask' } })],
    ['side', aRequest({ a: 1 }, { about: 'answer' })],
  ];

  it.each(others)('another %s asks anew, answered or not', async (_what, other) => {
    for (const answer of ['approved', 'denied', undefined] as const) {
      const r = await withPending();
      if (answer !== undefined) r.approvals.answer('a1', answer, 'person');
      const asked = r.ask(other);
      expect(r.approvals.list().at(-1)).toMatchObject({ id: 'a2', state: 'waiting' });
      r.approvals.close();
      expect((await asked).code).toBe('approval_quit');
    }
  });

  it('a call without a key redeems nothing', async () => {
    const keyless = aRequest({}, { key: '' });
    const r = await withPending(keyless);
    r.approvals.answer('a1', 'approved', 'person');
    void r.ask(keyless);
    expect(r.approvals.list()).toMatchObject([{ state: 'approved' }, { id: 'a2', state: 'waiting' }]);
  });
});

describe('what ends a kept question', () => {
  const ends: Record<string, (r: Rig) => void> = {
    'its time': (r) => r.pass(OPEN_MS - WAIT_MS),
    'the wall clock alone, after a sleep': (r) => r.setWall(START + OPEN_MS),
    'the monotonic clock alone, where the wall clock was set back': (r) => {
      r.setWall(START - OPEN_MS);
      r.setMonotonic(1000 + OPEN_MS);
    },
    'its session': (r) => r.approvals.sessionEnded('s1', 's1'),
    'the companion': (r) => r.approvals.close(),
  };

  it.each(Object.entries(ends))('%s: a yes that was not used is over', async (_what, end) => {
    const r = await withPending();
    r.approvals.answer('a1', 'approved', 'person');
    end(r);
    expect(r.approvals.list()).toEqual([]);
    expect(r.recorded).toEqual(['a1 approved person', 'a1 unused nobody']);
    const again = r.ask();
    r.approvals.close();
    expect((await again).code).toBe('approval_quit');
  });

  it.each(Object.entries(ends))('%s: it can be answered no more', async (_what, end) => {
    const r = await withPending();
    end(r);
    expect(() => r.approvals.answer('a1', 'approved', 'person')).toThrow('No call waits');
    expect(r.recorded).toHaveLength(1);
    expect(r.announced.at(-1)).toBe('-a1');
  });

  it('a clock that is set back keeps nothing open for longer', async () => {
    const r = await withPending();
    r.approvals.answer('a1', 'approved', 'person');
    r.setWall(START - 24 * 3_600_000);
    r.pass(OPEN_MS - WAIT_MS);
    expect(r.approvals.list()).toEqual([]);
  });

  it('a locked screen ends what nobody answered, and keeps a yes that was given before', async () => {
    const r = rig();
    await withPending(aRequest(1), r);
    await withPending(aRequest(2), r);
    r.approvals.answer('a1', 'approved', 'person');
    r.approver = 'locked';
    r.approvals.approverChanged();
    expect(r.recorded).toEqual(['a1 approved person', 'a2 locked nobody']);
    expect(await r.ask(aRequest(2))).toMatchObject({ code: 'approval_locked' });
    expect(await r.ask(aRequest(1))).toMatchObject({ code: 'approval_granted' });
    r.approver = 'reachable';
    r.approvals.approverChanged();
    void r.ask(aRequest(2));
    expect(r.approvals.list()).toMatchObject([{ id: 'a3', state: 'waiting' }]);
  });

  it('the client that joined and took its call back', async () => {
    const r = await withPending();
    const controller = new AbortController();
    const joined = r.ask(aRequest(), controller.signal);
    controller.abort();
    expect((await joined).code).toBe('approval_cancelled');
    expect(r.approvals.list()).toEqual([]);
    expect(() => r.approvals.answer('a1', 'approved', 'person')).toThrow('No call waits');
  });

  it('the client that gives up after it was told to call again ends nothing', async () => {
    const r = rig();
    const controller = new AbortController();
    const answer = r.ask(aRequest(), controller.signal);
    r.pass(WAIT_MS);
    await answer;
    controller.abort();
    expect(r.approvals.list()).toMatchObject([{ id: 'a1', state: 'pending' }]);
  });
});

describe('a question of a hub binding', () => {
  const ofBinding = (session: string): ApprovalRequest => aRequest({ a: 1 }, { owner: 'binding b', session });

  it('is redeemed by the next session of the binding, and by that of no other', async () => {
    const r = await withPending(ofBinding('s1'));
    r.approvals.sessionEnded('binding b', 's1');
    r.approvals.answer('a1', 'approved', 'person');
    void r.ask(aRequest({ a: 1 }, { owner: 'binding c', session: 's1' }));
    expect(r.approvals.list()).toMatchObject([{ id: 'a1', state: 'approved' }, { id: 'a2' }]);
    expect(await r.ask(ofBinding('s2'))).toMatchObject({ code: 'approval_granted' });
  });

  it('remembers for the session that waits, not for the one that asked first', async () => {
    const r = await withPending(ofBinding('s1'));
    const joined = r.ask(ofBinding('s2'));
    r.approvals.answer('a1', 'approved', 'person', { scope: 'session' });
    await joined;
    expect(await r.ask(ofBinding('s2'))).toMatchObject({ code: 'grant_allow' });
    void r.ask(ofBinding('s1'));
    expect(r.approvals.list()).toMatchObject([{ state: 'waiting' }]);
  });
});
