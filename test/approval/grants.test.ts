import { describe, expect, it } from 'vitest';
import type { ApprovalRequest } from '../../main/approval/request.ts';
import { grantDetail } from '../../main/approval/grants.ts';
import type { Remember } from '../../main/approval/approval-options.ts';
import type { GrantView } from '../../preload/contract/index.ts';
import { aRequest, ASKED, HOUR_MS, rig, START, WAIT_MS, type Rig } from './rig.ts';

const WHEN = { at: '', eq: '{"a":1}' };

/** A rig in which a person said yes to `request` for longer than this one call. */
async function withGrant(remember: Remember, request = aRequest(), r: Rig = rig()): Promise<Rig> {
  const answer = r.ask(request);
  r.approvals.answer('a1', 'approved', 'person', remember);
  expect((await answer).code).toBe('approval_granted');
  return r;
}

/** Whether the call goes through on the grant; else it waits. */
async function goesThrough(r: Rig, request: ApprovalRequest): Promise<boolean> {
  const before = r.approvals.list().length;
  const controller = new AbortController();
  const answer = r.ask(request, controller.signal);
  const waits = r.approvals.list().length > before;
  controller.abort();
  return (await answer).effect === 'allow' && !waits;
}

describe('a yes for more than one call', () => {
  it('is recorded, listed, and answers the next call without a person', async () => {
    const r = await withGrant({ scope: 'hour', when: WHEN });
    expect(r.recorded).toEqual(['a1 approved person', '+a2 person']);
    expect(r.details).toEqual([{ key: aRequest().key.slice(0, 16), scope: 'hour' }]);
    expect(r.approvals.grants.list()).toEqual([
      {
        id: 'a2',
        client: 'cursor',
        connector: 'files',
        tool: 'write',
        when: WHEN,
        scope: 'hour',
        createdAt: '2026-11-21T00:00:00.000Z',
        endsAt: '2026-11-21T01:00:00.000Z',
      },
    ]);
    expect(await r.ask()).toEqual({
      effect: 'allow',
      decidedBy: 'approval',
      code: 'grant_allow',
      reason: 'A person said yes to calls like it (grant a2).',
      ruleId: 'r',
    });
    expect(r.approvals.list()).toEqual([]);
  });

  it('needs nobody to be there', async () => {
    const r = await withGrant({ scope: 'session' });
    r.approver = 'locked';
    expect(await goesThrough(r, aRequest({ other: true }))).toBe(true);
  });

  const ofBinding = { owner: 'binding b', session: 's1' };
  it.each([
    ['other arguments', { scope: 'session' }, aRequest({ b: 2 }), true],
    ['another policy and definition', { scope: 'hour' }, aRequest({}, { policyVersion: 'p2', definition: 'd2' }), true],
    ['arguments that fit', { scope: 'session', when: WHEN }, aRequest({ a: 1 }, { policyVersion: 'p2' }), true],
    ['arguments that do not fit', { scope: 'session', when: WHEN }, aRequest({ a: 2 }), false],
    ['another tool', { scope: 'session' }, aRequest({}, { tool: 'Write' }), false],
    ['another connector', { scope: 'session' }, aRequest({}, { connector: 'mail' }), false],
    ['another client', { scope: 'session' }, aRequest({}, { client: 'zed' }), false],
    ['another session', { scope: 'session' }, aRequest({}, { owner: 's2', session: 's2' }), false],
    [
      'another session that claims to be the same client',
      { scope: 'hour' },
      aRequest({}, { owner: 's2', session: 's2' }),
      false,
    ],
    ["a server's answer", { scope: 'hour' }, aRequest({}, { about: 'answer' }), false],
    [
      'what the guard found',
      { scope: 'hour' },
      aRequest({}, { decision: { ...ASKED, decidedBy: 'guard', code: 'guard_ask' } }),
      false,
    ],
    [
      'a new item',
      { scope: 'hour' },
      aRequest({}, { decision: { ...ASKED, decidedBy: 'pin', code: 'pin_new' } }),
      false,
    ],
    ['a result before it', { scope: 'hour' }, aRequest({}, { decision: { ...ASKED, code: 'chain_ask' } }), false],
    ['the default that asks', { scope: 'hour' }, aRequest({}, { decision: { ...ASKED, code: 'default_ask' } }), true],
  ] as const)('%s: %o', async (_what, remember, request, expected) => {
    expect(await goesThrough(await withGrant(remember), request)).toBe(expected);
  });

  it.each([
    ['session', 's1', true],
    ['session', 's2', false],
    ['hour', 's1', true],
    ['hour', 's2', true],
  ] as const)('of a binding, for the %s, in %s: %s', async (scope, session, expected) => {
    const r = await withGrant({ scope }, aRequest({}, ofBinding));
    expect(await goesThrough(r, aRequest({ b: 1 }, { ...ofBinding, session }))).toBe(expected);
    expect(await goesThrough(r, aRequest({ b: 1 }, { owner: 'binding c', session: 's1' }))).toBe(false);
  });

  it.each([
    ['what the guard found', { decidedBy: 'guard', code: 'guard_ask' }],
    ['a result before it', { code: 'chain_ask' }],
    ['a new item', { decidedBy: 'pin', code: 'pin_new' }],
  ] as const)('is not given where the question is about %s; the yes to the one call is', async (_what, asks) => {
    const r = rig();
    const request = aRequest({ a: 1 }, { decision: { ...ASKED, ...asks } });
    const answer = r.ask(request);
    for (const scope of ['session', 'hour'] as const)
      expect(() => r.approvals.answer('a1', 'approved', 'person', { scope })).toThrow(
        expect.objectContaining({ code: 'E_GRANT_UNFIT', exitCode: 2 }) as Error,
      );
    expect(r.recorded).toEqual([]);
    r.approvals.answer('a1', 'approved', 'person');
    expect([(await answer).code, r.approvals.grants.list()]).toEqual(['approval_granted', []]);
    expect(await goesThrough(r, request)).toBe(false);
  });

  it('leaves other questions that are open to a person, each one', async () => {
    const r = rig();
    const answers = [r.ask(), r.ask()];
    r.approvals.answer('a1', 'approved', 'person', { scope: 'session' });
    expect(r.approvals.list()).toMatchObject([{ id: 'a2', state: 'waiting' }]);
    r.approvals.answer('a2', 'denied', 'person');
    expect((await Promise.all(answers)).map((one) => one.code)).toEqual(['approval_granted', 'approval_denied']);
  });

  it('ends the open question of the call that it lets through', async () => {
    const r = rig();
    const first = [r.ask(aRequest({ n: 1 })), r.ask(aRequest({ n: 2 }))];
    r.pass(WAIT_MS);
    await Promise.all(first);
    r.approvals.answer('a1', 'approved', 'person', { scope: 'session' });
    expect(await r.ask(aRequest({ n: 2 }))).toMatchObject({ code: 'grant_allow' });
    expect(r.approvals.list()).toMatchObject([{ id: 'a1', state: 'approved' }]);
    expect(r.recorded.at(-1)).toBe('a2 granted nobody');
  });

  it('never outweighs a no to this very call', async () => {
    const r = rig();
    const first = [r.ask(aRequest({ n: 1 })), r.ask(aRequest({ n: 2 }))];
    r.pass(WAIT_MS);
    await Promise.all(first);
    r.approvals.answer('a2', 'denied', 'person');
    r.approvals.answer('a1', 'approved', 'person', { scope: 'session' });
    expect(await r.ask(aRequest({ n: 2 }))).toMatchObject({ code: 'approval_denied' });
  });

  it('is not looked for by a call that was taken back, or when all ends', async () => {
    const r = await withGrant({ scope: 'session' });
    expect((await r.ask(aRequest(), AbortSignal.abort())).code).toBe('approval_cancelled');
    r.approvals.close();
    expect((await r.ask()).code).toBe('approval_quit');
  });
});

describe('what ends it', () => {
  const ends: readonly (readonly [string, (r: Rig) => unknown, string])[] = [
    ['an hour', (r) => r.pass(HOUR_MS), 'its time'],
    ['an hour on the wall, after a sleep', (r) => r.setWall(START + HOUR_MS), 'its time'],
    [
      'an hour, though the wall clock was set back',
      (r) => {
        r.setWall(START - HOUR_MS);
        r.setMonotonic(1000 + HOUR_MS);
      },
      'its time',
    ],
    ['a person', (r) => r.approvals.grants.revoke('a2', 'person'), 'person'],
    ['the session that owned it alone', (r) => r.approvals.sessionEnded('s1', 's1'), 'its session'],
  ];

  it.each(ends)('%s', async (_what, end, why) => {
    const r = await withGrant({ scope: 'hour' });
    r.pass(1000);
    expect(await goesThrough(r, aRequest())).toBe(true);
    end(r);
    expect(await goesThrough(r, aRequest())).toBe(false);
    expect(r.approvals.grants.list()).toEqual([]);
    expect(r.recorded.filter((one) => one.startsWith('-'))).toEqual([`-a2 ${why}`]);
    expect(() => r.approvals.grants.revoke('a2', 'person')).toThrow('There is no grant "a2".');
    r.pass(2 * HOUR_MS);
    expect(r.recorded.filter((one) => one.startsWith('-'))).toHaveLength(1);
  });

  it('the companion: what it remembered is gone with it', async () => {
    const r = await withGrant({ scope: 'hour' });
    r.approvals.close();
    expect(r.recorded.at(-1)).toBe('-a2 the companion ended');
    expect(r.timers.some((timer) => timer.live)).toBe(false);
    expect(rig().approvals.grants.list()).toEqual([]);
  });

  it.each([
    ['another session', 's2', 's2'],
    ['a binding of that session', 'binding b', 's1'],
  ])('not the end of %s', async (_what, owner, session) => {
    const r = await withGrant({ scope: 'session' });
    r.approvals.sessionEnded(owner, session);
    expect(r.approvals.grants.list()).toHaveLength(1);
  });

  it('of a binding, the session ends what was for the session, and not the hour', async () => {
    const r = rig();
    const of = (n: number): ApprovalRequest => aRequest({ n }, { owner: 'binding b', session: 's1', tool: `t${n}` });
    void r.ask(of(1));
    void r.ask(of(2));
    r.approvals.answer('a1', 'approved', 'person', { scope: 'session' });
    r.approvals.answer('a2', 'approved', 'person', { scope: 'hour' });
    r.approvals.sessionEnded('binding b', 's1');
    expect(r.approvals.grants.list()).toMatchObject([{ tool: 't2', scope: 'hour' }]);
  });

  it('also where its end cannot be recorded', async () => {
    const r = await withGrant({ scope: 'hour' });
    r.recordFails = true;
    expect(() => r.approvals.grants.revoke('a2', 'person')).toThrow('ENOSPC');
    expect(r.approvals.grants.list()).toEqual([]);
  });
});

describe('a yes that cannot be remembered', () => {
  it.each([
    ['once, with a condition', { scope: 'once', when: WHEN }, {}, 'E_GRANT_UNFIT'],
    ["for a server's answers", { scope: 'session' }, { about: 'answer' }, 'E_GRANT_UNFIT'],
    ['with a condition that this call does not fit', { scope: 'hour', when: { at: '', eq: 'x' } }, {}, 'E_GRANT_UNFIT'],
  ] as const)('%s: it does not count at all', (_what, remember, change, code) => {
    const r = rig();
    void r.ask(aRequest({ a: 1 }, change));
    expect(() => r.approvals.answer('a1', 'approved', 'person', remember)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
    expect(r.approvals.list()).toMatchObject([{ state: 'waiting' }]);
    expect([r.recorded, r.approvals.grants.list()]).toEqual([[], []]);
  });

  it('with a condition that cannot be evaluated', () => {
    const r = rig({
      fits: () => {
        throw new Error('no');
      },
    });
    void r.ask();
    expect(() => r.approvals.answer('a1', 'approved', 'x', { scope: 'hour', when: WHEN })).toThrow('does not hold');
  });

  it('where there are too many', () => {
    const r = rig({ maxGrants: 1 });
    void r.ask(aRequest(1));
    void r.ask(aRequest(2));
    r.approvals.answer('a1', 'approved', 'x', { scope: 'hour' });
    expect(() => r.approvals.answer('a2', 'approved', 'x', { scope: 'hour' })).toThrow('There are 1 grants already.');
    r.approvals.answer('a2', 'approved', 'x');
    expect(r.approvals.grants.list()).toHaveLength(1);
  });

  it('where the grant cannot be recorded, the call is not approved either', async () => {
    const r = rig({
      recordGrant: () => {
        throw new Error('ENOSPC');
      },
    });
    const answer = r.ask();
    expect(() => r.approvals.answer('a1', 'approved', 'x', { scope: 'hour' })).toThrow('ENOSPC');
    expect(r.approvals.list()).toMatchObject([{ state: 'waiting' }]);
    expect(r.approvals.grants.list()).toEqual([]);
    expect(r.timers.some((timer) => timer.live && timer.ms === HOUR_MS)).toBe(false);
    r.approvals.close();
    expect((await answer).effect).toBe('deny');
  });
});

describe('the record of a grant', () => {
  const grant: GrantView = { id: 'g', client: 'c', connector: 'k', tool: 't', scope: 'hour', createdAt: '' };
  const redact = (text: string): string => text.replaceAll('hunter2', '[secret]');

  it('says for what, and by whom', () => {
    expect(grantDetail(grant, 'person', redact)).toEqual({
      grant: 'g',
      tool: 't',
      client: 'c',
      scope: 'hour',
      by: 'person',
    });
  });

  it('holds no live secret, and no more than 256 characters of a condition', () => {
    const { when } = grantDetail({ ...grant, when: { at: '/p', eq: `hunter2${'x'.repeat(300)}` } }, 'person', redact);
    expect(when).toHaveLength(256);
    expect(when).toMatch(/^\{"at":"\/p","eq":"\[secret\]x/);
  });
});
