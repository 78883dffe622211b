/** One call that waits for a person, or whose answer waits for it to come again. */
import { createHash } from 'node:crypto';
import type { ApprovalView, Decision } from '../../preload/contract/index.ts';
import type { Deadline } from './deadline.ts';
import { kindOf } from './question-kind.ts';
import type { ApprovalRequest } from './request.ts';

/** Without the text: it is asked for once, and keeps the whole message alive. */
export type Asked = Omit<ApprovalRequest, 'argumentsText'>;

export interface Question {
  /** Of the call that came last. */
  asked: Asked;
  readonly shown: Omit<ApprovalView, 'state'>;
  readonly deadline: Deadline;
  readonly openMs: number;
  /** Gives the client that waits its decision; undefined while none does. */
  tellClient: ((decision: Decision) => void) | undefined;
  /** Of a person, for the next call that is the same. */
  kept: { readonly answer: 'approved' | 'denied'; readonly by: string } | undefined;
  unschedule: () => void;
}

export function askedOf(request: ApprovalRequest): Asked {
  const { about, connector, tool, client, owner, session, key, arguments: args, decision } = request;
  return { about, connector, tool, client, owner, session, key, arguments: args, decision };
}

/** 64 hex digits: of all that a person is shown of the call, but how far it is. */
export function shownHash(shown: Omit<ApprovalView, 'state' | 'hash'>): string {
  return createHash('sha256')
    .update(`runlayer-shown-v1\n${JSON.stringify(shown)}`)
    .digest('hex');
}

export function viewOf({ shown, kept, tellClient }: Question): ApprovalView {
  const state = kept?.answer === 'approved' ? 'approved' : tellClient === undefined ? 'pending' : 'waiting';
  return { ...shown, state };
}

/** Whether an answer to the one is an answer to the other. The key says nearly all; the rest is looked at once more. */
export function isSame(one: Asked, other: Asked): boolean {
  return (
    one.about === 'call' &&
    other.about === 'call' &&
    one.key !== '' &&
    one.key === other.key &&
    one.owner === other.owner &&
    one.client === other.client &&
    one.connector === other.connector &&
    one.tool === other.tool &&
    kindOf(one.decision) === kindOf(other.decision)
  );
}
