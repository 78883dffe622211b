/**
 * Calls of one session that are not over although they were answered: their server needs input first. Each waits once, for
 * one retry, and no longer than its time; whoever takes a call out of here records how it ended or goes on with it.
 */
import type { Call } from './call-audit.ts';
import type { WireLimits } from './limits.ts';

interface Waiting {
  readonly call: Call;
  /** Undefined where no retry can be told to be one. */
  readonly key: string | undefined;
  readonly until: number;
}

export class AwaitedInput {
  private readonly limits: WireLimits;
  /** The oldest first, which is also the order in which their time is up. */
  private waiting: Waiting[] = [];

  constructor(limits: WireLimits) {
    this.limits = limits;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** @returns the call that had to make room. */
  add(call: Call, key: string | undefined, now: number): Call | undefined {
    this.waiting.push({ call, key, until: now + this.limits.inputMs });
    return this.waiting.length > this.limits.maxAwaitingInput ? this.waiting.shift()?.call : undefined;
  }

  /** The call that this is a retry of; of several that look the same, the oldest. */
  take(key: string | undefined): Call | undefined {
    if (key === undefined) return undefined;
    const at = this.waiting.findIndex((candidate) => candidate.key === key);
    return at < 0 ? undefined : this.waiting.splice(at, 1)[0]?.call;
  }

  takeOverdue(now: number): Call[] {
    const at = this.waiting.findIndex(({ until }) => until > now);
    return this.waiting.splice(0, at < 0 ? this.waiting.length : at).map(({ call }) => call);
  }

  takeAll(): Call[] {
    return this.waiting.splice(0).map(({ call }) => call);
  }
}
