/**
 * Calls that wait for a person. Owns the waiting and its end; decides nothing else. Each call waits on its own, is
 * answered once, and ends as one of four told-apart reasons: a person's no, time-out, cancelled, nobody to ask.
 */
import { CompanionError, type ApprovalView, type Decision, type DecisionCode } from '../../preload/contract/index.ts';

export interface ApprovalRequest {
  readonly connector: string;
  readonly tool: string;
  readonly client: string;
  /** Whole arguments as text that is safe to show. Built only when somebody looks. */
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
  /** Throws `E_APPROVAL_UNKNOWN` when nothing waits under this id (any more). */
  answer(id: string, answer: 'approved' | 'denied', by: string): ApprovalView;
  /** Ends all that wait as cancelled. */
  close(): void;
}

interface Waiting {
  readonly request: ApprovalRequest;
  readonly view: () => ApprovalView;
  readonly settle: (effect: 'allow' | 'deny', code: DecisionCode, reason: string) => void;
}

export function createApprovals(options: ApprovalOptions): Approvals {
  const waiting = new Map<string, Waiting>();

  const finish = (id: string): Waiting | undefined => {
    const entry = waiting.get(id);
    if (entry !== undefined) {
      waiting.delete(id);
      options.announce({ type: 'ended', id });
    }
    return entry;
  };

  const end = (id: string, answer: 'timeout' | 'cancelled'): void => {
    const entry = finish(id);
    if (entry === undefined) return;
    // The call is refused in any case; a record that cannot be written must not turn that into anything else.
    try {
      options.record(entry.view(), answer, 'nobody');
    } catch {
      // The intent record of the refused call fails in the same way and says so.
    }
    if (answer === 'timeout') {
      entry.settle('deny', 'approval_timeout', `Nobody answered within ${Math.round(options.waitMs / 1000)} seconds.`);
    } else entry.settle('deny', 'approval_cancelled', 'The request ended before anyone answered it.');
  };

  return {
    ask: (request, signal) =>
      new Promise<Decision>((resolve) => {
        const settle = (effect: 'allow' | 'deny', code: DecisionCode, reason: string): void => {
          const { ruleId } = request.decision;
          resolve({ effect, decidedBy: 'approval', code, reason, ...(ruleId === undefined ? {} : { ruleId }) });
        };
        if (signal.aborted) {
          settle('deny', 'approval_cancelled', 'The request ended before anyone could be asked.');
          return;
        }
        if (waiting.size >= options.maxWaiting) {
          settle('deny', 'approval_unavailable', `${waiting.size} calls already wait for an answer.`);
          return;
        }
        const id = options.newId();
        const createdAt = options.clock();
        const view = (): ApprovalView => ({
          id,
          connector: request.connector,
          tool: request.tool,
          client: request.client,
          arguments: request.argumentsText(),
          reason: request.decision.reason,
          ...(request.decision.ruleId === undefined ? {} : { ruleId: request.decision.ruleId }),
          createdAt: createdAt.toISOString(),
          expiresAt: new Date(createdAt.getTime() + options.waitMs).toISOString(),
        });
        const unschedule = options.schedule(options.waitMs, () => end(id, 'timeout'));
        const withdraw = (): void => end(id, 'cancelled');
        signal.addEventListener('abort', withdraw, { once: true });
        waiting.set(id, {
          request,
          view,
          settle: (effect, code, reason) => {
            unschedule();
            signal.removeEventListener('abort', withdraw);
            settle(effect, code, reason);
          },
        });
        options.announce({ type: 'waiting', approval: view() });
      }),

    list: () => [...waiting.values()].map((entry) => entry.view()),

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
      const view = entry.view();
      // Recorded before it counts: an approval without a record would be a way round the audit.
      options.record(view, answer, by);
      finish(id);
      if (answer === 'approved') entry.settle('allow', 'approval_granted', `Approved by a person (${by}).`);
      else entry.settle('deny', 'approval_denied', `Denied by a person (${by}).`);
      return view;
    },

    close: () => {
      for (const id of waiting.keys()) end(id, 'cancelled');
    },
  };
}
