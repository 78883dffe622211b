/** Answers to calls that wait, and the yeses that are remembered. A yes needs a terminal or our own window, a no is taken from anybody. */
import { CompanionError, type ApprovalView } from '../../preload/contract/index.ts';
import type { Approvals } from '../approval/approvals.ts';
import type { Handlers } from './dispatch.ts';

export interface ApprovalParts {
  readonly approvals: Pick<Approvals, 'list' | 'answer' | 'grants' | 'pause' | 'resume' | 'pauses'>;
}

type ApprovalHandlers = Pick<
  Handlers,
  | 'approvals.list'
  | 'approvals.approve'
  | 'approvals.deny'
  | 'approvals.pause'
  | 'approvals.resume'
  | 'approvals.paused'
  | 'grants.list'
  | 'grants.revoke'
>;

/** The window may say yes only to what it was shown of a call that waits. */
function shownInWindow(waiting: readonly ApprovalView[], id: string, hash: string | undefined): void {
  if (hash !== undefined && waiting.some((approval) => approval.id === id && approval.hash === hash)) return;
  throw new CompanionError(
    'E_APPROVAL_UNKNOWN',
    'This call does not wait (any more), or it is not the one that was shown.',
    'Look at what waits now, and answer that.',
    { exitCode: 2 },
  );
}

export function approvalHandlers({ approvals }: ApprovalParts): ApprovalHandlers {
  return {
    'approvals.list': () => approvals.list(),
    'approvals.approve': ({ id, scope, when, hash }, context) => {
      if (context.caller === 'window') shownInWindow(approvals.list(), id, hash);
      // -y answers what a script may answer; whether this very call is made is for a person who can see it.
      else if (!context.tty) {
        throw new CompanionError(
          'E_TERMINAL_NEEDED',
          'A call can be approved only at a terminal or in the approval window.',
          'Run the same command in a terminal, or answer in the approval window.',
          { exitCode: 2 },
        );
      }
      approvals.answer(id, 'approved', context.by, { scope, ...(when === undefined ? {} : { when }) });
      return {};
    },
    'approvals.deny': ({ id }, context) => {
      approvals.answer(id, 'denied', context.by);
      return {};
    },

    'approvals.pause': ({ client, minutes }, context) => approvals.pause(client, minutes * 60_000, context.by),
    'approvals.resume': ({ client }) => {
      approvals.resume(client);
      return {};
    },
    'approvals.paused': () => approvals.pauses.list(),

    'grants.list': () => approvals.grants.list(),
    'grants.revoke': ({ id }, context) => {
      approvals.grants.revoke(id, context.by);
      return {};
    },
  };
}
