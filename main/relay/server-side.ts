/**
 * What comes from the server, after the guard looked at it: matched to what was asked of it, lists filtered, what may not
 * pass kept back, everything else delivered as it came.
 */
import { NO_FACTS } from '../policy/call-facts.ts';
import type { CallAudit } from './call-audit.ts';
import { cancelledKey } from './client-side.ts';
import { errorReply, METHOD_REFUSED } from './denial.ts';
import type { ForwardedRequests } from './forwarded-requests.ts';
import { KEPT_REQUEST } from './guard-texts.ts';
import type { Inspected, Seen } from './inspection.ts';
import { guardDecision } from './kept-back.ts';
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
import type { ServerAnswers } from './server-answers.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import type { TenantSide } from './tenant-side.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';

const LIST_CHANGED = 'notifications/tools/list_changed';
const PROMPTS_CHANGED = 'notifications/prompts/list_changed';

export interface ServerSideParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly catalogue: ToolCatalogue;
  readonly others: OtherLists;
  readonly delivery: ServerAnswers;
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
    this.parts.delivery.answered(entry, message, line, seen);
  }

  /** What leaves no record of its own leaves an event. */
  private note(method: string, { found, items }: Seen): void {
    const { found: tell } = this.parts.options;
    for (const { verdict, findings } of [found, ...(items ?? [])]) {
      if (findings.length > 0)
        tell({ carrier: recordableMethod(method, { findings }), from: 'server', verdict, findings });
    }
  }
}

/** It carries no text. */
function isBookkeeping(method: string): boolean {
  return method.endsWith('/list_changed') || method === 'notifications/cancelled';
}
