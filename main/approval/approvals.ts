/**
 * Calls that wait for a person. Owns the waiting and its end; decides nothing else. Each call waits on its own, is
 * answered once, and ends as one of four told-apart reasons: a person's no, time-out, cancelled, nobody to ask.
 */
import { CompanionError, type ApprovalView, type Decision, type DecisionCode } from '../../preload/contract/index.ts';

export interface ApprovalRequest {
  readonly connector: string;
  readonly tool: string;
  readonly client: string;
  /** Whole arguments as text that is safe to show; asked for once, so that what is recorded is what was seen. */
  readonly argumentsText: () => string;
  readonly decision: Decision;
}

export interface ApprovalOptions {
  readonly clock: () => Date;
  readonly newId: () => string;
  /** Runs `then` after `ms`; the returned function takes it back. */
  readonly schedule: (ms: number, then: () => void) => () => void;
  readonly waitMs: number;
  readonly maxWaiting: number;
  /** Throws when the answer cannot be recorded: then it does not count. */
  readonly record: (
    approval: ApprovalView,
    answer: 'approved' | 'denied' | 'timeout' | 'cancelled',
    by: string,
  ) => void;
  readonly announce: (
    event:
      { readonly type: 'waiting'; readonly approval: ApprovalView } | { readonly type: 'ended'; readonly id: string },
  ) => void;
}

export interface Approvals {
  /** Resolves with the decision that counts; never rejects. Aborting `signal` withdraws the request. */
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<Decision>;
  list(): ApprovalView[];
  /**
   * Throws `E_APPROVAL_UNKNOWN` when nothing waits under this id (any more), and what `record` throws: then a yes does not
   * count, a no does.
   */
  answer(id: string, answer: 'approved' | 'denied', by: string): ApprovalView;
  /** Ends all that wait as cancelled; nobody can be asked after it. */
  close(): void;
}

interface Waiting {
  readonly view: ApprovalView;
  readonly settle: (effect: 'allow' | 'deny', code: DecisionCode, reason: string) => void;
}

export function createApprovals(options: ApprovalOptions): Approvals {
  const waiting = new Map<string, Waiting>();

  let closed = false;

  /** Takes the call out, so that it can end once only, and says so after it has its answer. */
  const settle = (id: string, effect: 'allow' | 'deny', code: DecisionCode, reason: string): void => {
    const entry = waiting.get(id);
    if (entry === undefined) return;
    waiting.delete(id);
    entry.settle(effect, code, reason);
    options.announce({ type: 'ended', id });
  };

  const end = (id: string, answer: 'timeout' | 'cancelled'): void => {
    const entry = waiting.get(id);
    if (entry === undefined) return;
    // The call is refused in any case; a record that cannot be written must not turn that into anything else.
    try {
      options.record(entry.view, answer, 'nobody');
    } catch {
      // The intent record of the refused call fails in the same way and says so.
    }
    if (answer === 'timeout') {
      settle(id, 'deny', 'approval_timeout', `Nobody answered within ${Math.round(options.waitMs / 1000)} seconds.`);
    } else settle(id, 'deny', 'approval_cancelled', 'The request ended before anyone answered it.');
  };

  return {
    ask: (request, signal) =>
      new Promise<Decision>((resolve) => {
        const { ruleId } = request.decision;
        const refuse = (code: DecisionCode, reason: string): void =>
          resolve({ effect: 'deny', decidedBy: 'approval', code, reason, ...(ruleId === undefined ? {} : { ruleId }) });
        if (signal.aborted) {
          refuse('approval_cancelled', 'The request ended before anyone could be asked.');
          return;
        }
        if (closed || waiting.size >= options.maxWaiting) {
          refuse(
            'approval_unavailable',
            closed ? 'The companion is stopping.' : `${waiting.size} calls already wait for an answer.`,
          );
          return;
        }
        const id = options.newId();
        const createdAt = options.clock();
        let view: ApprovalView;
        try {
          view = {
            id,
            connector: request.connector,
            tool: request.tool,
            client: request.client,
            arguments: request.argumentsText(),
            reason: request.decision.reason,
            ...(ruleId === undefined ? {} : { ruleId }),
            createdAt: createdAt.toISOString(),
            expiresAt: new Date(createdAt.getTime() + options.waitMs).toISOString(),
          };
        } catch {
          // Nobody may be asked to agree to what cannot be shown.
          refuse('approval_unavailable', 'The arguments cannot be shown.');
          return;
        }
        const unschedule = options.schedule(options.waitMs, () => end(id, 'timeout'));
        const withdraw = (): void => end(id, 'cancelled');
        signal.addEventListener('abort', withdraw, { once: true });
        waiting.set(id, {
          view,
          settle: (effect, code, reason) => {
            unschedule();
            signal.removeEventListener('abort', withdraw);
            resolve({ effect, decidedBy: 'approval', code, reason, ...(ruleId === undefined ? {} : { ruleId }) });
          },
        });
        options.announce({ type: 'waiting', approval: view });
      }),

    list: () => [...waiting.values()].map((entry) => entry.view),

    answer: (id, answer, by) => {
      const entry = waiting.get(id);
      if (entry === undefined) {
        throw new CompanionError(
          'E_APPROVAL_UNKNOWN',
          `No call waits under "${id}".`,
          'It may have timed out or been answered. See what waits with "runlayer approvals list".',
          { exitCode: 2 },
        );
      }
      const { view } = entry;
      if (answer === 'denied') {
        settle(id, 'deny', 'approval_denied', `Denied by a person (${by}).`);
        options.record(view, answer, by);
      } else {
        // Recorded before it counts: an approval without a record would be a way round the audit.
        options.record(view, answer, by);
        settle(id, 'allow', 'approval_granted', `Approved by a person (${by}).`);
      }
      return view;
    },

    close: () => {
      closed = true;
      for (const id of waiting.keys()) end(id, 'cancelled');
    },
  };
}
