/** Calls that wait for a list, a tenant or a person. Each keeps its id taken until it goes on, is answered or is ended. */
import type { Decision } from '../../preload/contract/index.ts';
import type { Candidate } from './candidate.ts';

/** Why a held call stops waiting before its answer. */
export type HeldEnd = 'withdrawn' | 'server_ended' | 'input_ended' | 'closed';

export interface HeldCall {
  readonly waitsFor: 'list' | 'tenant' | 'person';
  /** What is refused if the waiting ends in any other way than `work` meant. */
  candidate: Candidate;
  readonly controller: AbortController;
  readonly signal: AbortSignal;
}

export interface HeldCallsOptions {
  readonly fatal: (reason: string) => void;
  /** The work threw. */
  readonly failed: (candidate: Candidate, error: unknown) => void;
  /** A call stopped waiting; called once its id is free. */
  readonly free: () => void;
}

export class HeldCalls {
  private readonly options: HeldCallsOptions;
  private readonly byKey = new Map<string, HeldCall>();

  constructor(options: HeldCallsOptions) {
    this.options = options;
  }

  get size(): number {
    return this.byKey.size;
  }

  has(idKey: string): boolean {
    return this.byKey.has(idKey);
  }

  get(idKey: string): HeldCall | undefined {
    return this.byKey.get(idKey);
  }

  all(): HeldCall[] {
    return [...this.byKey.values()];
  }

  /** The call goes on or has its answer. */
  free(idKey: string): void {
    this.byKey.delete(idKey);
  }

  /** Whatever its work still brings finds nobody. */
  end(held: HeldCall, why: HeldEnd): void {
    this.byKey.delete(held.candidate.message.idKey);
    held.controller.abort(why);
  }

  /** Keeps the id taken while `work` runs, and hands over whatever it throws. */
  hold(waitsFor: HeldCall['waitsFor'], candidate: Candidate, work: (held: HeldCall) => Promise<void>): void {
    const { fatal, failed, free } = this.options;
    const { idKey } = candidate.message;
    const controller = new AbortController();
    const { signal } = controller;
    const mine: HeldCall = { waitsFor, candidate, controller, signal };
    this.byKey.set(idKey, mine);
    work(mine)
      .catch((error: unknown) => {
        if (!signal.aborted) failed(mine.candidate, error);
      })
      .finally(() => {
        // `work` freed the id itself where it forwarded or answered; by then it may be another call's.
        if (this.byKey.get(idKey) === mine) this.byKey.delete(idKey);
        free();
      })
      .catch((error: unknown) => fatal(error instanceof Error ? error.message : 'a held call failed'));
  }
}

/** What stands in the records of a call whose waiting was ended from outside. */
export function endedDecision(why: HeldEnd): Decision {
  return {
    effect: 'deny',
    decidedBy: 'approval',
    code: 'approval_cancelled',
    reason: why === 'withdrawn' ? 'The client took the call back.' : 'The session ended before the call was decided.',
  };
}
