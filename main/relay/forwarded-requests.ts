/** Requests of the client that went to the server and wait for its answer; each ends once, with an answer or a reason. */
import type { Call, CallAudit } from './call-audit.ts';
import type { Outcome } from './call-record.ts';
import { errorReply, isModern, SERVER_FAILED } from './denial.ts';
import { hasInventoryDeadline } from './methods.ts';
import type { RequestMessage } from './parse-message.ts';
import { Pending } from './pending.ts';
import { requestDigest, retryKey } from './retry-key.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import type { GovernedRequest } from './tenant-gate.ts';

/** What a tenant let through, and is asked about the answer to. */
export interface Governed {
  readonly request: GovernedRequest;
  readonly correlation: string | undefined;
  /** The request speaks the modern era. */
  readonly modern: boolean;
}

export interface ForwardedRequest {
  readonly id: string;
  readonly idKey: string;
  readonly method: string;
  readonly deadlineAt: number | undefined;
  readonly call: Call | undefined;
  /** What a retry is compared with: the request or, when much is kept, its digest. Only where the era knows retries. */
  readonly compared: Buffer | string | undefined;
  readonly governed: Governed | undefined;
  /** It speaks the modern era. */
  readonly modern: boolean;
}

/** What becomes of requests that a tenant let through and that get no answer of the server. */
export interface GovernedEnds {
  /** The tenant is asked about the failure before the client hears of it. */
  failed(entry: ForwardedRequest, governed: Governed, errorType: string, reason: string): void;
  /** The client knows, or wants to know nothing. */
  ended(governed: Governed, type: string): void;
}

export class ForwardedRequests {
  private readonly pending = new Pending<ForwardedRequest>((entry) => this.letGo(entry));
  /** What servers gave out to have it back; the oldest are let go of. */
  private readonly issued = new Set<string>();
  private comparedBytes = 0;
  private openLists = 0;
  private everListed = false;
  /**
   * Ids that ended without an answer of the server: it may still come, and must find nobody. The oldest are let go of.
   */
  private readonly spent = new Set<string>();
  private readonly options: SessionOptions;
  private readonly out: Outgoing;
  private readonly audit: CallAudit;

  private readonly governed: GovernedEnds | undefined;

  constructor(options: SessionOptions, out: Outgoing, audit: CallAudit, governed?: GovernedEnds) {
    this.options = options;
    this.out = out;
    this.audit = audit;
    this.governed = governed;
  }

  get size(): number {
    return this.pending.size;
  }

  /** The client asked for tools before. */
  get hasListed(): boolean {
    return this.everListed;
  }

  /** The client asked for tools before, and does not wait for them at the moment. */
  get knowsTools(): boolean {
    return this.everListed && this.openLists === 0;
  }

  methodOf(idKey: string): string | undefined {
    return this.pending.get(idKey)?.method;
  }

  /** Of a request that is under way; only such a one leaves a record. */
  callOf(idKey: string): Call | undefined {
    return this.pending.get(idKey)?.call;
  }

  has(idKey: string): boolean {
    return this.pending.has(idKey) || this.spent.has(idKey);
  }

  /** `original`: as the client sent it, where something else leaves. */
  forward(
    message: RequestMessage,
    line: Buffer,
    call: Call | undefined,
    governed?: Governed,
    original: Buffer = line,
  ): void {
    const ms = this.deadlineMs(message.method);
    const modern = isModern(message.params);
    if (message.method === 'tools/list') {
      this.everListed = true;
      this.openLists++;
    }
    this.pending.add(message.idKey, {
      id: message.id,
      idKey: message.idKey,
      method: message.method,
      deadlineAt: ms === undefined ? undefined : this.options.now() + ms,
      call,
      compared: call === undefined || !modern ? undefined : this.keep(message, original, call),
      governed,
      modern,
    });
    this.out.toServer(line, message);
  }

  /** Nothing is hashed for a call whose server asks for nothing, unless many large ones are under way. */
  private keep(message: RequestMessage, line: Buffer, call: Call): Buffer | string {
    if (this.comparedBytes + line.length > this.options.limits.maxComparedBytes) {
      return requestDigest(message.method, call.subject.claimed, line);
    }
    this.comparedBytes += line.length;
    // A small line is a piece of what was read at once, which must not stay for its sake.
    return line.length * 4 < line.buffer.byteLength ? Buffer.from(line) : line;
  }

  private letGo({ compared, method }: ForwardedRequest): void {
    if (method === 'tools/list') this.openLists--;
    if (Buffer.isBuffer(compared)) this.comparedBytes -= compared.length;
  }

  /** The server gave the client this state in this session, to have it back: nobody else wrote it. */
  isIssued(requestState: unknown): boolean {
    return typeof requestState === 'string' && this.issued.has(requestState);
  }

  /** The server answered that it needs input: the call goes on with the retry that brings it. False in the legacy era. */
  awaitInput({ call, method, compared }: ForwardedRequest, requestState: unknown): boolean {
    if (call === undefined || compared === undefined) return false;
    if (typeof requestState === 'string') this.issue(requestState);
    const digest = typeof compared === 'string' ? compared : requestDigest(method, call.subject.claimed, compared);
    this.audit.awaitInput(call, retryKey(digest, requestState));
    return true;
  }

  private issue(requestState: string): void {
    this.issued.delete(requestState);
    this.issued.add(requestState);
    const [oldest] = this.issued;
    if (this.issued.size > this.options.limits.maxAwaitingInput && oldest !== undefined) this.issued.delete(oldest);
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
    this.ended(entry, 'cancelled');
    this.audit.outcome(entry.call, 'cancelled', 0);
  }

  /** A server that is silent or gone said nothing that a tenant would have to see first. */
  private failSilent(entry: ForwardedRequest, errorType: 'server_ended' | 'timeout', reason: string): void {
    this.ended(entry, errorType);
    this.answerFailed(entry, errorType, reason);
  }

  /** What the server answered is kept back here; the tenant is not asked about it. */
  endGoverned(entry: ForwardedRequest, type: string): void {
    this.ended(entry, type);
  }

  private ended({ governed }: ForwardedRequest, type: string): void {
    if (governed !== undefined) this.governed?.ended(governed, type);
  }

  fail(entry: ForwardedRequest, errorType: string, reason: string): void {
    if (entry.governed === undefined || this.governed === undefined) this.answerFailed(entry, errorType, reason);
    else this.governed.failed(entry, entry.governed, errorType, reason);
  }

  /** What the client is told; of a request that a tenant let through, only once that was asked. */
  answerFailed(entry: ForwardedRequest, errorType: string, reason: string): void {
    this.audit.outcome(entry.call, 'failed', 0, errorType);
    const text = `The server of "${this.options.connector}" failed: ${reason}.`;
    this.out.reply(errorReply(entry.id, SERVER_FAILED, text), entry.idKey);
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
    for (const entry of this.pending.takeAll()) this.failSilent(entry, 'server_ended', reason);
  }

  failOverdue(now: number): void {
    for (const [idKey, entry] of this.pending.takeOverdue(now)) {
      this.spend(idKey);
      this.failSilent(entry, 'timeout', 'it did not answer in time');
    }
  }

  /** Takes every recorded request back from the server; each with the key of its id. */
  takeCalls(): ForwardedRequest[] {
    const calls = this.pending.takeWhere((entry) => entry.call !== undefined);
    for (const entry of calls) {
      this.spend(entry.idKey);
      this.ended(entry, 'cancelled');
    }
    return calls;
  }

  /** The session is over and nobody is left to answer. */
  recordAll(outcome: Outcome, reason: string): void {
    for (const entry of this.pending.takeAll()) {
      this.ended(entry, reason);
      this.audit.outcome(entry.call, outcome, 0, reason);
    }
  }
}
