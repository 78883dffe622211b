/** How a question ends, in the words of the record and of the decision. */
import type { ApprovalView, Decision, DecisionCode, GrantScope } from '../../preload/contract/index.ts';

/** Why nobody's answer came. */
export type Unanswered = 'timeout' | 'cancelled' | 'locked' | 'absent' | 'quit';

/**
 * `unused`: a person said yes and the client did not call again in time. `granted`: the same call was let through by a grant
 * while its question was open.
 */
export type ApprovalEnd = 'approved' | 'denied' | 'unused' | 'granted' | Unanswered;

export interface AnsweredDetail {
  /** First 16 hex digits of what the answer is bound to. */
  readonly key: string;
  /** With a yes: how long it counts. */
  readonly scope?: GrantScope;
}

export type Asking = Pick<Decision, 'ruleId'>;

function decision(effect: 'allow' | 'deny', code: DecisionCode, reason: string, { ruleId }: Asking): Decision {
  return { effect, decidedBy: 'approval', code, reason, ...(ruleId === undefined ? {} : { ruleId }) };
}

export function refused(code: DecisionCode, reason: string, asking: Asking): Decision {
  return decision('deny', code, reason, asking);
}

export function answered(answer: 'approved' | 'denied', by: string, asking: Asking): Decision {
  return answer === 'approved'
    ? decision('allow', 'approval_granted', `Approved by a person (${by}).`, asking)
    : decision('deny', 'approval_denied', `Denied by a person (${by}).`, asking);
}

export function paused(endsAt: string, asking: Asking): Decision {
  return decision('deny', 'approval_denied', `A person paused the questions of this client until ${endsAt}.`, asking);
}

export function granted(grantId: string, asking: Asking): Decision {
  return decision('allow', 'grant_allow', `A person said yes to calls like it (grant ${grantId}).`, asking);
}

export function pending(approvalId: string, waitMs: number, asking: Asking): Decision {
  const reason = `Nobody answered within ${seconds(waitMs)}; the question stays open.`;
  return { ...decision('deny', 'approval_pending', reason, asking), approvalId };
}

/** `openMs`: how long the question was open. */
export function unanswered(why: Unanswered, openMs: number, asking: Asking): Decision {
  switch (why) {
    case 'timeout':
      return refused('approval_timeout', `Nobody answered within ${seconds(openMs)}.`, asking);
    case 'cancelled':
      return refused('approval_cancelled', 'The request ended before anyone answered it.', asking);
    case 'locked':
      return refused('approval_locked', 'The screen is locked, so nobody can be asked.', asking);
    case 'absent':
      return refused('approval_unavailable', 'Nothing is open in which a person could be asked.', asking);
    case 'quit':
      return refused('approval_quit', 'The companion is stopping.', asking);
  }
}

/** What stands in the record of an answer; small and flat. */
export function answeredDetail(
  approval: ApprovalView,
  answer: ApprovalEnd,
  by: string,
  { key, scope }: AnsweredDetail,
): Record<string, string> {
  const { id, tool, client, about } = approval;
  return { approval: id, tool, client, about, answer, by, key, ...(scope === undefined ? {} : { scope }) };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} seconds`;
}
