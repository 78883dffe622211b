import type { ApprovalView, GrantScope } from '../../preload/contract/approval.ts';
import type { HeldQuestion } from '../../preload/contract/held.ts';

/** One thing that waits for the person's answer, as the approval window shows it. */
export interface Waiting {
  /** Its kind and id; an answer goes there. */
  readonly key: string;
  readonly kind: 'question' | 'call';
  readonly id: string;
  readonly hash: string;
  readonly title: string;
  /** Why somebody is asked, in a sentence; empty where the title says it. */
  readonly reason: string;
  readonly from: string;
  /** Whose call it is; undefined for a question. */
  readonly client: string | undefined;
  /** The whole of it. */
  readonly detail: string;
  /** What differs from the last one alike; empty where there was none. */
  readonly changes: readonly string[];
  readonly expiresAt: string;
  /** How long a yes may count; the first is chosen at the beginning. */
  readonly scopes: readonly GrantScope[];
}

function ofQuestion(question: HeldQuestion): Waiting {
  const { id, hash, title, detail, from, expiresAt } = question;
  return {
    key: `question:${id}`,
    kind: 'question',
    id,
    hash,
    title,
    reason: '',
    from,
    client: undefined,
    detail,
    changes: [],
    expiresAt,
    scopes: ['once'],
  };
}

function ofCall(approval: ApprovalView): Waiting {
  const { id, hash, client, connector, tool, about, reason, changes = [], expiresAt } = approval;
  return {
    key: `call:${id}`,
    kind: 'call',
    id,
    hash,
    title: about === 'call' ? `${client} wants to call ${tool}` : `${client} is to get an answer of ${tool}`,
    reason,
    from: connector,
    client,
    detail: approval.arguments,
    changes,
    expiresAt,
    // A yes to an answer that was found wanting says nothing of the next one.
    scopes: about === 'call' ? ['once', 'session', 'hour'] : ['once'],
  };
}

/** Everything that waits, what began first in front. Calls that were approved and not made again yet wait no more. */
export function waitingOf(held: readonly HeldQuestion[], approvals: readonly ApprovalView[]): Waiting[] {
  const questions = held.map((question) => ({ at: question.createdAt, waiting: ofQuestion(question) }));
  const calls = approvals
    .filter(({ state }) => state !== 'approved')
    .map((approval) => ({ at: approval.createdAt, waiting: ofCall(approval) }));
  return [...questions, ...calls].sort((a, b) => a.at.localeCompare(b.at)).map(({ waiting }) => waiting);
}
