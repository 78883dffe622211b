/** Any order of calls, answers, time, locks and ends: each call has one end, and none goes through without its own yes. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ApprovalRequest } from '../../main/approval/request.ts';
import { aRequest, rig, START } from './rig.ts';

type Step =
  | { readonly do: 'ask'; readonly n: number; readonly owner: string; readonly about: 'call' | 'answer' }
  | { readonly do: 'approve' | 'deny'; readonly which: number }
  | { readonly do: 'abort'; readonly which: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'wall'; readonly ms: number }
  | { readonly do: 'approver'; readonly state: 'reachable' | 'locked' | 'absent' }
  | { readonly do: 'leave'; readonly owner: string }
  | { readonly do: 'disk'; readonly fails: boolean };

const owner = fc.constantFrom('s1', 's1', 's1', 's2');
const which = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      n: fc.constantFrom(0, 0, 1),
      owner,
      about: fc.constantFrom('call' as const, 'call' as const, 'call' as const, 'answer' as const),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('approve' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deny' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), which }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(10_000, 50_000, 50_000, 50_000, 290_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wall' as const),
      ms: fc.constantFrom(START - 1e9, START, START, START + 400_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('approver' as const),
      state: fc.constantFrom('reachable' as const, 'reachable' as const, 'locked' as const, 'absent' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), owner }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disk' as const), fails: fc.constantFrom(true, false, false) }) },
);

it('holds', async () => {
  let [allowed, redeemed] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      /** What was said yes to, and recorded; each counts once. */
      const yeses: string[] = [];
      const asked = new Map<string, string>();
      const name = ({ about, owner: of, key }: ApprovalRequest): string => `${about} ${of} ${key}`;
      let lastAsked = '';
      const r = rig({
        maxWaiting: 8,
        maxPerOwner: 6,
        record: (approval, answer) => {
          if (r.recordFails) throw new Error('ENOSPC');
          if (answer === 'approved') yeses.push(asked.get(approval.id) ?? 'unknown');
        },
        announce: (event) => {
          if (event.type === 'waiting' && !asked.has(event.approval.id)) asked.set(event.approval.id, lastAsked);
        },
      });
      const calls: { readonly controller: AbortController; ends: number }[] = [];
      const all: Promise<void>[] = [];
      const tried = (act: () => unknown): void => {
        try {
          act();
        } catch {
          // It waits no longer, or could not be recorded.
        }
      };
      for (const one of steps) {
        const id = 'which' in one ? r.approvals.list()[one.which]?.id : undefined;
        if (one.do === 'ask') {
          const request = aRequest({ n: one.n }, { owner: one.owner, session: one.owner, about: one.about });
          const call = { controller: new AbortController(), ends: 0 };
          calls.push(call);
          lastAsked = name(request);
          const before = asked.size;
          const answer = r.ask(request, call.controller.signal);
          const isOpenAlready = asked.size === before;
          all.push(
            answer.then((decision) => {
              call.ends += 1;
              expect(decision.decidedBy).toBe('approval');
              if (decision.effect === 'deny') return;
              allowed += 1;
              if (isOpenAlready) redeemed += 1;
              const at = yeses.indexOf(name(request));
              expect(at).toBeGreaterThanOrEqual(0);
              yeses.splice(at, 1);
            }),
          );
        } else if (one.do === 'approve' && id !== undefined) tried(() => r.approvals.answer(id, 'approved', 'x'));
        else if (one.do === 'deny' && id !== undefined) tried(() => r.approvals.answer(id, 'denied', 'x'));
        else if (one.do === 'abort') calls[one.which]?.controller.abort();
        else if (one.do === 'pass') r.pass(one.ms);
        else if (one.do === 'wall') r.setWall(one.ms);
        else if (one.do === 'leave') r.approvals.sessionEnded(one.owner, one.owner);
        else if (one.do === 'disk') r.recordFails = one.fails;
        else if (one.do === 'approver') {
          r.approver = one.state;
          r.approvals.approverChanged();
        }
        await Promise.resolve();
      }
      r.approvals.close();
      await Promise.all(all);
      expect(calls.every((call) => call.ends === 1)).toBe(true);
      expect(r.approvals.list()).toEqual([]);
      expect(r.timers.some((timer) => timer.live)).toBe(false);
    }),
    { seed: 11, numRuns: 1000 },
  );
  // The orders that matter did come up.
  expect(allowed).toBeGreaterThan(100);
  expect(redeemed).toBeGreaterThan(20);
});
