/** Requests whose answers come on a stream that they share; each is told once that it was answered or failed. */
import type { Parsed } from '../../relay/parse-message.ts';

export interface Waiting {
  readonly answered: (parsed: Parsed, line: Buffer) => void;
  readonly failed: (reason: string) => void;
}

export class WaitingRequests {
  private readonly waiting = new Map<string, Waiting>();
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  add(idKey: string, request: Waiting): void {
    const [oldest] = this.waiting.keys();
    // Answers that never came: the relay has given up on them long before there are so many.
    if (this.waiting.size >= this.max && oldest !== undefined) this.fail(oldest, 'too many requests wait for it');
    this.waiting.set(idKey, request);
  }

  /** True when somebody waited for it. */
  answer(parsed: Parsed, line: Buffer): boolean {
    if (parsed.kind !== 'response') return false;
    const request = this.take(parsed.idKey);
    request?.answered(parsed, line);
    return request !== undefined;
  }

  /** Nobody waits for it any more. */
  take(idKey: string): Waiting | undefined {
    const request = this.waiting.get(idKey);
    this.waiting.delete(idKey);
    return request;
  }

  fail(idKey: string, reason: string): void {
    this.take(idKey)?.failed(reason);
  }

  failAll(reason: string): void {
    for (const idKey of this.waiting.keys()) this.fail(idKey, reason);
  }
}
