/**
 * Every question to a tenant that is under way. Owns how long one may take at most, whatever the gate does, and how much may
 * be kept in memory meanwhile: above that, the side that sends it is not read. Decides nothing.
 */
import type { WireLimits } from './limits.ts';
import type { Sender } from './parse-message.ts';

interface Question {
  readonly deadlineAt: number;
  readonly expire: () => void;
}

export interface TenantDeskOptions {
  readonly limits: WireLimits;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Much of what this side sent waits, or no longer does. */
  readonly pressure: (side: Sender, on: boolean) => void;
}

export class TenantDesk {
  private readonly options: TenantDeskOptions;
  private readonly open = new Set<Question>();
  private readonly load: Record<Sender, number> = { client: 0, server: 0 };

  constructor(options: TenantDeskOptions) {
    this.options = options;
  }

  get size(): number {
    return this.open.size;
  }

  /** Rejects when it is given up by `signal` or takes too long; `bytes` of what `side` sent are kept for it. */
  async ask<T>(side: Sender, bytes: number, signal: AbortSignal, question: () => Promise<T>): Promise<T> {
    if (signal.aborted) throw new Error('The question was given up.');
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const mine: Question = {
      deadlineAt: this.options.now() + this.options.limits.tenantMs,
      expire: () => reject(new Error('The tenant was not asked in time.')),
    };
    const givenUp = (): void => reject(new Error('The question was given up.'));
    this.open.add(mine);
    this.weigh(side, bytes);
    signal.addEventListener('abort', givenUp, { once: true });
    try {
      question().then(resolve, reject);
      return await promise;
    } finally {
      signal.removeEventListener('abort', givenUp);
      this.open.delete(mine);
      this.weigh(side, -bytes);
    }
  }

  tick(now: number): void {
    for (const question of this.open) if (question.deadlineAt <= now) question.expire();
  }

  private weigh(side: Sender, bytes: number): void {
    const { limits, pressure } = this.options;
    const wasMuch = this.load[side] > limits.maxTenantBytes;
    this.load[side] += bytes;
    const isMuch = this.load[side] > limits.maxTenantBytes;
    if (wasMuch !== isMuch) pressure(side, isMuch);
  }
}
