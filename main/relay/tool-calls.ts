/**
 * The gates of tools/call, in order: known? → policy → approval → intent → forward. A call that needs a list or a person
 * is held here while everything else goes on. Any exception is a refusal; there is no path from here to the server but
 * `release`, and that writes the intent first.
 */
import type { Decision, DecisionCode } from '../../preload/contract/index.ts';
import type { Asked, Call, CallAudit } from './call-audit.ts';
import { decideCall } from './decide-call.ts';
import { agentText, engineError, errorReply, HIDDEN, isModern, refusedCall, unknownTool } from './denial.ts';
import type { ForwardedRequests } from './forwarded-requests.ts';
import type { Lister } from './list-upstream.ts';
import type { RequestMessage } from './parse-message.ts';
import { memberText } from './scan-json.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';

/** Why a held call stops waiting before its answer. */
export type HeldEnd = 'withdrawn' | 'server_ended' | 'input_ended' | 'closed';

/** One tools/call on its way through the gates. */
interface Candidate {
  readonly message: RequestMessage;
  readonly line: Buffer;
  readonly call: Call;
  readonly tool: string;
  readonly asked: Asked;
}

interface HeldCall {
  readonly waitsFor: 'list' | 'person';
  readonly candidate: Candidate;
  readonly controller: AbortController;
}

export interface ToolCallsParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly catalogue: ToolCatalogue;
  readonly lister: Lister;
  /** A held call stopped waiting. */
  readonly freed: () => void;
}

/** The whole of what leaves, as source text of a JSON value. */
function argumentsSource(line: Buffer): string {
  const given = memberText(line, ['params', 'arguments']) ?? '{}';
  const responses = memberText(line, ['params', 'inputResponses']);
  return responses === undefined ? given : `{"arguments":${given},"inputResponses":${responses}}`;
}

export class ToolCalls {
  private readonly parts: ToolCallsParts;
  private readonly held = new Map<string, HeldCall>();
  private serverGone = false;
  private clientGone = false;
  /** Nobody is left to wait for a person's answer. */
  private inputEnded = false;

  constructor(parts: ToolCallsParts) {
    this.parts = parts;
  }

  get size(): number {
    return this.held.size;
  }

  has(idKey: string): boolean {
    return this.held.has(idKey);
  }

  handle(message: RequestMessage, line: Buffer): void {
    const { name: tool, inputResponses } = message.params;
    if (typeof tool !== 'string') {
      const { audit, out } = this.parts;
      const asked: Asked = { arguments: undefined, inputResponses, bytes: line.length };
      const reason = 'The call names no tool.';
      const decision: Decision = { effect: 'deny', decidedBy: 'engine', code: 'unknown_tool', reason };
      audit.notMade(audit.begin(message, line, {}), decision, asked, 'refused', 'unknown_tool');
      out.reply(errorReply(message.id, -32_602, 'tools/call needs the name of a tool.'), message.idKey);
      return;
    }
    const candidate: Candidate = {
      message,
      line,
      tool,
      call: this.parts.audit.begin(message, line, { tool }),
      asked: { arguments: message.params['arguments'], inputResponses, bytes: line.length },
    };
    const { catalogue, lister } = this.parts;
    if (catalogue.get(tool) !== undefined || catalogue.callProblem(tool) !== undefined) {
      this.decide(candidate);
      return;
    }
    // Not listed yet: ask the server before deciding, so that its facts, not their absence, decide.
    this.hold('list', candidate, async (signal) => {
      await lister.list(message.params, signal);
      if (!signal.aborted) this.decide(candidate);
    });
  }

  /** The client takes a call back; true when it was still here, and the server never heard of it. */
  withdraw(idKey: string): boolean {
    const held = this.held.get(idKey);
    if (held !== undefined) this.end(held, 'withdrawn');
    return held !== undefined;
  }

  /** Ends the waiting of held calls, of all or of those that wait for a person. */
  endWaiting(why: HeldEnd, waitsFor?: HeldCall['waitsFor']): void {
    if (why === 'server_ended') this.serverGone = true;
    if (why === 'closed') this.clientGone = true;
    if (why === 'input_ended') this.inputEnded = true;
    for (const held of this.held.values()) {
      if (waitsFor === undefined || held.waitsFor === waitsFor) this.end(held, why);
    }
  }

  /** Here and now, so that the answer leaves before whatever ended the waiting goes on. */
  private end(held: HeldCall, why: HeldEnd): void {
    this.held.delete(held.candidate.message.idKey);
    held.controller.abort(why);
    this.endUnanswered(held.candidate, why);
  }

  private decide(candidate: Candidate): void {
    let decision: Decision;
    try {
      decision = this.evaluate(candidate);
    } catch (error) {
      decision = engineError(error);
    }
    switch (decision.effect) {
      case 'deny':
        this.refuse(candidate, decision);
        return;
      case 'allow':
        this.release(candidate, decision);
        return;
      case 'ask':
        if (this.inputEnded) this.endUnanswered(candidate, 'input_ended');
        else this.askPerson(candidate, decision);
    }
  }

  private evaluate({ tool, asked }: Candidate): Decision {
    const { catalogue, options } = this.parts;
    return decideCall(tool, asked, catalogue, options.policy);
  }

  private askPerson(candidate: Candidate, asked: Decision): void {
    const { options } = this.parts;
    const { line, tool, call } = candidate;
    if (line.length > options.limits.maxApprovalBytes) {
      const reason = `It asks, and its arguments are too long for a person to read (${line.length} bytes).`;
      this.refuse(candidate, { effect: 'deny', decidedBy: 'approval', code: 'approval_unavailable', reason });
      return;
    }
    this.hold('person', candidate, async (signal) => {
      const answer = await options.ask(
        {
          connector: options.connector,
          tool,
          client: call.subject.claimed.client ?? 'unknown client',
          argumentsText: () => options.showArguments(argumentsSource(line)),
          decision: asked,
        },
        signal,
      );
      if (signal.aborted) return;
      if (answer.effect !== 'allow') {
        this.refuse(candidate, answer);
        return;
      }
      // Rules and tools may have changed while the call waited; an approval satisfies ask, never deny.
      const again = this.evaluate(candidate);
      if (again.effect === 'deny') this.refuse(candidate, again);
      else this.release(candidate, answer);
    });
  }

  /** Keeps the id taken while `work` runs, and turns whatever it throws into a refusal. */
  private hold(
    waitsFor: HeldCall['waitsFor'],
    candidate: Candidate,
    work: (signal: AbortSignal) => Promise<void>,
  ): void {
    const { options, out, freed } = this.parts;
    const { idKey } = candidate.message;
    const mine: HeldCall = { waitsFor, candidate, controller: new AbortController() };
    const { signal } = mine.controller;
    this.held.set(idKey, mine);
    work(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.refuse(candidate, engineError(error));
      })
      .finally(() => {
        // `work` freed the id itself where it forwarded or answered; by then it may be another call's.
        if (this.held.get(idKey) === mine) this.held.delete(idKey);
        out.flush();
        freed();
      })
      .catch((error: unknown) => options.fatal(error instanceof Error ? error.message : 'a held call failed'));
  }

  private release(candidate: Candidate, decision: Decision): void {
    const { message, line, call, asked } = candidate;
    const { audit, forwarded } = this.parts;
    if (this.serverGone) {
      this.refuse(candidate, engineError(new Error('The server has ended.')));
      return;
    }
    try {
      audit.intent(call, decision, asked, () => {
        forwarded.withdraw(message, line, call);
        this.answerRefused(candidate, 'audit_unavailable');
      });
    } catch (error) {
      this.refuse(candidate, engineError(error));
      return;
    }
    this.held.delete(message.idKey);
    forwarded.forward(message, line, call);
  }

  private refuse(candidate: Candidate, decision: Decision): void {
    this.parts.audit.notMade(candidate.call, decision, candidate.asked, 'refused', decision.code);
    this.held.delete(candidate.message.idKey);
    this.answerRefused(candidate, decision.code);
  }

  private answerRefused({ message, call, tool }: Candidate, code: DecisionCode): void {
    const { out, options } = this.parts;
    const ref = call.subject.call;
    out.reply(
      HIDDEN.has(code)
        ? unknownTool(message.id, tool)
        : refusedCall({
            id: message.id,
            code,
            ref,
            text: agentText(code, options.limits.approvalMs, ref),
            modern: isModern(message.params),
          }),
      message.idKey,
    );
  }

  /** A held call whose waiting was ended from outside: taken back, or told why. */
  private endUnanswered(candidate: Candidate, why: HeldEnd): void {
    const decision: Decision = {
      effect: 'deny',
      decidedBy: 'approval',
      code: 'approval_cancelled',
      reason: why === 'withdrawn' ? 'The client took the call back.' : 'The session ended before the call was decided.',
    };
    if (why !== 'withdrawn' && !this.clientGone) {
      this.refuse(candidate, decision);
      return;
    }
    this.parts.audit.notMade(candidate.call, decision, candidate.asked, 'cancelled');
  }
}
