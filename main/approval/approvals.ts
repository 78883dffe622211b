/**
 * Calls that wait for a person. Owns the waiting, what is kept for a call that comes again, and its end; decides nothing
 * else. Each call is a question of its own, is answered once and redeemed once, and ends for one of the reasons that
 * question-end.ts tells apart. Never an allow unless a person's yes was recorded before.
 */
import { CompanionError, type Decision, type GrantScope } from '../../preload/contract/index.ts';
import type { ApprovalOptions, Approvals, ApproverState, Remember } from './approval-options.ts';
import { deadlineAfter } from './deadline.ts';
import { createGrants } from './grants.ts';
import { createLastApproved } from './last-approved.ts';
import { createPauses } from './pauses.ts';
import {
  answered,
  granted,
  paused,
  pending,
  refused,
  unanswered,
  type ApprovalEnd,
  type Unanswered,
} from './question-end.ts';
import { askedOf, isSame, shownHash, viewOf, type Question } from './question.ts';
import { wantedGrant } from './remember.ts';
import type { ApprovalRequest } from './request.ts';

export type { ApprovalOptions, Approvals } from './approval-options.ts';
export type { ApprovalRequest } from './request.ts';

export function createApprovals(options: ApprovalOptions): Approvals {
  const { waitMs, openMs } = options;
  const open = new Map<string, Question>();
  const lastApproved = createLastApproved();
  const grants = createGrants(options);
  const pauses = createPauses(options);
  let closed = false;

  const announce: ApprovalOptions['announce'] = (event) => {
    try {
      options.announce(event);
    } catch {
      // Whoever only looks on keeps no call from its answer, and no other one from its end.
    }
  };
  const announceWaiting = (question: Question): void => announce({ type: 'waiting', approval: viewOf(question) });
  const record = (question: Question, answer: ApprovalEnd, by: string, scope?: GrantScope): void => {
    const key = question.asked.key.slice(0, 16);
    options.record(viewOf(question), answer, by, { key, ...(scope === undefined ? {} : { scope }) });
  };
  /** For what refuses the call in any case: a record that cannot be written must not turn that into anything else. */
  const tryRecord = (question: Question, answer: ApprovalEnd): void => {
    try {
      record(question, answer, 'nobody');
    } catch {
      // The intent record of the refused call fails in the same way and says so.
    }
  };
  /** Takes it out, so that it can end once only, and says so after the client has its decision. */
  const finish = (question: Question, decision?: Decision): void => {
    const { id } = question.shown;
    if (open.get(id) !== question) return;
    open.delete(id);
    question.unschedule();
    if (decision !== undefined) question.tellClient?.(decision);
    announce({ type: 'ended', id });
  };
  const end = (question: Question, why: Unanswered): void => {
    if (!open.has(question.shown.id)) return;
    if (question.kept === undefined) tryRecord(question, why);
    else if (question.kept.answer === 'approved') tryRecord(question, 'unused');
    finish(question, unanswered(why, question.openMs, question.asked.decision));
  };
  /** A timer may sleep with the machine; what is over is over at the next look. */
  const live = (): Question[] => {
    for (const question of open.values()) if (question.deadline.isOver()) end(question, 'timeout');
    return [...open.values()];
  };

  /** The question has a client that waits for it, for `waitMs` or until it ends. */
  const wait = (question: Question, signal: AbortSignal): Promise<Decision> =>
    new Promise((resolve) => {
      const withdraw = (): void => end(question, 'cancelled');
      let unschedule = (): void => {};
      question.tellClient = (decision) => {
        question.tellClient = undefined;
        unschedule();
        signal.removeEventListener('abort', withdraw);
        resolve(decision);
      };
      signal.addEventListener('abort', withdraw, { once: true });
      // What is about an answer ends then, and is never pending.
      if (question.asked.about === 'call') {
        const turn = (): void => {
          if (question.deadline.isOver()) {
            end(question, 'timeout');
            return;
          }
          question.tellClient?.(pending(question.shown.id, waitMs, question.asked.decision));
          announceWaiting(question);
        };
        try {
          unschedule = options.schedule(waitMs, turn);
        } catch {
          finish(question, refused('approval_unavailable', 'The question could not be put.', question.asked.decision));
          return;
        }
      }
      announceWaiting(question);
    });

  const begin = (request: ApprovalRequest, signal: AbortSignal): Promise<Decision> | Decision => {
    const { about, connector, tool, client, decision } = request;
    let text: string;
    try {
      text = request.argumentsText();
    } catch {
      // Nobody may be asked to agree to what cannot be shown.
      return refused('approval_unavailable', 'The arguments cannot be shown.', decision);
    }
    const id = options.newId();
    if (open.has(id)) throw new Error('an id was given twice');
    const ms = about === 'answer' ? waitMs : openMs;
    const createdAt = options.clock().toISOString();
    const deadline = deadlineAfter(ms, options);
    const changes = lastApproved.changes(request, text);
    const shown = {
      id,
      connector,
      tool,
      client,
      about,
      arguments: text,
      reason: decision.reason,
      ...(decision.ruleId === undefined ? {} : { ruleId: decision.ruleId }),
      ...(changes === undefined ? {} : { changes }),
      createdAt,
      expiresAt: deadline.at.toISOString(),
    };
    const question: Question = {
      asked: askedOf(request),
      shown: { ...shown, hash: shownHash(shown) },
      deadline,
      openMs: ms,
      tellClient: undefined,
      kept: undefined,
      unschedule: () => {},
    };
    question.unschedule = options.schedule(ms, () => end(question, 'timeout'));
    open.set(id, question);
    return wait(question, signal);
  };

  const approverState = (): ApproverState => {
    try {
      return options.approver.state();
    } catch {
      return 'absent';
    }
  };

  const decide = (request: ApprovalRequest, signal: AbortSignal): Promise<Decision> | Decision => {
    const { decision, owner } = request;
    if (closed) return unanswered('quit', 0, decision);
    if (signal.aborted) return unanswered('cancelled', 0, decision);
    const questions = live();
    const same = questions.filter((question) => question.tellClient === undefined && isSame(question.asked, request));
    const answeredBefore = same.find((question) => question.kept !== undefined);
    if (answeredBefore?.kept !== undefined) {
      const { answer, by } = answeredBefore.kept;
      finish(answeredBefore);
      return answered(answer, by, decision);
    }
    const [stillOpen] = same;
    const pause = pauses.of(request.client);
    if (pause !== undefined) return paused(pause.endsAt, decision);
    const grant = request.about === 'call' ? grants.answering(request) : undefined;
    if (grant !== undefined) {
      if (stillOpen !== undefined) {
        tryRecord(stillOpen, 'granted');
        finish(stillOpen);
      }
      return granted(grant.id, decision);
    }
    const state = approverState();
    if (state !== 'reachable') return unanswered(state, 0, decision);
    if (stillOpen !== undefined) {
      // Of a binding, another session may wait now.
      stillOpen.asked = askedOf(request);
      return wait(stillOpen, signal);
    }
    const mine = questions.filter((question) => question.asked.owner === owner).length;
    const inTheWay = questions.length >= options.maxWaiting ? questions.length : mine >= options.maxPerOwner ? mine : 0;
    if (inTheWay > 0) return refused('approval_unavailable', `${inTheWay} calls already wait for an answer.`, decision);
    return begin(request, signal);
  };

  const deny = (question: Question, by: string): void => {
    // It counts even where it cannot be recorded.
    if (question.tellClient !== undefined) finish(question, answered('denied', by, question.asked.decision));
    else {
      question.kept = { answer: 'denied', by };
      announce({ type: 'ended', id: question.shown.id });
    }
    record(question, 'denied', by);
  };

  /** Of many: one that cannot be recorded is denied all the same, and keeps no other from it. */
  const tryDeny = (question: Question, by: string): void => {
    try {
      deny(question, by);
    } catch {
      // The intent record of the refused call fails in the same way and says so.
    }
  };

  const approve = (question: Question, by: string, remember: Remember): void => {
    const { asked } = question;
    const wanted = wantedGrant(remember, asked);
    const grant = wanted === undefined ? undefined : grants.prepare(wanted, asked, by);
    // Recorded before it counts: an approval without a record would be a way round the audit.
    record(question, 'approved', by, remember.scope);
    grant?.give();
    lastApproved.keep(asked, question.shown.arguments);
    if (question.tellClient !== undefined) finish(question, answered('approved', by, asked.decision));
    else {
      question.kept = { answer: 'approved', by };
      announceWaiting(question);
    }
  };

  return {
    ask: async (request, signal) => {
      try {
        return await decide(request, signal);
      } catch {
        return refused('approval_unavailable', 'The question could not be put.', request.decision);
      }
    },

    list: () =>
      live()
        .filter((question) => question.kept?.answer !== 'denied')
        .map(viewOf),

    answer: (id, answer, by, remember = { scope: 'once' }) => {
      const question = live().find(({ shown }) => shown.id === id);
      if (question === undefined || question.kept?.answer === 'denied' || question.kept?.answer === answer) {
        throw new CompanionError(
          'E_APPROVAL_UNKNOWN',
          `No call waits under "${id.slice(0, 64)}".`,
          'It may have timed out or been answered. See what waits with "runlayer approvals list".',
          { exitCode: 2 },
        );
      }
      const view = viewOf(question);
      if (answer === 'denied') deny(question, by);
      else approve(question, by, remember);
      return view;
    },

    grants,
    pauses,

    pause: (client, ms, by) => {
      const view = pauses.begin(client, ms, by);
      if (view === undefined) {
        throw new CompanionError(
          'E_TOO_MANY',
          'Too many clients are paused.',
          'End a pause with "runlayer approvals resume", or stop every call with "runlayer lockdown on".',
        );
      }
      // Begun first: what comes while these end is denied too.
      for (const question of live()) {
        if (question.asked.client === client && question.kept?.answer !== 'denied') tryDeny(question, by);
      }
      return view;
    },

    resume: (client) => {
      if (pauses.end(client)) return;
      throw new CompanionError(
        'E_PAUSE_UNKNOWN',
        'This client is not paused (any more).',
        'See what is with "runlayer approvals paused".',
        { exitCode: 2 },
      );
    },

    sessionEnded: (owner, session) => {
      for (const question of live()) {
        if (owner === session && question.asked.owner === owner) end(question, 'cancelled');
      }
      grants.sessionEnded(owner, session);
    },

    approverChanged: () => {
      const state = approverState();
      if (state === 'reachable') return;
      for (const question of live()) if (question.kept === undefined) end(question, state);
    },

    close: () => {
      closed = true;
      for (const question of live()) end(question, 'quit');
      grants.close();
    },
  };
}
