/**
 * Answers of the server in which the guard found something that a person looks at first. The id stays in use meanwhile;
 * nothing of what is withheld reaches the client.
 */
import type { Decision } from '../../preload/contract/index.ts';
import type { ForwardedRequest } from './forwarded-requests.ts';
import { engineError } from './denial.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';

export interface HeldAnswersParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
}

export interface Question {
  readonly entry: ForwardedRequest;
  /** Source text of what the server answered. */
  readonly answer: string;
  readonly why: Decision;
  readonly deliver: () => void;
  readonly withhold: (decision: Decision) => void;
}

interface Held {
  readonly question: Question;
  readonly controller: AbortController;
}

export class HeldAnswers {
  private readonly parts: HeldAnswersParts;
  private readonly held = new Map<string, Held>();

  constructor(parts: HeldAnswersParts) {
    this.parts = parts;
  }

  get size(): number {
    return this.held.size;
  }

  has(idKey: string): boolean {
    return this.held.has(idKey);
  }

  ask(question: Question): void {
    const { options, out } = this.parts;
    const { entry, answer, why, deliver, withhold } = question;
    const { subject } = entry.call ?? {};
    if (answer.length > options.limits.maxApprovalBytes) {
      const reason = `${why.reason} It is too long for a person to read.`;
      withhold({ effect: 'deny', decidedBy: 'approval', code: 'approval_unavailable', reason });
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const mine: Held = { question, controller };
    this.held.set(entry.idKey, mine);
    options
      .ask(
        {
          about: 'answer',
          connector: options.connector,
          tool: subject?.tool ?? subject?.prompt ?? subject?.uri ?? entry.method,
          client: subject?.claimed.client ?? 'unknown client',
          owner: options.owner,
          session: options.sessionId,
          key: '',
          arguments: undefined,
          argumentsText: () => options.showArguments(answer),
          decision: why,
        },
        signal,
      )
      .then((decision) => {
        if (signal.aborted) return;
        this.free(mine);
        if (decision.effect === 'allow') deliver();
        else withhold(decision);
      })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        this.free(mine);
        withhold(engineError(error));
      })
      .finally(() => out.flush())
      .catch((error: unknown) => options.fatal(error instanceof Error ? error.message : 'a held answer failed'));
  }

  private free(mine: Held): void {
    const { idKey } = mine.question.entry;
    if (this.held.get(idKey) === mine) this.held.delete(idKey);
  }

  /** The client wants the answer no more. */
  withdraw(idKey: string): ForwardedRequest | undefined {
    const held = this.held.get(idKey);
    this.held.delete(idKey);
    held?.controller.abort('withdrawn');
    return held?.question.entry;
  }

  /** Nobody is asked any more; what waited is withheld. */
  withholdAll(decision: Decision): void {
    for (const { question } of this.takeAll()) question.withhold(decision);
  }

  /** Nobody is left to answer. */
  close(): ForwardedRequest[] {
    return this.takeAll().map(({ question }) => question.entry);
  }

  private takeAll(): Held[] {
    const all = [...this.held.values()];
    this.held.clear();
    for (const { controller } of all) controller.abort('closed');
    return all;
  }
}
