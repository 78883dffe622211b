/** Requests of the client that went to the server and wait for its answer; each ends once, with an answer or a reason. */
import type { Call, CallAudit } from './call-audit.ts';
import type { Outcome } from './call-record.ts';
import { errorReply, SERVER_FAILED } from './denial.ts';
import { hasInventoryDeadline } from './methods.ts';
import type { RequestMessage } from './parse-message.ts';
import { Pending } from './pending.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';

export interface ForwardedRequest {
  readonly id: string;
  readonly method: string;
  readonly deadlineAt: number | undefined;
  readonly call: Call | undefined;
}

export class ForwardedRequests {
  private readonly pending = new Pending<ForwardedRequest>();
  /**
   * Ids that ended without an answer of the server: it may still come, and must find nobody. The oldest are let go of.
   */
  private readonly spent = new Set<string>();
  private readonly options: SessionOptions;
  private readonly out: Outgoing;
  private readonly audit: CallAudit;

  constructor(options: SessionOptions, out: Outgoing, audit: CallAudit) {
    this.options = options;
    this.out = out;
    this.audit = audit;
  }

  get size(): number {
    return this.pending.size;
  }

  has(idKey: string): boolean {
    return this.pending.has(idKey) || this.spent.has(idKey);
  }

  forward(message: RequestMessage, line: Buffer, call: Call | undefined): void {
    const ms = this.deadlineMs(message.method);
    this.pending.add(message.idKey, {
      id: message.id,
      method: message.method,
      deadlineAt: ms === undefined ? undefined : this.options.now() + ms,
      call,
    });
    this.out.toServer(line);
  }

  private deadlineMs(method: string): number | undefined {
    const { limits } = this.options;
    if (method === 'initialize') return limits.initializeMs;
    if (method === 'tools/call') return limits.callMs;
    return hasInventoryDeadline(method) ? limits.inventoryMs : undefined;
  }

  /** The request did not leave after all. Cancelled meanwhile, its id is spent on nothing: no answer can come. */
  withdraw(message: RequestMessage, line: Buffer, call: Call): void {
    if (this.pending.get(message.idKey)?.call === call) this.pending.take(message.idKey);
    else this.spent.delete(message.idKey);
    this.out.withdraw(line);
  }

  take(idKey: string): ForwardedRequest | undefined {
    const entry = this.pending.take(idKey);
    if (entry === undefined) this.spent.delete(idKey);
    return entry;
  }

  private spend(idKey: string): void {
    this.spent.add(idKey);
    const [oldest] = this.spent;
    if (this.spent.size > this.options.limits.maxInFlight && oldest !== undefined) this.spent.delete(oldest);
  }

  /** The client takes a request back; initialize cannot be. */
  cancel(idKey: string): void {
    const entry = this.pending.get(idKey);
    if (entry === undefined || entry.method === 'initialize') return;
    this.pending.take(idKey);
    this.spend(idKey);
    this.audit.outcome(entry.call, 'cancelled', 0);
  }

  fail(entry: ForwardedRequest, errorType: string, reason: string): void {
    this.audit.outcome(entry.call, 'failed', 0, errorType);
    this.out.reply(errorReply(entry.id, SERVER_FAILED, `The server of "${this.options.connector}" failed: ${reason}.`));
  }

  failByKey(idKey: string, reason: string): void {
    const entry = this.pending.take(idKey);
    if (entry !== undefined) this.fail(entry, 'protocol', reason);
  }

  /** An answer that cannot be told apart belongs to the one request that waits, if only one does. */
  failOnly(reason: string): void {
    if (this.pending.size !== 1) return;
    for (const entry of this.pending.takeAll()) this.fail(entry, 'protocol', reason);
  }

  failAll(reason: string): void {
    for (const entry of this.pending.takeAll()) this.fail(entry, 'server_ended', reason);
  }

  failOverdue(now: number): void {
    for (const [idKey, entry] of this.pending.takeOverdue(now)) {
      this.spend(idKey);
      this.fail(entry, 'timeout', 'it did not answer in time');
    }
  }

  /** The session is over and nobody is left to answer. */
  recordAll(outcome: Outcome, reason: string): void {
    for (const entry of this.pending.takeAll()) this.audit.outcome(entry.call, outcome, 0, reason);
  }
}
