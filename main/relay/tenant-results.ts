/**
 * What a server answered to a request that a tenant had let through: kept here until the tenant has seen it, then delivered,
 * replaced or withheld. The id stays in use meanwhile. Whatever goes wrong withholds; nothing of what is withheld, and none of
 * the tenant's words, reaches the client.
 */
import type { Decision } from '../../preload/contract/index.ts';
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import type { CallAudit } from './call-audit.ts';
import type { Outcome } from './call-record.ts';
import { clientFacts } from './client-facts.ts';
import { errorReply, SERVER_FAILED } from './denial.ts';
import type { ForwardedRequest, ForwardedRequests, Governed } from './forwarded-requests.ts';
import type { Inspector, Seen } from './inspection.ts';
import { guardDecision } from './kept-back.ts';
import type { ResponseMessage } from './parse-message.ts';
import { replacedResult } from './replaced-result.ts';
import { ResultEnds } from './result-ends.ts';
import { answerOnly, resultProblem, resultSource } from './result-problem.ts';
import { isInputRequired } from './retry-key.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import { markTaint } from './taint-labels.ts';
import type { TenantDesk } from './tenant-desk.ts';
import type { JsonSource, PostVerdict, TenantGate } from './tenant-gate.ts';
import type { TenantLists } from './tenant-lists.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';

const LIST_CHANGED = 'notifications/tools/list_changed';
/** Of an error's text: what a tenant is shown of it is cut at twice that, once secrets were taken out. */
const MAX_ERROR_CHARACTERS = 2048;

const seenText = (text: string): string => text.slice(0, MAX_ERROR_CHARACTERS);

export interface TenantResultsParts {
  readonly options: SessionOptions;
  readonly tenant: TenantGate;
  readonly desk: TenantDesk;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly catalogue: ToolCatalogue;
  readonly lists: TenantLists;
  /** Looks at what a tenant wrote, as at what a server sends. */
  readonly inspector: Inspector;
}

/** What the server said, and what to do with it once the tenant has seen it. */
interface Answered {
  readonly entry: ForwardedRequest;
  readonly governed: Governed;
  readonly bytes: number;
  /** Source text of the result; undefined where the server failed. */
  readonly result: Buffer | undefined;
  readonly error: { readonly type: string; readonly message: string } | undefined;
  readonly deliver: () => void;
  /** Delivers what the tenant gave, once it was looked at as the server's own is; undefined: it is not usable. */
  readonly replace: (value: JsonSource, unasked: boolean) => Promise<(() => void) | undefined>;
}

const NOT_REPLACED = (): Promise<undefined> => Promise.resolve(undefined);

interface HeldResult {
  readonly entry: ForwardedRequest;
  readonly controller: AbortController;
}

export class TenantResults {
  private readonly parts: TenantResultsParts;
  private readonly held = new Map<string, HeldResult>();
  private readonly ends: ResultEnds;

  constructor(parts: TenantResultsParts) {
    this.parts = parts;
    this.ends = new ResultEnds(parts);
  }

  get size(): number {
    return this.held.size;
  }

  has(idKey: string): boolean {
    return this.held.has(idKey);
  }

  /** The server's answer to a request that the tenant let through. */
  answered(entry: ForwardedRequest, governed: Governed, message: ResponseMessage, line: Buffer, seen: Seen): void {
    const { audit, out, options } = this.parts;
    if (message.error !== undefined) {
      const { code, message: said } = message.error;
      const type = typeof code === 'number' ? String(code) : 'error';
      const text = typeof said === 'string' ? said : 'error';
      this.ask({
        entry,
        governed,
        bytes: line.length,
        result: undefined,
        error: { type, message: text },
        deliver: () => {
          // Written anew: the tenant was shown this text, and neither its data nor what else stands in the answer.
          const known = typeof code === 'number' && Number.isSafeInteger(code) ? code : SERVER_FAILED;
          const reply = errorReply(entry.id, known, seenText(text));
          markTaint(options, entry.call, seen.found);
          audit.outcome(entry.call, 'error', reply.length, type, seen);
          out.reply(reply, entry.idKey);
        },
        replace: NOT_REPLACED,
      });
      return;
    }
    const { result } = message;
    const problem = resultProblem(line, result, entry.method, options.limits);
    if (problem !== undefined || !isJsonObject(result))
      this.failed(entry, governed, 'protocol', problem ?? 'its answer is no result');
    else {
      const only = answerOnly(line, message);
      if (entry.method === 'tools/list') this.list(entry, governed, message, only, result, seen);
      else this.call(entry, governed, message, only, result, seen);
    }
  }

  /** The server broke the protocol, or its transport did: the tenant hears of it before the client does. */
  failed(entry: ForwardedRequest, governed: Governed, errorType: string, reason: string): void {
    this.ask({
      entry,
      governed,
      bytes: 0,
      result: undefined,
      error: { type: errorType, message: reason },
      deliver: () => this.parts.forwarded.answerFailed(entry, errorType, seenText(reason)),
      replace: NOT_REPLACED,
    });
  }

  private call(
    entry: ForwardedRequest,
    governed: Governed,
    message: ResponseMessage,
    line: Buffer,
    result: JsonObject,
    { found }: Seen,
  ): void {
    const { options, out, inspector } = this.parts;
    this.ask({
      entry,
      governed,
      bytes: line.length,
      result: resultSource(line),
      error: undefined,
      deliver: () => {
        this.ends.recordAnswer(entry, result, line.length, { found });
        out.toClient(line, message);
      },
      replace: async (value) => {
        // The questions of a server are not what a tenant replaces, and would pass unseen beside what it does.
        if (isInputRequired(result)) return undefined;
        const made = replacedResult(line, result, value, options.limits);
        if (made === undefined) return undefined;
        const looked = await inspector.inspect({ ...message, result: made.result }, made.line);
        // Nobody is asked about what a tenant wrote.
        const kept = guardDecision(looked.seen.found);
        if (kept !== undefined)
          return () => this.ends.withhold(entry, governed, made.line.length, kept.code, false, looked.seen);
        return () => {
          this.ends.recordAnswer(entry, made.result, looked.line.length, { from: 'tenant', found: looked.seen.found });
          out.reply(looked.line, entry.idKey);
        };
      },
    });
  }

  private list(
    entry: ForwardedRequest,
    governed: Governed,
    message: ResponseMessage,
    line: Buffer,
    result: JsonObject,
    { items }: Seen,
  ): void {
    const { options, out, catalogue, lists, inspector } = this.parts;
    const { tools } = result;
    const own = { verdicts: items, isServers: true };
    const learned = catalogue.filter(line, message.result, options.policy(), own);
    if (learned.kind === 'refused' || !Array.isArray(tools)) {
      this.failed(entry, governed, 'protocol', learned.kind === 'refused' ? learned.reason : 'it lists nothing');
      return;
    }
    const { generation } = catalogue;
    this.ask({
      entry,
      governed,
      bytes: line.length,
      result: resultSource(line),
      error: undefined,
      // A tenant answers a list with a list; anything else says nothing about it.
      deliver: () => this.ends.withhold(entry, governed, line.length, 'tenant_invalid'),
      replace: async (value, unasked) => {
        const made = lists.replaced(line, result, value);
        if (made === undefined) return undefined;
        const { seen } = await inspector.inspect(made.message, made.line);
        if (guardDecision(seen.found) !== undefined) return undefined;
        // The server's own definitions first: by the tenant's a tool may become stricter, never milder.
        if (catalogue.filter(line, message.result, options.policy(), own).kind === 'refused') return undefined;
        const hides = unasked ? (tool: string) => lists.hides(tool)?.code : undefined;
        const look = { hides, verdicts: seen.items, client: clientFacts(options) };
        const shown = catalogue.filter(made.line, made.message.result, options.policy(), look);
        if (shown.kind === 'refused') return undefined;
        return () => {
          if (!unasked) lists.delivered(tools, made.message);
          out.reply(shown.kind === 'changed' ? shown.line : made.line, entry.idKey);
          if (catalogue.generation !== generation) this.outdated();
        };
      },
    });
  }

  /** The server had announced a new list before this one was delivered: it counts for nothing, and the client must know. */
  private outdated(): void {
    this.parts.catalogue.forget();
    this.announceList();
  }

  /** Tells the client that its list is not what it was. */
  announceList(): void {
    const line = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', method: LIST_CHANGED })}\n`);
    this.parts.out.toClient(line, { kind: 'notification', method: LIST_CHANGED, params: {} });
  }

  private ask(answered: Answered): void {
    const { options, desk, tenant, out } = this.parts;
    const { entry, governed, bytes, result, error } = answered;
    const { idKey } = entry;
    const controller = new AbortController();
    const { signal } = controller;
    const mine: HeldResult = { entry, controller };
    this.held.set(idKey, mine);
    const { request, correlation } = governed;
    desk
      .ask('server', bytes, signal, () => tenant.post({ request, correlation, result, error }, signal))
      .then(async (verdict) => {
        if (signal.aborted) return;
        const carryOut = await this.readied(answered, verdict);
        if (signal.aborted) return;
        this.free(idKey, mine);
        carryOut();
      })
      .catch(() => {
        if (signal.aborted) return;
        this.free(idKey, mine);
        this.ends.withhold(entry, governed, bytes, 'engine_error', error !== undefined);
      })
      .finally(() => out.flush())
      .catch((thrown: unknown) => options.fatal(thrown instanceof Error ? thrown.message : 'a held result failed'));
  }

  private async readied(answered: Answered, verdict: PostVerdict): Promise<() => void> {
    const { entry, governed, bytes, error, deliver, replace } = answered;
    const isError = error !== undefined;
    if (verdict.kind === 'deliver') return deliver;
    if (verdict.kind === 'withhold') return () => this.ends.withhold(entry, governed, bytes, verdict.code, isError);
    const replaced = await replace(verdict.value, verdict.unasked === true);
    return replaced ?? (() => this.ends.withhold(entry, governed, bytes, 'tenant_invalid', isError));
  }

  /** What waits for the tenant's word is withheld. Answers how many. */
  lockDown({ code }: Decision): number {
    const open = [...this.held.values()];
    this.held.clear();
    for (const { entry, controller } of open) {
      controller.abort('stopped');
      if (entry.governed !== undefined) this.ends.withhold(entry, entry.governed, 0, code);
    }
    return open.length;
  }

  private free(idKey: string, mine: HeldResult): void {
    if (this.held.get(idKey) === mine) this.held.delete(idKey);
  }

  /** The client wants no answer any more; true when one was kept here: the server is done with it. */
  withdraw(idKey: string): boolean {
    const held = this.held.get(idKey);
    if (held === undefined) return false;
    this.held.delete(idKey);
    held.controller.abort('withdrawn');
    this.parts.audit.outcome(held.entry.call, 'cancelled', 0);
    return true;
  }

  /** The session is over and nobody is left to answer. */
  close(outcome: Outcome, reason: string): void {
    const open = [...this.held.values()];
    this.held.clear();
    for (const { entry, controller } of open) {
      controller.abort('closed');
      this.parts.audit.outcome(entry.call, outcome, 0, reason);
    }
  }
}
