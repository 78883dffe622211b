import { describe, expect, it } from 'vitest';
import { aRequest, ASKED, rig } from './rig.ts';

const MINUTES_15 = 15 * 60_000;

describe('a paused client', () => {
  it('is denied what waits and what it would ask, and nobody else is', async () => {
    const r = rig();
    const [mine, also, other] = [
      r.ask(),
      r.ask(),
      r.ask(aRequest({ a: 1 }, { client: 'zed', owner: 's2', session: 's2' })),
    ];
    expect(r.approvals.pause('cursor', MINUTES_15, 'window')).toEqual({
      client: 'cursor',
      by: 'window',
      endsAt: '2026-11-21T00:15:00.000Z',
    });
    expect((await mine).code).toBe('approval_denied');
    expect((await also).code).toBe('approval_denied');
    expect(await r.ask(aRequest({ b: 2 }))).toEqual({
      effect: 'deny',
      decidedBy: 'approval',
      code: 'approval_denied',
      reason: 'A person paused the questions of this client until 2026-11-21T00:15:00.000Z.',
      ruleId: ASKED.ruleId,
    });
    expect(r.approvals.list().map(({ client }) => client)).toEqual(['zed']);
    r.approvals.answer('a3', 'approved', 'person');
    expect((await other).effect).toBe('allow');
  });

  it('is asked about again when the time is over, by either clock, or when a person says so', () => {
    for (const goOn of [
      (r: ReturnType<typeof rig>) => r.pass(MINUTES_15),
      (r: ReturnType<typeof rig>) => r.setMonotonic(MINUTES_15 + 1000),
      (r: ReturnType<typeof rig>) => r.approvals.resume('cursor'),
    ]) {
      const r = rig();
      r.approvals.pause('cursor', MINUTES_15, 'window');
      expect(r.approvals.pauses.list()).toHaveLength(1);
      goOn(r);
      expect(r.approvals.pauses.list()).toEqual([]);
      void r.ask();
      expect(r.approvals.list()).toHaveLength(1);
    }
  });

  it('takes a yes back that was not redeemed, and answers no grant', async () => {
    const r = rig();
    void r.ask();
    r.approvals.answer('a1', 'approved', 'person', { scope: 'session' });
    expect((await r.ask()).code).toBe('grant_allow');
    r.approvals.pause('cursor', MINUTES_15, 'window');
    expect((await r.ask()).code).toBe('approval_denied');
    r.approvals.resume('cursor');
    expect((await r.ask()).code).toBe('grant_allow');
    expect(() => r.approvals.resume('cursor')).toThrow('This client is not paused');
  });

  it('is denied where nothing can be recorded', async () => {
    const r = rig();
    const waiting = r.ask();
    r.recordFails = true;
    r.approvals.pause('cursor', MINUTES_15, 'window');
    expect((await waiting).code).toBe('approval_denied');
  });

  it('is one of a hundred at most, and none gives way to a name that somebody makes up', () => {
    const r = rig();
    for (let n = 0; n < 100; n += 1) r.approvals.pause(`c${n}`, MINUTES_15, 'window');
    expect(() => r.approvals.pause('c100', MINUTES_15, 'window')).toThrow('Too many clients are paused.');
    expect(r.approvals.pauses.list()).toHaveLength(100);
    r.approvals.pause('c0', 2 * MINUTES_15, 'window');
    expect(r.approvals.pauses.list()[0]?.endsAt).toBe('2026-11-21T00:30:00.000Z');
  });

  it('is not made shorter by another one', () => {
    const r = rig();
    r.approvals.pause('cursor', MINUTES_15, 'window');
    expect(r.approvals.pause('cursor', 60_000, 'interface')).toMatchObject({
      by: 'window',
      endsAt: '2026-11-21T00:15:00.000Z',
    });
    r.pass(60_000);
    expect(r.approvals.pauses.list()).toHaveLength(1);
  });
});
