import { describe, expect, it } from 'vitest';
import type { ApprovalRequest } from '../../main/approval/request.ts';
import type { ApprovalView, Decision } from '../../preload/contract/index.ts';
import { aRequest, ASKED, OPEN_MS, rig, WAIT_MS, type Rig } from './rig.ts';

const DENIED = { effect: 'deny', decidedBy: 'approval', ruleId: 'r' };
const codes = async (answers: readonly Promise<Decision>[]): Promise<string[]> =>
  (await Promise.all(answers)).map((answer) => answer.code);

describe('a call that waits', () => {
  it('is shown with everything that a person needs, and how long an answer counts', async () => {
    const r = rig();
    const answer = r.ask();
    const view: ApprovalView = {
      id: 'a1',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      connector: 'files',
      tool: 'write',
      client: 'cursor',
      about: 'call',
      arguments: '{\n  "a": 1\n}',
      reason: 'Rule r asks.',
      ruleId: 'r',
      createdAt: '2026-11-21T00:00:00.000Z',
      expiresAt: '2026-11-21T00:05:00.000Z',
      state: 'waiting',
    };
    expect(r.approvals.list()).toEqual([view]);
    expect(r.announced).toEqual(['+a1']);
    expect(new Set(r.timers.map((timer) => timer.ms))).toEqual(new Set([OPEN_MS, WAIT_MS]));
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
    expect(r.timers.some((timer) => timer.live)).toBe(false);
    expect(r.details).toEqual([{ key: aRequest().key.slice(0, 16), scope: 'once' }]);
  });

  it('ends for reasons that are told apart', async () => {
    const r = rig({ maxWaiting: 6 });
    const controller = new AbortController();
    const mine = (name: string, change: Partial<ApprovalRequest> = {}): ApprovalRequest => aRequest({ name }, change);
    const answers = [
      r.ask(mine('denied')),
      r.ask(mine('withdrawn'), controller.signal),
      r.ask(mine('nobody came', { about: 'answer' })),
      r.ask(mine('its session ended', { owner: 's2', session: 's2' })),
      r.ask(mine('locked')),
      r.ask(mine('approved')),
      r.ask(mine('too many')),
    ];
    r.approvals.answer('a1', 'denied', 'person');
    r.approvals.answer('a6', 'approved', 'person');
    controller.abort();
    r.approvals.sessionEnded('s2', 's2');
    r.timers.find((timer) => timer.live && timer.ms === WAIT_MS)?.fire();
    r.approver = 'locked';
    r.approvals.approverChanged();
    answers.push(r.ask(mine('locked already')));
    r.approver = 'absent';
    answers.push(r.ask(mine('nothing open')));
    r.approver = 'reachable';
    answers.push(r.ask(mine('the end')));
    r.approvals.close();
    answers.push(r.ask(mine('after the end')));
    expect(await codes(answers)).toEqual([
      'approval_denied',
      'approval_cancelled',
      'approval_timeout',
      'approval_cancelled',
      'approval_locked',
      'approval_granted',
      'approval_unavailable',
      'approval_locked',
      'approval_unavailable',
      'approval_quit',
      'approval_quit',
    ]);
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject(answer.effect === 'allow' ? { decidedBy: 'approval', ruleId: 'r' } : DENIED);
    }
    expect(r.recorded).toEqual([
      'a1 denied person',
      'a6 approved person',
      'a2 cancelled nobody',
      'a4 cancelled nobody',
      'a3 timeout nobody',
      'a5 locked nobody',
      'a7 quit nobody',
    ]);
    expect(r.approvals.list()).toEqual([]);
    expect(r.timers.some((timer) => timer.live)).toBe(false);
  });

  it('is withdrawn before it was asked', async () => {
    const r = rig();
    expect(await r.ask(aRequest(), AbortSignal.abort())).toMatchObject({ ...DENIED, code: 'approval_cancelled' });
    expect([r.announced, r.timers, r.recorded]).toEqual([[], [], []]);
  });

  const ENDS: Record<string, (r: Rig, controller: AbortController) => unknown> = {
    approved: (r) => r.approvals.answer('a1', 'approved', 'x'),
    denied: (r) => r.approvals.answer('a1', 'denied', 'x'),
    timeout: (r) => r.pass(OPEN_MS),
    cancelled: (_r, controller) => controller.abort(),
    'session ended': (r) => r.approvals.sessionEnded('s1', 's1'),
    locked: (r) => {
      r.approver = 'locked';
      r.approvals.approverChanged();
    },
    closed: (r) => r.approvals.close(),
  };

  it.each(Object.keys(ENDS))('ends once, whatever comes after it was %s', async (how) => {
    const r = rig();
    const controller = new AbortController();
    const answer = r.ask(aRequest({ x: 1 }, { about: 'answer' }), controller.signal);
    ENDS[how]?.(r, controller);
    const first = await answer;
    for (const [name, other] of Object.entries(ENDS)) {
      if (name === 'approved' || name === 'denied') {
        const unknown = expect.objectContaining({ code: 'E_APPROVAL_UNKNOWN', exitCode: 2 }) as Error;
        expect(() => other(r, controller)).toThrow(unknown);
      } else other(r, controller);
    }
    expect(await answer).toBe(first);
    expect(r.recorded).toHaveLength(1);
    expect(r.announced).toEqual(['+a1', '-a1']);
    expect(r.timers.some((timer) => timer.live)).toBe(false);
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

  it('is one of a hundred at most, and leaves room when it ends', async () => {
    const r = rig({ maxPerOwner: 1000 });
    const answers = Array.from({ length: 100 }, (_none, n) => r.ask(aRequest({ n })));
    expect(await r.ask()).toMatchObject({
      code: 'approval_unavailable',
      reason: '100 calls already wait for an answer.',
    });
    r.approvals.answer('a7', 'denied', 'x');
    expect((await answers[6])?.code).toBe('approval_denied');
    void r.ask();
    expect(r.approvals.list().at(-1)?.id).toBe('a101');
  });

  it('takes no more than its share from all the others', async () => {
    const r = rig({ maxPerOwner: 2 });
    void r.ask(aRequest({ n: 1 }));
    void r.ask(aRequest({ n: 2 }));
    expect(await r.ask(aRequest({ n: 3 }))).toMatchObject({ code: 'approval_unavailable' });
    void r.ask(aRequest({ n: 3 }, { owner: 's2', session: 's2' }));
    expect(r.approvals.list()).toHaveLength(3);
  });
});

describe('when an answer cannot be recorded', () => {
  it('a yes does not count, and the call goes on waiting', async () => {
    const r = rig();
    const answer = r.ask();
    r.recordFails = true;
    expect(() => r.approvals.answer('a1', 'approved', 'x')).toThrow('ENOSPC');
    expect(r.approvals.list()).toMatchObject([{ state: 'waiting' }]);
    expect(r.announced).toEqual(['+a1']);
    r.recordFails = false;
    r.approvals.answer('a1', 'denied', 'x');
    expect(await answer).toMatchObject({ code: 'approval_denied' });
  });

  it('a yes to a kept question does not count', async () => {
    const r = rig();
    const answer = r.ask();
    r.pass(WAIT_MS);
    await answer;
    r.recordFails = true;
    expect(() => r.approvals.answer('a1', 'approved', 'x')).toThrow('ENOSPC');
    expect(r.approvals.list()).toMatchObject([{ state: 'pending' }]);
  });

  it('a no counts all the same, and the failure is told', async () => {
    const r = rig();
    const answer = r.ask();
    r.recordFails = true;
    expect(() => r.approvals.answer('a1', 'denied', 'x')).toThrow('ENOSPC');
    expect(await answer).toMatchObject({ code: 'approval_denied' });
    expect(r.approvals.list()).toEqual([]);
  });

  it('a no to a kept question counts all the same', async () => {
    const r = rig();
    const first = r.ask();
    r.pass(WAIT_MS);
    await first;
    r.recordFails = true;
    expect(() => r.approvals.answer('a1', 'denied', 'x')).toThrow('ENOSPC');
    expect(await r.ask()).toMatchObject({ code: 'approval_denied' });
  });

  it('time-out, withdrawal, lock and end stay what they are', async () => {
    const r = rig();
    r.recordFails = true;
    const controller = new AbortController();
    const answers = [
      r.ask(aRequest(1, { about: 'answer' })),
      r.ask(aRequest(2), controller.signal),
      r.ask(aRequest(3)),
    ];
    r.pass(WAIT_MS);
    controller.abort();
    r.approvals.close();
    expect(await codes(answers)).toEqual(['approval_timeout', 'approval_pending', 'approval_pending']);
    expect(r.approvals.list()).toEqual([]);
  });
});

describe('the arguments', () => {
  it('are asked for once: what is recorded is what was seen', () => {
    const r = rig();
    let asked = 0;
    void r.ask(aRequest({}, { argumentsText: () => `{"n":${++asked}}` }));
    r.approvals.list();
    expect(r.approvals.answer('a1', 'approved', 'x').arguments).toBe('{"n":1}');
  });

  it('that cannot be shown are not asked about, and hurt no other call', async () => {
    const r = rig();
    const good = r.ask();
    const answer = await r.ask(
      aRequest(
        {},
        {
          argumentsText: () => {
            throw new Error('no');
          },
        },
      ),
    );
    expect(answer).toMatchObject({ ...DENIED, code: 'approval_unavailable' });
    expect(r.approvals.list().map((view) => view.id)).toEqual(['a1']);
    r.approvals.close();
    await good;
  });

  it('are shown with what differs from the call of that tool by that client that a person approved last', async () => {
    const r = rig();
    const bad = aRequest({ path: '/b', text: 'x' });
    const changes = (): unknown => r.approvals.list().at(-1)?.changes;
    const good = r.ask(aRequest({ path: '/a', text: 'x' }));
    r.approvals.answer('a1', 'approved', 'person');
    await good;
    // Asked and taken back, asked and refused: the same call does not look like one that somebody agreed to.
    const controller = new AbortController();
    const withdrawn = r.ask(bad, controller.signal);
    controller.abort();
    const refused = r.ask({ ...bad, owner: 's2', session: 's2' });
    r.approvals.answer('a3', 'denied', 'person');
    await Promise.all([withdrawn, refused]);
    void r.ask(bad);
    const different = [' {', '-  "path": "/a",', '+  "path": "/b",', '   "text": "x"', ' }'];
    expect(changes()).toEqual(different);
    r.approvals.answer('a4', 'approved', 'person');
    void r.ask({ ...bad, key: 'another' });
    expect(changes()).toEqual([]);
    for (const change of [{ tool: 'read' }, { client: 'zed' }, { connector: 'other' }, { about: 'answer' as const }]) {
      void r.ask(aRequest({ path: '/b', text: 'x' }, change));
      expect(changes()).toBeUndefined();
    }
  });
});

describe('who only looks on', () => {
  it('keeps no call from its answer by throwing, and none from its end', async () => {
    const r = rig({
      announce: () => {
        throw new Error('listener');
      },
    });
    const answers = [r.ask(aRequest(1)), r.ask(aRequest(2)), r.ask(aRequest(3))];
    r.approvals.answer('a1', 'approved', 'x');
    r.approvals.close();
    expect(await codes(answers)).toEqual(['approval_granted', 'approval_quit', 'approval_quit']);
  });
});

describe('what is broken around it', () => {
  it.each([
    [
      'an id that cannot be made',
      {
        newId: (): string => {
          throw new Error('x');
        },
      },
      'approval_unavailable',
    ],
    [
      'a timer that cannot be set',
      {
        schedule: (): never => {
          throw new Error('x');
        },
      },
      'approval_unavailable',
    ],
    [
      'a screen nobody knows the state of',
      {
        approver: {
          state: (): never => {
            throw new Error('x');
          },
        },
      },
      'approval_unavailable',
    ],
  ] as const)('%s is a refusal', async (_what, over, code) => {
    const r = rig(over);
    expect(await r.ask()).toMatchObject({ effect: 'deny', code });
    expect(r.approvals.list()).toEqual([]);
  });

  it('a timer that cannot be set for the one who waits is a refusal, and nothing can be approved for it', async () => {
    let timers = 0;
    const r = rig({
      schedule: () => {
        if (++timers === 2) throw new Error('x');
        return () => {};
      },
    });
    expect(await r.ask()).toMatchObject({ effect: 'deny', code: 'approval_unavailable' });
    expect(r.approvals.list()).toEqual([]);
  });

  it('an id that is given twice answers for one call only', async () => {
    const r = rig({ newId: () => 'same' });
    const first = r.ask(aRequest(1));
    expect(await r.ask(aRequest(2))).toMatchObject({ effect: 'deny', code: 'approval_unavailable' });
    r.approvals.answer('same', 'approved', 'x');
    expect(await first).toMatchObject({ effect: 'allow' });
  });

  it('the decision that asks is never given back as it came', async () => {
    const r = rig();
    const answer = r.ask(aRequest({}, { decision: { ...ASKED, effect: 'allow' } }));
    r.approvals.close();
    expect((await answer).effect).toBe('deny');
  });
});
