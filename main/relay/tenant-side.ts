/**
 * Everything of a session that concerns its connector's tenant: calls and lists before they reach the server, and what the
 * server answered to them. A session of any other connector has none of this.
 */
import type { Decision } from '../../preload/contract/index.ts';
import type { CallAudit } from './call-audit.ts';
import type { Outcome } from './call-record.ts';
import type { ForwardedRequest, ForwardedRequests, Governed, GovernedEnds } from './forwarded-requests.ts';
import { Inspector, type Seen } from './inspection.ts';
import type { RequestMessage, ResponseMessage, Sender } from './parse-message.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import { TenantCalls } from './tenant-calls.ts';
import { TenantDesk } from './tenant-desk.ts';
import type { TenantGate } from './tenant-gate.ts';
import { TenantLists } from './tenant-lists.ts';
import { TenantResults } from './tenant-results.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';

/** Their answers hold the results of calls, which a tenant would have to see. */
const RESULTS_ELSEWHERE: ReadonlySet<string> = new Set(['tasks/result', 'tasks/get']);

export interface TenantSideParts {
  readonly options: SessionOptions;
  readonly tenant: TenantGate;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly catalogue: ToolCatalogue;
  /** Something that was held stopped waiting. */
  readonly freed: () => void;
  readonly pressure: (side: Sender, on: boolean) => void;
}

export class TenantSide implements GovernedEnds {
  readonly calls: TenantCalls;
  private readonly desk: TenantDesk;
  private readonly lists: TenantLists;
  private readonly results: TenantResults;
  private readonly tenant: TenantGate;
  private readonly stopListening: () => void;

  constructor(parts: TenantSideParts) {
    const { options, tenant, out, forwarded, pressure } = parts;
    this.tenant = tenant;
    this.desk = new TenantDesk({ limits: options.limits, now: options.now, pressure });
    const { guard, limits, parseLarge } = options;
    const inspector = new Inspector({
      sender: 'server',
      guard,
      limits,
      parseLarge,
      methodOf: () => undefined,
      isIssued: () => false,
    });
    const shared = { ...parts, desk: this.desk, inspector };
    this.calls = new TenantCalls(shared);
    this.lists = new TenantLists(shared);
    this.results = new TenantResults({ ...shared, lists: this.lists });
    this.stopListening = tenant.onRecovered(() => {
      if (!forwarded.hasListed) return;
      this.results.announceList();
      out.flush();
    });
  }

  /** What of it never reached the server. */
  get waitingLists(): number {
    return this.lists.size;
  }

  /** What the client waits for. */
  get size(): number {
    return this.lists.size + this.results.size;
  }

  /** A question to the tenant is under way. */
  get isAsking(): boolean {
    return this.desk.size > 0;
  }

  has(idKey: string): boolean {
    return this.lists.has(idKey) || this.results.has(idKey);
  }

  list(message: RequestMessage, line: Buffer): void {
    this.lists.request(message, line);
  }

  hides(tool: string): Decision | undefined {
    return this.lists.hides(tool);
  }

  /** Why a request that calls no tool does not pass, or undefined. */
  closes(method: string): Decision | undefined {
    if (!RESULTS_ELSEWHERE.has(method)) return undefined;
    const reason = 'What a task results in cannot be put to the tenant.';
    return { effect: 'deny', decidedBy: 'engine', code: 'method_denied', reason };
  }

  /** A notification of the server that may hold the result of a call. */
  keepsBack(method: string): boolean {
    return method.startsWith('notifications/tasks');
  }

  answered(entry: ForwardedRequest, governed: Governed, message: ResponseMessage, line: Buffer, seen: Seen): void {
    this.results.answered(entry, governed, message, line, seen);
  }

  /** What waits for the tenant is refused or withheld. Answers how many. */
  lockDown(decision: Decision): number {
    return this.results.lockDown(decision);
  }

  failed(entry: ForwardedRequest, governed: Governed, errorType: string, reason: string): void {
    this.results.failed(entry, governed, errorType, reason);
  }

  /** It was made, and there is no answer to ask about. */
  ended({ request, correlation }: Governed, type: string): void {
    const message = `The server gave no answer that was waited for: ${type}.`;
    this.tenant.notMade(request, correlation, { type, message });
  }

  /** The client takes a request back; true when the server has nothing to do with it (any more). */
  withdraw(idKey: string): boolean {
    return this.lists.withdraw(idKey) || this.results.withdraw(idKey);
  }

  tick(now: number): void {
    this.desk.tick(now);
  }

  serverEnded(): void {
    this.lists.end(true);
  }

  close(outcome: Outcome, reason: string): void {
    this.stopListening();
    this.lists.end(false);
    this.results.close(outcome, reason);
  }
}
