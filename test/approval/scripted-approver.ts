/**
 * A person who answers by a table or a function; for tests of whatever asks. Give `announce` to the approvals and then the
 * approvals to `attach`. It answers after whoever asked has gone on, as a person would.
 */
import type { ApprovalOptions, Approvals } from '../../main/approval/approvals.ts';
import type { ApprovalView, Condition } from '../../preload/contract/index.ts';

export type ScriptedAnswer =
  'approve' | 'deny' | 'wait' | { readonly approve: 'session' | 'hour'; readonly when?: Condition };

/** By the name of the tool, or `*`; what is not in it waits. */
export type AnswerTable = Readonly<Record<string, ScriptedAnswer>>;

export interface ScriptedApprover {
  readonly announce: ApprovalOptions['announce'];
  attach(approvals: Approvals): void;
  /** Each question once, as it was first shown. */
  readonly seen: readonly ApprovalView[];
  /** Resolves with the question when `count` were put to the person. */
  asked(count: number): Promise<ApprovalView>;
}

export function scriptedApprover(script: AnswerTable | ((approval: ApprovalView) => ScriptedAnswer)): ScriptedApprover {
  const answerTo =
    typeof script === 'function' ? script : ({ tool }: ApprovalView) => script[tool] ?? script['*'] ?? 'wait';
  const seen: ApprovalView[] = [];
  const waiters: { readonly count: number; readonly resolve: (approval: ApprovalView) => void }[] = [];
  let attached: Approvals | undefined;

  const give = (approval: ApprovalView): void => {
    const answer = answerTo(approval);
    if (answer === 'wait') return;
    if (attached === undefined) throw new Error('attach the approvals first');
    // It may have been withdrawn meanwhile; then nobody waits for the answer.
    if (!attached.list().some(({ id }) => id === approval.id)) return;
    if (answer === 'deny') attached.answer(approval.id, 'denied', 'script');
    else if (answer === 'approve') attached.answer(approval.id, 'approved', 'script');
    else {
      const { approve: scope, when } = answer;
      attached.answer(approval.id, 'approved', 'script', { scope, ...(when === undefined ? {} : { when }) });
    }
  };

  return {
    seen,
    attach: (approvals) => {
      attached = approvals;
    },
    announce: (event) => {
      if (event.type !== 'waiting' || seen.some(({ id }) => id === event.approval.id)) return;
      seen.push(event.approval);
      for (const { count, resolve } of waiters) if (count === seen.length) resolve(event.approval);
      queueMicrotask(() => give(event.approval));
    },
    asked: (count) =>
      new Promise((resolve) => {
        const already = seen[count - 1];
        if (already === undefined) waiters.push({ count, resolve });
        else resolve(already);
      }),
  };
}
