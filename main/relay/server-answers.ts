/**
 * What becomes of the server's answer to a request of the client: delivered, cut down to what may be seen, put to a person
 * first, or withheld. Each leaves its outcome before it leaves.
 */
import type { Decision } from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/json.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import type { CallAudit } from './call-audit.ts';
import { clientFacts } from './client-facts.ts';
import { agentText, errorReply, METHOD_REFUSED, refusedCall } from './denial.ts';
import type { ForwardedRequest, ForwardedRequests } from './forwarded-requests.ts';
import { keptAnswerText, keptResultText } from './guard-texts.ts';
import type { HeldAnswers } from './held-answers.ts';
import type { Seen } from './inspection.ts';
import { guardDecision } from './kept-back.ts';
import { isListMethod } from './list-source.ts';
import type { OtherLists } from './other-lists.ts';
import type { ResponseMessage } from './parse-message.ts';
import { isInputRequired } from './retry-key.ts';
import { introductionProblem, withoutInstructions } from './server-introduction.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import { markTaint } from './taint-labels.ts';
import type { TenantSide } from './tenant-side.ts';
import type { FilteredList, ToolCatalogue } from './tool-catalogue.ts';

export interface ServerAnswersParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly catalogue: ToolCatalogue;
  readonly others: OtherLists;
  readonly answers: HeldAnswers;
  readonly tenant: TenantSide | undefined;
}

export class ServerAnswers {
  private readonly parts: ServerAnswersParts;

  constructor(parts: ServerAnswersParts) {
    this.parts = parts;
  }

  /** The answer to `entry`, which waits no more; `seen`: what the guard says of it. */
  answered(entry: ForwardedRequest, message: ResponseMessage, line: Buffer, seen: Seen): void {
    const { forwarded, options } = this.parts;
    const problem = introductionProblem(entry.method, message, line);
    if (problem !== undefined) {
      forwarded.fail(entry, 'protocol', problem);
      return;
    }
    const introduced = withoutInstructions(entry.method, message, line, seen, options.pins);
    if (introduced !== undefined) this.deliver(entry, message, introduced, seen);
    else this.gate(entry, message, line, seen);
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

/** All that was found in a message, its items too: an answer to a call may hold a list. */
function wholeOf({ found, items = [] }: Seen): ScanResult {
  return { ...found, findings: [...found.findings, ...items.flatMap(({ findings }) => findings)] };
}

/** A list of tools is one whatever was asked: a server that mixes up its ids must not get a list past the filter. */
function holdsTools(result: unknown): boolean {
  return isJsonObject(result) && Array.isArray(result['tools']);
}
