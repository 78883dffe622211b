/**
 * What comes from the client, after the guard looked at it: parsed strictly, matched to what was asked of it, gated where a
 * gate concerns it.
 */
import { isJsonObject } from '../../preload/contract/json.ts';
import type { Decision, DecisionCode } from '../../preload/contract/index.ts';
import type { Asked, Call, CallAudit } from './call-audit.ts';
import type { Target } from './candidate.ts';
import { agentText, engineError, errorReply, METHOD_REFUSED, OWN_ID_PREFIX, SERVER_FAILED } from './denial.ts';
import { clientFacts } from './client-facts.ts';
import type { ForwardedRequests } from './forwarded-requests.ts';
import type { GatedCalls } from './gated-calls.ts';
import { KEPT_REQUEST } from './guard-texts.ts';
import type { HeldAnswers } from './held-answers.ts';
import { IdsInUse } from './ids-in-use.ts';
import type { Inspected, Seen } from './inspection.ts';
import { guardDecision } from './kept-back.ts';
import { isNotificationName, mayBeNotification, passesDenyDefault, subjectOf } from './methods.ts';
import { idKeyOf, type NotificationMessage, type RequestMessage, type ResponseMessage } from './parse-message.ts';
import type { Pending } from './pending.ts';
import type { Probed } from './probe-envelope.ts';
import { memberText } from './scan-json.ts';
import { recordableFacts, recordableMethod, recordableName } from './recordable.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import type { TenantSide } from './tenant-side.ts';

export interface ClientSideParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly calls: GatedCalls;
  readonly answers: HeldAnswers;
  readonly tenant: TenantSide | undefined;
  /** Requests of the server that wait for the client. */
  readonly asked: Pending<{ readonly deadlineAt: undefined }>;
  readonly isServerGone: () => boolean;
}

/** What is called, read or prompted goes through all gates. */
const TARGETS: ReadonlyMap<string, Target> = new Map([
  ['tools/call', 'tool'],
  ['resources/read', 'resource'],
  ['prompts/get', 'prompt'],
  // What comes of a task is the outcome of the call that made it.
  ['tasks/result', 'task'],
  ['tasks/get', 'task'],
]);

/** A request that is refused, which leaves a record. */
interface Refused {
  readonly message: RequestMessage;
  readonly call: Call;
  readonly asked: Asked;
}

const MAX_NAME_CHARACTERS = 64;

function cancelLine(requestId: string): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${requestId}}}\n`);
}

/** What `notifications/cancelled` names, compared as ids are. */
export function cancelledKey(line: Buffer): string | undefined {
  const source = memberText(line, ['params', 'requestId']);
  return source === undefined ? undefined : idKeyOf(source);
}

export class ClientSide {
  private readonly parts: ClientSideParts;
  private unnamed: boolean;
  private readonly ids: IdsInUse;

  constructor(parts: ClientSideParts) {
    this.parts = parts;
    this.unnamed = parts.options.claimed().client === undefined;
    const { options, forwarded, calls, answers, tenant } = parts;
    this.ids = new IdsInUse(
      options.limits,
      (idKey) => forwarded.has(idKey) || calls.has(idKey) || answers.has(idKey) || tenant?.has(idKey) === true,
    );
  }

  message({ parsed, line, seen }: Inspected): void {
    const { options } = this.parts;
    switch (parsed.kind) {
      case 'invalid':
        options.dropped('client', parsed.reason);
        if (!parsed.unanswerable) this.refuse(parsed.id, parsed.code, `${parsed.reason}.`);
        return;
      case 'notification':
        this.notification(parsed, line, seen);
        return;
      case 'response':
        this.answer(parsed, line, seen);
        return;
      case 'request':
        this.request(parsed, line, seen);
    }
  }

  /** What the client answers to the server is text that reaches a server. */
  private answer(message: ResponseMessage, line: Buffer, seen: Seen): void {
    const { options, out, asked } = this.parts;
    if (asked.take(message.idKey) === undefined) {
      options.dropped('client', 'answer to a question that was not asked');
      return;
    }
    this.note('an answer of the client', seen);
    if (guardDecision(seen.found) === undefined) out.toServer(line, message);
    else out.replyToServer(errorReply(message.id, METHOD_REFUSED, KEPT_REQUEST), message.idKey);
  }

  /** What leaves no record of its own leaves an event. */
  private note(method: string, { found: { verdict, findings } }: Seen): void {
    if (findings.length === 0) return;
    const carrier = recordableMethod(method, { findings });
    this.parts.options.found({ carrier, from: 'client', verdict, findings });
  }

  discarded(why: 'too_large' | 'too_slow', probed: Probed): void {
    const { options } = this.parts;
    options.dropped('client', why);
    if (probed.reading === 'response' || probed.reading === 'notification') return;
    const text =
      why === 'too_large'
        ? `the message is larger than ${options.limits.maxMessageBytes} bytes.`
        : 'the message was not finished in time.';
    this.refuse(probed.id, -32_600, text);
  }

  private refuse(id: string | undefined, code: number, why: string): void {
    const idKey = id === undefined ? undefined : idKeyOf(id);
    this.parts.out.reply(errorReply(id ?? null, code, `Not forwarded: ${why}`), idKey);
  }

  private notification(message: NotificationMessage, line: Buffer, seen: Seen): void {
    this.note(message.method, seen);
    const isKept = guardDecision(seen.found) !== undefined;
    if (message.method === 'notifications/cancelled') {
      const idKey = cancelledKey(line);
      if (idKey !== undefined) {
        if (this.parts.calls.withdraw(idKey) || this.parts.tenant?.withdraw(idKey) === true) return;
        const answer = this.parts.answers.withdraw(idKey);
        if (answer !== undefined) {
          this.parts.forwarded.endGoverned(answer, 'cancelled');
          this.parts.audit.outcome(answer.call, 'cancelled', 0);
          return;
        }
        this.parts.forwarded.cancel(idKey);
      }
      // What it says why may not leave; that the call is taken back must.
      const source = isKept ? memberText(line, ['params', 'requestId']) : undefined;
      if (isKept) {
        if (source !== undefined && idKey !== undefined) this.parts.out.toServer(cancelLine(source), message);
        return;
      }
    } else if (isKept) {
      this.parts.options.dropped('client', 'a notification that the guard kept back');
      return;
    } else if (!this.isOpenNotification(message.method)) {
      this.parts.options.dropped('client', 'a request without an id');
      return;
    }
    this.parts.out.toServer(line, message);
  }

  /** A server may carry out whatever it is sent, id or not: what a gate concerns never leaves as a notification. */
  private isOpenNotification(method: string): boolean {
    if (isNotificationName(method)) return true;
    if (!mayBeNotification(method)) return false;
    try {
      return this.parts.options.policy().default !== 'deny';
    } catch {
      return false;
    }
  }

  private request(message: RequestMessage, line: Buffer, seen: Seen): void {
    const { options, out, audit, forwarded, calls, answers, tenant } = this.parts;
    if (this.ids.has(message.idKey)) {
      options.dropped('client', 'an id that is in use');
      this.refuse(message.id, -32_600, 'a request with this id is still under way.');
      return;
    }
    if (message.idKey.startsWith(`s${OWN_ID_PREFIX}`)) {
      this.refuse(message.id, -32_600, 'ids that begin like this are reserved.');
      return;
    }
    if (this.parts.isServerGone()) {
      options.dropped('client', 'a request after the server ended');
      const text = `The server of "${options.connector}" has ended. Start the connector again.`;
      out.reply(errorReply(message.id, SERVER_FAILED, text), message.idKey);
      return;
    }
    if (forwarded.size + calls.size + answers.size + (tenant?.size ?? 0) >= options.limits.maxInFlight) {
      options.dropped('client', 'more requests than may be under way');
      this.refuse(message.id, -32_603, 'too many requests are under way. Wait for answers, then send again.');
      return;
    }
    // What was found in a name is kept from the server, and not recorded as one either.
    if (this.unnamed && recordableName(seen.found)) this.noteName(message);
    const target = TARGETS.get(message.method);
    if (target !== undefined && tenant?.closes(message.method) === undefined) {
      calls.handle(message, line, target, seen);
      return;
    }
    const decision = this.decide(message, seen);
    if (decision.effect !== 'allow') {
      const { findings } = seen.found;
      const asked: Asked = {
        arguments: undefined,
        inputResponses: message.params['inputResponses'],
        bytes: line.length,
        ...(findings.length === 0 ? {} : { findings }),
      };
      this.refuseMethod({ message, call: audit.begin(message, line, recordableFacts({}, asked)), asked }, decision);
      return;
    }
    this.note(message.method, seen);
    if (tenant !== undefined && message.method === 'tools/list') tenant.list(message, line);
    else forwarded.forward(message, line, undefined);
  }

  /** Nobody is asked about what carries no call: a doubt of the guard is a no, a rule that asks is about the use itself. */
  private decide(message: RequestMessage, seen: Seen): Decision {
    const closed = this.parts.tenant?.closes(message.method);
    if (closed !== undefined) return closed;
    const guard = guardDecision(seen.found);
    if (guard !== undefined) return { ...guard, effect: 'deny' };
    const passes: Decision = {
      effect: 'allow',
      decidedBy: 'local',
      code: 'default_allow',
      reason: 'It carries no call.',
    };
    if (passesDenyDefault(message.method)) return passes;
    const { options } = this.parts;
    const held = options.pins.problem();
    if (held !== undefined) return { effect: 'deny', decidedBy: 'pin', code: 'pin_changed', reason: held };
    const client = clientFacts(options, message.params);
    try {
      const subject = subjectOf(message);
      const decision = options.policy().decideRequest(message.params, subject, { client, taints: [] });
      return decision.effect === 'deny' ? decision : { ...decision, effect: 'allow' };
    } catch (error) {
      return engineError(error);
    }
  }

  private refuseMethod(refused: Refused, decision: Decision): void {
    this.parts.audit.notMade(refused.call, decision, refused.asked, 'refused', decision.code);
    this.answerRefused(refused, decision.code);
  }

  private answerRefused({ message, call }: Refused, code: DecisionCode): void {
    const ref = call.subject.call;
    const text =
      code === 'method_denied'
        ? `Blocked by Runlayer policy: ${message.method} is not open here. (ref ${ref})`
        : agentText(code, 0, ref);
    this.parts.out.reply(errorReply(message.id, METHOD_REFUSED, text), message.idKey);
  }

  /** Legacy clients name themselves in initialize, modern ones in each request. */
  private noteName(message: RequestMessage): void {
    const meta = message.params['_meta'];
    const modern = isJsonObject(meta) ? meta['io.modelcontextprotocol/clientInfo'] : undefined;
    const info = message.method === 'initialize' ? message.params['clientInfo'] : modern;
    const name = isJsonObject(info) ? info['name'] : undefined;
    if (typeof name !== 'string' || name === '') return;
    this.unnamed = false;
    this.parts.options.introduced(name.slice(0, MAX_NAME_CHARACTERS));
  }
}
