/** Approvals with every clock, timer and record in the test's hand. */
import { approvalKey } from '../../main/approval/approval-key.ts';
import { createApprovals, type ApprovalOptions, type Approvals } from '../../main/approval/approvals.ts';
import type { ApprovalRequest } from '../../main/approval/request.ts';
import type { Decision } from '../../preload/contract/index.ts';

export const START = Date.parse('2026-11-21T00:00:00.000Z');
export const WAIT_MS = 50_000;
export const OPEN_MS = 300_000;
export const HOUR_MS = 3_600_000;

export const ASKED: Decision = {
  effect: 'ask',
  decidedBy: 'local',
  code: 'rule_ask',
  reason: 'Rule r asks.',
  ruleId: 'r',
};

const parts = { definition: 'd1', policyVersion: 'p1' };

/** A call with these arguments; `change` makes it another one. The key is what the relay would give. */
export function aRequest(
  args: unknown = { a: 1 },
  change: Partial<ApprovalRequest> & { definition?: string; policyVersion?: string } = {},
): ApprovalRequest {
  const { definition = parts.definition, policyVersion = parts.policyVersion, ...over } = change;
  const who = { client: over.client ?? 'cursor', connector: over.connector ?? 'files', tool: over.tool ?? 'write' };
  return {
    about: 'call',
    ...who,
    owner: 's1',
    session: 's1',
    key: approvalKey({ ...who, definition, policyVersion, canonical: JSON.stringify(args) }),
    arguments: args,
    argumentsText: () => JSON.stringify(args, undefined, 2),
    decision: ASKED,
    ...over,
  };
}

interface Timer {
  readonly ms: number;
  readonly due: number;
  readonly fire: () => void;
  live: boolean;
}

export interface Rig {
  readonly approvals: Approvals;
  /** `id answer by` and, of grants, `+id by` and `-id by`. */
  readonly recorded: string[];
  readonly details: unknown[];
  readonly announced: string[];
  readonly timers: Timer[];
  recordFails: boolean;
  approver: 'reachable' | 'locked' | 'absent';
  ask(request?: ApprovalRequest, signal?: AbortSignal): Promise<Decision>;
  /** Both clocks go on, and every timer that is due fires. */
  pass(ms: number): void;
  /** The wall clock alone is set; no timer fires. */
  setWall(ms: number): void;
  /** The monotonic clock alone goes on; no timer fires. */
  setMonotonic(ms: number): void;
}

export function rig(over: Partial<ApprovalOptions> = {}): Rig {
  let [wall, monotonic, ids] = [START, 1000, 0];
  const recorded: string[] = [];
  const details: unknown[] = [];
  const announced: string[] = [];
  const timers: Timer[] = [];
  const state = { recordFails: false, approver: 'reachable' as Rig['approver'] };
  const refuse = (): void => {
    if (state.recordFails) throw new Error('ENOSPC');
  };
  const approvals = createApprovals({
    clock: () => new Date(wall),
    now: () => monotonic,
    newId: () => `a${++ids}`,
    schedule: (ms, fire) => {
      const timer: Timer = { ms, due: monotonic + ms, fire, live: true };
      timers.push(timer);
      return () => {
        timer.live = false;
      };
    },
    waitMs: WAIT_MS,
    openMs: OPEN_MS,
    maxWaiting: 100,
    maxPerOwner: 50,
    maxGrants: 3,
    fits: (when, args) => 'eq' in when && JSON.stringify(args) === when.eq,
    approver: { state: () => state.approver },
    record: (approval, answer, by, detail) => {
      refuse();
      recorded.push(`${approval.id} ${answer} ${by}`);
      details.push(detail);
    },
    recordGrant: (event, grant, by) => {
      refuse();
      recorded.push(`${event === 'grant_given' ? '+' : '-'}${grant.id} ${by}`);
    },
    announce: (event) =>
      announced.push(
        event.type === 'ended'
          ? `-${event.id}`
          : `+${event.approval.id}${event.approval.state === 'waiting' ? '' : ` ${event.approval.state}`}`,
      ),
    ...over,
  });
  return Object.assign(state, {
    approvals,
    recorded,
    details,
    announced,
    timers,
    ask: (request = aRequest(), signal = new AbortController().signal) => approvals.ask(request, signal),
    pass: (ms: number) => {
      monotonic += ms;
      wall += ms;
      for (let next = dueNow(); next !== undefined; next = dueNow()) {
        next.live = false;
        next.fire();
      }
    },
    setWall: (ms: number) => {
      wall = ms;
    },
    setMonotonic: (ms: number) => {
      monotonic = ms;
    },
  });

  function dueNow(): Timer | undefined {
    return timers.filter((timer) => timer.live && timer.due <= monotonic).toSorted((a, b) => a.due - b.due)[0];
  }
}
