/** What the waiting needs from outside, and what it offers. */
import type { ApprovalView, Condition, Decision, GrantScope, PauseView } from '../../preload/contract/index.ts';
import type { GrantOptions, Grants } from './grants.ts';
import type { AnsweredDetail, ApprovalEnd } from './question-end.ts';
import type { Pauses } from './pauses.ts';
import type { ApprovalRequest } from './request.ts';

/** Whether a person can be asked at all: `locked` by the screen, `absent` where nothing is open to ask in. */
export type ApproverState = 'reachable' | 'locked' | 'absent';

export interface ApprovalOptions extends GrantOptions {
  /** How long a client is kept waiting. */
  readonly waitMs: number;
  /** How long a question about a call stays open, from its beginning. */
  readonly openMs: number;
  /** Questions at once, those that are kept for a later call among them. */
  readonly maxWaiting: number;
  /** The same of one session or binding, so that none can take the room of all. */
  readonly maxPerOwner: number;
  readonly approver: { readonly state: () => ApproverState };
  /** Throws when the answer cannot be recorded: then a yes does not count. */
  readonly record: (approval: ApprovalView, answer: ApprovalEnd, by: string, detail: AnsweredDetail) => void;
  /** `waiting` comes again with each change of its state. What it throws changes no answer. */
  readonly announce: (
    event:
      { readonly type: 'waiting'; readonly approval: ApprovalView } | { readonly type: 'ended'; readonly id: string },
  ) => void;
}

export interface Approvals {
  /** Resolves with the decision that counts; never rejects. Aborting `signal` withdraws the question. */
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<Decision>;
  /** What waits, and what was approved and is not redeemed yet. */
  list(): ApprovalView[];
  /**
   * Throws `E_APPROVAL_UNKNOWN` when nothing waits under this id (any more), and what `record` throws: then a yes does not
   * count, a no does. A no takes back a yes that is not redeemed. `remember`: a yes for like calls too.
   */
  answer(id: string, answer: 'approved' | 'denied', by: string, remember?: Remember): ApprovalView;
  readonly grants: Pick<Grants, 'list' | 'revoke'>;
  readonly pauses: Pick<Pauses, 'list'>;
  /** Denies what waits of this client and what it would ask, for `ms`. @returns what counts now. Throws `E_TOO_MANY`. */
  pause(client: string, ms: number, by: string): PauseView;
  /** Throws `E_PAUSE_UNKNOWN` where nothing is paused. */
  resume(client: string): void;
  /** What a session owned alone ends with it; what a binding owns can still be redeemed by its next session. */
  sessionEnded(owner: string, session: string): void;
  /** `approver.state()` gives another answer now. */
  approverChanged(): void;
  /** Ends all that wait and all grants; nobody can be asked after it. */
  close(): void;
}

export interface Remember {
  readonly scope: GrantScope;
  readonly when?: Condition;
}
