/**
 * What comes from the server, after the guard looked at it: matched to what was asked of it, lists filtered, what may not
 * pass kept back, everything else delivered as it came.
 */
import type { Decision } from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/json.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import { NO_FACTS } from '../policy/call-facts.ts';
import type { CallAudit } from './call-audit.ts';
import { clientFacts } from './client-facts.ts';
import { cancelledKey } from './client-side.ts';
import { agentText, errorReply, METHOD_REFUSED, refusedCall } from './denial.ts';
import type { ForwardedRequest, ForwardedRequests } from './forwarded-requests.ts';
import { KEPT_REQUEST, keptAnswerText, keptResultText } from './guard-texts.ts';
import type { HeldAnswers } from './held-answers.ts';
import type { Inspected, Seen } from './inspection.ts';
import { guardDecision } from './kept-back.ts';
import { isListMethod } from './list-source.ts';
import { NotificationBucket } from './notification-bucket.ts';
import type { OtherLists } from './other-lists.ts';
import type { OwnRequests } from './own-requests.ts';
import {
  idKeyOf,
  type InvalidMessage,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from './parse-message.ts';
import type { Pending } from './pending.ts';
import type { Probed } from './probe-envelope.ts';
import { recordableMethod } from './recordable.ts';
import { isInputRequired } from './retry-key.ts';
import { introductionProblem, withoutInstructions } from './server-introduction.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import { markTaint } from './taint-labels.ts';
import type { TenantSide } from './tenant-side.ts';
import type { FilteredList, ToolCatalogue } from './tool-catalogue.ts';

const LIST_CHANGED = 'notifications/tools/list_changed';
const PROMPTS_CHANGED = 'notifications/prompts/list_changed';

export interface ServerSideParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly catalogue: ToolCatalogue;
  readonly others: OtherLists;
  readonly answers: HeldAnswers;
  readonly own: OwnRequests;
  readonly tenant: TenantSide | undefined;
  /** The server answered without an error. */
  readonly answered: (() => void) | undefined;
  /** Requests of the server that wait for the client. */
  readonly asked: Pending<{ readonly deadlineAt: undefined }>;
}

export class ServerSide {
  private readonly parts: ServerSideParts;
  private readonly bucket: NotificationBucket;
  private sawAnswer = false;

  constructor(parts: ServerSideParts) {
    this.parts = parts;
    this.bucket = new NotificationBucket(parts.options.limits, parts.options.now());
  }

  /** `related`: key of the request on whose response stream it came, where the transport knows. */
  message({ parsed, line, seen }: Inspected, related?: string): void {
    switch (parsed.kind) {
      case 'invalid':
        this.invalid(parsed, line);
        return;
      case 'notification':
        this.notification(parsed, line, seen, related);
        return;
      case 'request':
        this.request(parsed, line, seen, related);
        return;
      case 'response':
        this.response(parsed, line, seen);
    }
  }

  /** The client is told as by the server itself; one that waits for a list gets the new one anyway. */
  renewed(): void {
    const { catalogue, others } = this.parts;
    catalogue.forget();
    others.forget();
    this.listsChanged();
  }

  /** The client reads its lists again, where it has any. */
  listsChanged(): void {
    const { forwarded, out } = this.parts;
    if (!forwarded.knowsTools) return;
    const line = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', method: LIST_CHANGED })}\n`);
    out.toClient(line, { kind: 'notification', method: LIST_CHANGED, params: {} });
  }

  /** A request that the server works at: it is told to stop, and the client that it was stopped. */
  takeBack(entry: ForwardedRequest, { code }: Decision): void {
    const { audit, out } = this.parts;
    const { id, idKey, call, method, modern } = entry;
    const params = `{"requestId":${id},"reason":"stopped by a person"}`;
    const line = Buffer.from(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}\n`);
    out.toServer(line, { kind: 'notification', method: 'notifications/cancelled', params: {} });
    audit.outcome(call, 'cancelled', 0, code);
    const ref = call?.subject.call ?? '';
    const text = agentText(code, 0, ref);
    if (method === 'tools/call') out.reply(refusedCall({ id, code, ref, text, modern }), idKey);
    else out.reply(errorReply(id, METHOD_REFUSED, text), idKey);
  }

  discarded(why: 'too_large' | 'too_slow', probed: Probed): void {
    const { options, forwarded } = this.parts;
    options.dropped('server', why);
    const tooLarge = why === 'too_large';
    const figure = `larger than ${options.limits.maxMessageBytes} bytes`;
    if (probed.reading === 'request') {
      this.refuse(probed.id, -32_600, tooLarge ? `the message is ${figure}` : 'the message was not finished in time');
    } else if (probed.reading !== 'notification') {
      const reason = tooLarge ? `its answer is ${figure}` : 'its answer was not finished in time';
      if (probed.id === undefined) forwarded.failOnly(reason);
      else this.failById(probed.id, reason);
    }
  }

  private invalid(parsed: InvalidMessage, line: Buffer): void {
    const { options } = this.parts;
    // Whole: it is redacted before it is cut.
    if (parsed.stray) options.stray(line.toString('utf8').trimEnd());
    else options.dropped('server', parsed.reason);
    if (parsed.reading === 'request') this.refuse(parsed.id, parsed.code, parsed.reason);
    // Whoever waits for exactly this answer is told, instead of waiting for ever. A printed object that merely has an
    // "id" is nobody's answer.
    else if (parsed.id !== undefined && (parsed.reading === 'response' || parsed.reading === 'envelope'))
      this.failById(parsed.id, `it sent an answer that is not valid (${parsed.reason})`);
  }

  /** `id` is source text. */
  private failById(id: string, reason: string): void {
    const idKey = idKeyOf(id);
    if (idKey !== undefined) this.requestFailed(idKey, reason);
  }

  /** This request gets no answer. */
  requestFailed(idKey: string, reason: string): void {
    const { forwarded, own } = this.parts;
    if (!own.fail(idKey, reason)) forwarded.failByKey(idKey, reason);
  }

  /** A question of the server that cannot be passed on. Without an id of its own nobody could tell which one it was. */
  private refuse(id: string | undefined, code: number, why: string): void {
    const idKey = id === undefined ? undefined : idKeyOf(id);
    if (id === undefined || idKey === undefined || this.parts.asked.has(idKey)) return;
    this.parts.out.replyToServer(errorReply(id, code, `Not forwarded: ${why}.`), idKey);
  }

  private request(message: RequestMessage, line: Buffer, seen: Seen, related: string | undefined): void {
    const { options, asked, out } = this.parts;
    this.note(message.method, seen);
    // Nobody is asked about a question of the server: whom it asks would be the same person.
    if (guardDecision(seen.found) !== undefined || this.isStopped()) {
      options.dropped('server', 'a question that the guard kept back');
      if (!asked.has(message.idKey))
        out.replyToServer(errorReply(message.id, METHOD_REFUSED, KEPT_REQUEST), message.idKey);
      return;
    }
    if (asked.has(message.idKey)) options.dropped('server', 'an id that is in use');
    else if (asked.size >= options.limits.maxInFlight) options.dropped('server', 'too many questions at once');
    else {
      asked.add(message.idKey, { deadlineAt: undefined });
      out.toClient(line, message, related);
    }
  }

  /** A person stopped everything. */
  private isStopped(): boolean {
    return this.parts.options.policy().decideRequest({}, undefined, NO_FACTS).code === 'lockdown';
  }

  private notification(message: NotificationMessage, line: Buffer, seen: Seen, related: string | undefined): void {
    const { options, catalogue, asked, out, tenant } = this.parts;
    if (!this.bucket.take(options.now())) {
      options.dropped('server', 'too many notifications');
      return;
    }
    if (tenant?.keepsBack(message.method) === true) {
      options.dropped('server', 'news of a task, which no tenant was asked about');
      return;
    }
    this.note(message.method, seen);
    if (guardDecision(seen.found) !== undefined) {
      options.dropped('server', 'a notification that the guard kept back');
      return;
    }
    // A server may go on with a call that was taken back; what it says of it reaches nobody.
    if (!isBookkeeping(message.method) && this.isStopped()) {
      options.dropped('server', 'a notification while everything is stopped');
      return;
    }
    if (message.method === LIST_CHANGED) catalogue.forget();
    else if (message.method === PROMPTS_CHANGED) this.parts.others.forget();
    else if (message.method === 'notifications/cancelled') {
      const idKey = cancelledKey(line);
      if (idKey !== undefined) asked.take(idKey);
    }
    out.toClient(line, message, related);
  }

  private response(message: ResponseMessage, line: Buffer, seen: Seen): void {
    const { options, forwarded, own, answered } = this.parts;
    if (!this.sawAnswer && message.error === undefined) {
      this.sawAnswer = true;
      options.alive();
    }
    if (own.take(message, line, seen)) {
      this.note('its own list', seen);
      return;
    }
    const entry = forwarded.take(message.idKey);
    if (message.error === undefined && entry !== undefined) answered?.();
    if (entry === undefined) {
      options.dropped('server', 'answer to a question that was not asked');
      return;
    }
    if (entry.call === undefined) this.note(entry.method, seen);
    const problem = introductionProblem(entry.method, message, line);
    if (problem !== undefined) {
      forwarded.fail(entry, 'protocol', problem);
      return;
    }
    const introduced = withoutInstructions(entry.method, message, line, seen, options.pins);
    if (introduced !== undefined) this.deliver(entry, message, introduced, seen);
    else this.gate(entry, message, line, seen);
  }

  private gate(entry: ForwardedRequest, message: ResponseMessage, line: Buffer, seen: Seen): void {
    const kept = guardDecision(seen.found);
    if (kept === undefined) this.deliver(entry, message, line, seen);
    else if (kept.effect === 'ask' && !isListMethod(entry.method)) {
      this.parts.answers.ask({
        entry,
        answer: line.toString('utf8').trimEnd(),
        why: kept,
        deliver: () => this.deliver(entry, message, line, seen),
        withhold: (decision) => this.withhold(entry, line.length, seen, decision),
      });
    } else this.withhold(entry, line.length, seen, kept);
  }

  /** The server's answer reaches nobody; a tenant hears no more than that. */
  private withhold(entry: ForwardedRequest, bytes: number, { found }: Seen, { code }: Decision): void {
    const { audit, forwarded, out } = this.parts;
    const { id, idKey, call, method } = entry;
    forwarded.endGoverned(entry, 'withheld');
    audit.outcome(call, 'withheld', bytes, code, { found });
    const ref = call?.subject.call ?? '';
    if (method !== 'tools/call') out.reply(errorReply(id, METHOD_REFUSED, keptAnswerText(code)), idKey);
    else {
      const text = keptResultText(code, ref);
      out.reply(refusedCall({ id, code, ref, text, modern: entry.modern }), idKey);
    }
  }

  /** What leaves no record of its own leaves an event. */
  private note(method: string, { found, items }: Seen): void {
    const { found: tell } = this.parts.options;
    for (const { verdict, findings } of [found, ...(items ?? [])]) {
      if (findings.length > 0)
        tell({ carrier: recordableMethod(method, { findings }), from: 'server', verdict, findings });
    }
  }

  private deliver(entry: ForwardedRequest, message: ResponseMessage, line: Buffer, seen: Seen): void {
    const { audit, forwarded, out, tenant } = this.parts;
    const { found } = seen;
    if (entry.governed !== undefined && tenant !== undefined) {
      tenant.answered(entry, entry.governed, message, line, seen);
    } else if (message.error !== undefined) {
      const { code } = message.error;
      markTaint(this.parts.options, entry.call, found);
      audit.outcome(entry.call, 'error', line.length, typeof code === 'number' ? String(code) : 'error', { found });
      out.toClient(line, message);
    } else if (tenant !== undefined && entry.method !== 'tools/list' && holdsTools(message.result)) {
      forwarded.fail(entry, 'protocol', 'it answered with a list of tools that nobody asked for');
    } else if (isListMethod(entry.method) || holdsTools(message.result)) {
      this.deliverList(entry, message, line, seen);
    } else {
      this.recordAnswer(entry, message.result, line.length, seen);
      out.toClient(line, message);
    }
  }

  /** The call is over, unless its server needs input of the client first. */
  private recordAnswer(entry: ForwardedRequest, result: unknown, bytes: number, { found }: Seen): void {
    const { audit, forwarded, options } = this.parts;
    markTaint(options, entry.call, found);
    if (isInputRequired(result) && forwarded.awaitInput(entry, result['requestState'])) return;
    const failed = isJsonObject(result) && result['isError'] === true;
    audit.outcome(entry.call, failed ? 'tool_error' : 'ok', bytes, failed ? 'tool_error' : undefined, { found });
  }

  private deliverList(entry: ForwardedRequest, message: ResponseMessage, line: Buffer, seen: Seen): void {
    const { forwarded, out } = this.parts;
    let list: FilteredList;
    try {
      list = this.filtered(entry, message, line, seen);
    } catch (error) {
      // A list that could not be filtered is not shown.
      const reason = error instanceof Error ? error.message : 'its list could not be checked';
      forwarded.fail(entry, 'engine', reason);
      return;
    }
    if (list.kind === 'refused') {
      forwarded.fail(entry, 'protocol', list.reason);
      return;
    }
    const delivered = list.kind === 'changed' ? list.line : line;
    this.recordAnswer(entry, message.result, delivered.length, { found: wholeOf(seen) });
    out.toClient(delivered, message);
  }

  private filtered(entry: ForwardedRequest, message: ResponseMessage, line: Buffer, seen: Seen): FilteredList {
    const { options, catalogue, others, tenant } = this.parts;
    const { method } = entry;
    const look = { verdicts: seen.items, isServers: true, client: clientFacts(options) };
    if (!isListMethod(method) || method === 'tools/list' || holdsTools(message.result)) {
      // Read although the tenant could not be asked: what it left out before stays hidden.
      const hides = tenant === undefined ? undefined : (tool: string) => tenant.hides(tool)?.code;
      return catalogue.filter(line, message.result, options.policy(), { ...look, hides });
    }
    return others.filter(line, message.result, method, options.policy(), look);
  }
}

/** It carries no text. */
function isBookkeeping(method: string): boolean {
  return method.endsWith('/list_changed') || method === 'notifications/cancelled';
}

/** All that was found in a message, its items too: an answer to a call may hold a list. */
function wholeOf({ found, items = [] }: Seen): ScanResult {
  return { ...found, findings: [...found.findings, ...items.flatMap(({ findings }) => findings)] };
}

/** A list of tools is one whatever was asked: a server that mixes up its ids must not get a list past the filter. */
function holdsTools(result: unknown): boolean {
  return isJsonObject(result) && Array.isArray(result['tools']);
}
