/** What comes from the server: matched to what was asked of it, lists filtered, everything else delivered as it came. */
import { isJsonObject } from '../../preload/contract/json.ts';
import type { CallAudit } from './call-audit.ts';
import { cancelledKey } from './client-side.ts';
import { errorReply } from './denial.ts';
import type { ForwardedRequest, ForwardedRequests } from './forwarded-requests.ts';
import { NotificationBucket } from './notification-bucket.ts';
import type { OwnRequests } from './own-requests.ts';
import {
  idKeyOf,
  type InvalidMessage,
  type NotificationMessage,
  type Parsed,
  type RequestMessage,
  type ResponseMessage,
} from './parse-message.ts';
import type { Pending } from './pending.ts';
import type { Probed } from './probe-envelope.ts';
import { isInputRequired } from './retry-key.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import type { TenantSide } from './tenant-side.ts';
import type { FilteredList, ToolCatalogue } from './tool-catalogue.ts';

const LIST_CHANGED = 'notifications/tools/list_changed';

export interface ServerSideParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly catalogue: ToolCatalogue;
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
  message(parsed: Parsed, line: Buffer, related?: string): void {
    switch (parsed.kind) {
      case 'invalid':
        this.invalid(parsed, line);
        return;
      case 'notification':
        this.notification(parsed, line, related);
        return;
      case 'request':
        this.request(parsed, line, related);
        return;
      case 'response':
        this.response(parsed, line);
    }
  }

  /** The client is told as by the server itself; one that waits for a list gets the new one anyway. */
  renewed(): void {
    const { catalogue, forwarded, out } = this.parts;
    catalogue.forget();
    if (!forwarded.knowsTools) return;
    const line = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', method: LIST_CHANGED })}\n`);
    out.toClient(line, { kind: 'notification', method: LIST_CHANGED, params: {} });
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

  private request(message: RequestMessage, line: Buffer, related: string | undefined): void {
    const { options, asked, out } = this.parts;
    if (asked.has(message.idKey)) options.dropped('server', 'an id that is in use');
    else if (asked.size >= options.limits.maxInFlight) options.dropped('server', 'too many questions at once');
    else {
      asked.add(message.idKey, { deadlineAt: undefined });
      out.toClient(line, message, related);
    }
  }

  private notification(message: NotificationMessage, line: Buffer, related: string | undefined): void {
    const { options, catalogue, asked, out, tenant } = this.parts;
    if (!this.bucket.take(options.now())) {
      options.dropped('server', 'too many notifications');
      return;
    }
    if (tenant?.keepsBack(message.method) === true) {
      options.dropped('server', 'news of a task, which no tenant was asked about');
      return;
    }
    if (message.method === LIST_CHANGED) catalogue.forget();
    else if (message.method === 'notifications/cancelled') {
      const idKey = cancelledKey(line);
      if (idKey !== undefined) asked.take(idKey);
    }
    out.toClient(line, message, related);
  }

  private response(message: ResponseMessage, line: Buffer): void {
    const { options, audit, forwarded, own, out, tenant, answered } = this.parts;
    if (!this.sawAnswer && message.error === undefined) {
      this.sawAnswer = true;
      options.alive();
    }
    if (own.take(message, line)) return;
    const entry = forwarded.take(message.idKey);
    if (message.error === undefined && entry !== undefined) answered?.();
    if (entry === undefined) {
      options.dropped('server', 'answer to a question that was not asked');
    } else if (entry.governed !== undefined && tenant !== undefined) {
      tenant.answered(entry, entry.governed, message, line);
    } else if (message.error !== undefined) {
      const { code } = message.error;
      audit.outcome(entry.call, 'error', line.length, typeof code === 'number' ? String(code) : 'error');
      out.toClient(line, message);
    } else if (tenant !== undefined && entry.method !== 'tools/list' && holdsTools(message.result)) {
      forwarded.fail(entry, 'protocol', 'it answered with a list of tools that nobody asked for');
    } else if (entry.method === 'tools/list' || holdsTools(message.result)) {
      this.deliverToolList(entry, message, line);
    } else {
      this.recordAnswer(entry, message.result, line.length);
      out.toClient(line, message);
    }
  }

  /** The call is over, unless its server needs input of the client first. */
  private recordAnswer(entry: ForwardedRequest, result: unknown, bytes: number): void {
    const { audit, forwarded } = this.parts;
    if (isInputRequired(result) && forwarded.awaitInput(entry, result['requestState'])) return;
    const failed = isJsonObject(result) && result['isError'] === true;
    audit.outcome(entry.call, failed ? 'tool_error' : 'ok', bytes, failed ? 'tool_error' : undefined);
  }

  private deliverToolList(entry: ForwardedRequest, message: ResponseMessage, line: Buffer): void {
    const { options, catalogue, forwarded, out, tenant } = this.parts;
    // Read although the tenant could not be asked: what it left out before stays hidden.
    const hides = tenant === undefined ? undefined : (tool: string) => tenant.hides(tool)?.code;
    let list: FilteredList;
    try {
      list = catalogue.filter(line, message.result, options.policy(), hides);
    } catch (error) {
      // A list that could not be filtered is not shown.
      const reason = error instanceof Error ? error.message : 'its list of tools could not be checked';
      forwarded.fail(entry, 'engine', reason);
      return;
    }
    if (list.kind === 'refused') {
      forwarded.fail(entry, 'protocol', list.reason);
      return;
    }
    const delivered = list.kind === 'changed' ? list.line : line;
    this.recordAnswer(entry, message.result, delivered.length);
    out.toClient(delivered, message);
  }
}

/** A list of tools is one whatever was asked: a server that mixes up its ids must not get a list past the filter. */
function holdsTools(result: unknown): boolean {
  return isJsonObject(result) && Array.isArray(result['tools']);
}
