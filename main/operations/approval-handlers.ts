/** Answers to calls that wait, and the yeses that are remembered. A yes needs a terminal, a no is taken from anybody. */
import { CompanionError } from '../../preload/contract/index.ts';
import type { Approvals } from '../approval/approvals.ts';
import type { Handlers } from './dispatch.ts';

export interface ApprovalParts {
  readonly approvals: Pick<Approvals, 'list' | 'answer' | 'grants'>;
}

type ApprovalHandlers = Pick<
  Handlers,
  'approvals.list' | 'approvals.approve' | 'approvals.deny' | 'grants.list' | 'grants.revoke'
>;

export function approvalHandlers({ approvals }: ApprovalParts): ApprovalHandlers {
  return {
    'approvals.list': () => approvals.list(),
    'approvals.approve': ({ id, scope, when }, context) => {
      // -y answers what a script may answer; whether this very call is made is for a person who can see it.
      if (!context.tty) {
        throw new CompanionError(
          'E_TERMINAL_NEEDED',
          'A call can be approved only at a terminal.',
          'Run the same command in a terminal.',
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

    'grants.list': () => approvals.grants.list(),
    'grants.revoke': ({ id }, context) => {
      approvals.grants.revoke(id, context.by);
      return {};
    },
  };
}
