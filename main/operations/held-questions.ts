/**
 * What would weaken protection, held until a person answers in our own window. Owns the waiting and its end; carries nothing
 * out. Whoever asks can never answer; a question that nobody answers, or that cannot be put, is a no.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { CompanionError, type CompanionEvent, type HeldQuestion } from '../../preload/contract/index.ts';
import { kindOf } from './asker.ts';
import type { Question } from './describe.ts';
import { createPatience } from './question-patience.ts';

export interface HeldOptions {
  readonly clock: () => Date;
  readonly newId: () => string;
  /** @returns a function that unschedules. */
  readonly schedule: (ms: number, then: () => void) => () => void;
  readonly announce: (event: CompanionEvent) => void;
}

/** `changed`: allowed, and by then it was about something else. */
export type HeldAnswer = 'allowed' | 'refused' | 'timeout' | 'quit' | 'changed';

export interface HeldQuestions {
  /** Never rejects but with `E_TOO_MANY` when too many of the same kind of asker wait already. */
  ask(question: Question, input: unknown, from: string): Promise<HeldAnswer>;
  list(): HeldQuestion[];
  /** Throws `E_QUESTION_UNKNOWN` when nothing waits under this id, or something else than what was shown. */
  answer(id: string, hash: string, allow: boolean): void;
  /** A no needs no proof of what was seen. Throws `E_QUESTION_UNKNOWN`. */
  refuse(id: string, from: Refuser): void;
  /** Ends all that wait, with a no. */
  close(): void;
}

export interface Refuser {
  /** As in `ask`. */
  readonly by: string;
  /** It comes from where only a person answers; a page can say no by itself. */
  readonly isPerson: boolean;
}

export const HELD_MS = 300_000;
/** One at a time is what a person answers; a page that asks for more is broken or means harm. */
const MAX_PER_ASKER = 3;

interface Held {
  readonly question: HeldQuestion;
  readonly end: (answer: HeldAnswer, from?: Refuser) => void;
}

function unknownQuestion(): CompanionError {
  return new CompanionError(
    'E_QUESTION_UNKNOWN',
    'This question does not wait (any more), or it is not the one that was shown.',
    'Look at what waits now, and answer that.',
    { exitCode: 2 },
  );
}

export function createHeldQuestions(options: HeldOptions): HeldQuestions {
  const open = new Map<string, Held>();
  const patience = createPatience(() => options.clock().getTime());
  let isClosed = false;
  /** An input may hold a secret, and the hash is shown to every page: without a key of our own, a short one could be guessed from it. */
  const key = randomBytes(32);

  const find = (id: string): Held => {
    const held = open.get(id);
    if (held === undefined) throw unknownQuestion();
    return held;
  };

  return {
    ask: ({ operation, title, detail }, input, from) => {
      if (isClosed) return Promise.resolve('quit');
      const kind = kindOf(from);
      if ([...open.values()].filter(({ question }) => kindOf(question.from) === kind).length >= MAX_PER_ASKER) {
        throw new CompanionError(
          'E_TOO_MANY',
          'Too many questions wait for an answer.',
          'Answer those in the approval window first.',
        );
      }
      const waitMs = patience.waitMs(from);
      if (waitMs > 0) {
        throw new CompanionError(
          'E_TOO_MANY',
          'Several questions in a row were refused, so nothing more is asked for a while.',
          `Try again in ${Math.ceil(waitMs / 1000)} seconds.`,
        );
      }
      const id = options.newId();
      const now = options.clock();
      const hash = createHmac('sha256', key)
        .update(JSON.stringify(['runlayer-held-v1', id, operation, input, title, detail]))
        .digest('hex');
      const question: HeldQuestion = {
        id,
        hash,
        operation,
        title,
        detail,
        from,
        createdAt: now.toISOString(),
        expiresAt: new Date(now.getTime() + HELD_MS).toISOString(),
      };
      return new Promise((resolve) => {
        const end = (answer: HeldAnswer, refuser?: Refuser): void => {
          if (!open.delete(id)) return;
          if (answer === 'allowed') patience.answered(from, 'yes');
          // A page's no to another's question is not the person's: it would make them wait with their own. To one of its own it
          // counts, or it could have the window come and go without end.
          const counts = refuser === undefined || refuser.isPerson || kindOf(refuser.by) === kind;
          if (answer === 'refused' && counts) patience.answered(from, 'no');
          unschedule();
          options.announce({ type: 'held_ended', id });
          resolve(answer);
        };
        const unschedule = options.schedule(HELD_MS, () => end('timeout'));
        open.set(id, { question, end });
        options.announce({ type: 'held_waiting', question });
      });
    },
    list: () => [...open.values()].map(({ question }) => question),
    answer: (id, hash, allow) => {
      const held = find(id);
      if (held.question.hash !== hash) throw unknownQuestion();
      // A timer may sleep with the machine: what is over is over at the next look.
      if (Date.parse(held.question.expiresAt) <= options.clock().getTime()) {
        held.end('timeout');
        throw unknownQuestion();
      }
      held.end(allow ? 'allowed' : 'refused');
    },
    refuse: (id, from) => find(id).end('refused', from),
    close: () => {
      isClosed = true;
      for (const held of open.values()) held.end('quit');
    },
  };
}
