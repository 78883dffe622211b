/**
 * The gates of tools/call, in order: known? → policy → tenant, where the connector has one → policy again on what leaves →
 * approval → intent → forward. A call that needs a list, a tenant or a person is held here while everything else goes on. Any
 * exception is a refusal; there is no path from here to the server but `release`, and that writes the intent first.
 */
import type { Decision, DecisionCode } from '../../preload/contract/index.ts';
import type { CallAudit } from './call-audit.ts';
import { refusal, type Candidate } from './candidate.ts';
import { decideCall } from './decide-call.ts';
import { engineError } from './denial.ts';
import type { ForwardedRequests } from './forwarded-requests.ts';
import { endedDecision, HeldCalls, type HeldCall, type HeldEnd } from './held-calls.ts';
import type { Lister } from './list-upstream.ts';
import { isOlder } from './moment.ts';
import { refuseNameless } from './nameless-call.ts';
import type { RequestMessage } from './parse-message.ts';
import { questionAbout, unreadable } from './person-question.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import type { Admission, NotMade, TenantCalls } from './tenant-calls.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';

/** What a person agreed to. */
interface Approved {
  readonly line: Buffer;
  readonly answer: Decision;
  /** It was put to a person a second time, because the tenant had changed it. */
  readonly again: boolean;
}

export interface ToolCallsParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly catalogue: ToolCatalogue;
  readonly lister: Lister;
  /** Where the connector is a tenant's. */
  readonly tenant: TenantCalls | undefined;
  /** Why the tenant keeps a tool from the client, or undefined. */
  readonly tenantHides: ((tool: string) => Decision | undefined) | undefined;
  /** A held call stopped waiting. */
  readonly freed: () => void;
}

export class ToolCalls {
  private readonly parts: ToolCallsParts;
  private readonly held: HeldCalls;
  private serverGone = false;
  private clientGone = false;
  /** Nobody is left to wait for a person's answer. */
  private inputEnded = false;

  constructor(parts: ToolCallsParts) {
    this.parts = parts;
    const { options, out, freed } = parts;
    this.held = new HeldCalls({
      fatal: options.fatal,
      failed: (candidate, error) => this.refuse(candidate, engineError(error)),
      free: () => {
        out.flush();
        freed();
      },
    });
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
      refuseNameless(message, line, this.parts);
      return;
    }
    const candidate: Candidate = {
      message,
      line,
      tool,
      call: this.parts.audit.begin(message, line, { tool }),
      asked: { arguments: message.params['arguments'], inputResponses, bytes: line.length },
    };
    const { catalogue, lister, tenantHides } = this.parts;
    if (tenantHides?.(tool) !== undefined || catalogue.knows(tool)) {
      this.decide(candidate);
      return;
    }
    // Not listed yet: ask the server before deciding, so that its facts, not their absence, decide.
    this.held.hold('list', candidate, async ({ signal }) => {
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
    for (const held of this.held.all()) {
      if (waitsFor === undefined || held.waitsFor === waitsFor) this.end(held, why);
    }
  }

  /** Here and now, so that the answer leaves before whatever ended the waiting goes on. */
  private end(held: HeldCall, why: HeldEnd): void {
    this.held.end(held, why);
    this.endUnanswered(held.candidate, why);
  }

  private decide(candidate: Candidate): void {
    const decision = this.evaluate(candidate);
    if (decision.effect === 'deny') this.refuse(candidate, decision);
    else if (this.parts.tenant !== undefined) this.askTenant(this.parts.tenant, candidate);
    else if (decision.effect === 'allow') this.release(candidate, decision);
    else this.askPerson(candidate, decision);
  }

  private evaluate({ tool, asked }: Candidate): Decision {
    const { catalogue, options, tenantHides } = this.parts;
    try {
      return tenantHides?.(tool) ?? decideCall(tool, asked, catalogue, options.policy);
    } catch (error) {
      return engineError(error);
    }
  }

  /** `approved`: the tenant had let it through before a person agreed, too long ago. */
  private askTenant(tenant: TenantCalls, candidate: Candidate, approved?: Approved): void {
    const { catalogue, lister } = this.parts;
    this.held.hold('tenant', candidate, async (held) => {
      const { signal } = held;
      const admission = await tenant.admit(candidate.admitted?.original ?? candidate, signal);
      if (signal.aborted) {
        tenant.notMade(admission.candidate, 'cancelled', 'its end came first');
        return;
      }
      tenant.notMade(candidate, 'cancelled', 'it was asked about again');
      held.candidate = admission.candidate;
      if (admission.kind === 'refused') {
        this.refuse(admission.candidate, admission.decision);
        return;
      }
      const { tool, message } = candidate;
      // The list may have changed meanwhile; what is not known would be refused for no reason.
      if (!catalogue.knows(tool)) {
        await lister.list(message.params, signal);
        if (signal.aborted) return;
      }
      this.goOn(tenant, admission, approved);
    });
  }

  /** The local gates again, on what would leave now. */
  private goOn(
    tenant: TenantCalls,
    admission: Exclude<Admission, { kind: 'refused' }>,
    approved: Approved | undefined,
  ): void {
    const { candidate } = admission;
    const decision = this.evaluate(candidate);
    if (decision.effect === 'deny') this.refuse(candidate, decision);
    else if (admission.kind === 'answered') this.answerFor(tenant, admission, decision);
    else if (approved !== undefined) this.redeem(tenant, candidate, approved, decision);
    else if (decision.effect === 'allow') this.release(candidate, tenant.decision(candidate, decision));
    else this.askPerson(candidate, decision);
  }

  /** A person agreed to exactly these bytes, or is asked about the others, once. */
  private redeem(tenant: TenantCalls, candidate: Candidate, approved: Approved, decision: Decision): void {
    if (approved.line.equals(candidate.line)) {
      this.release(candidate, tenant.approved(candidate, approved.answer));
      return;
    }
    const reason = 'The tenant changed the arguments after a person had agreed to others.';
    if (approved.again)
      this.refuse(candidate, { effect: 'deny', decidedBy: 'tenant', code: 'approval_cancelled', reason });
    else this.askPerson(candidate, { ...decision, effect: 'ask', reason }, true);
  }

  private askPerson(candidate: Candidate, asked: Decision, again = false): void {
    const { options, tenant } = this.parts;
    const { line } = candidate;
    if (this.inputEnded) {
      this.endUnanswered(candidate, 'input_ended');
      return;
    }
    const problem = unreadable(candidate, options.limits);
    if (problem !== undefined) {
      this.refuse(candidate, problem);
      return;
    }
    this.held.hold('person', candidate, async ({ signal }) => {
      const answer = await options.ask(questionAbout(candidate, asked, options), signal);
      if (signal.aborted) return;
      if (answer.effect !== 'allow') {
        this.refuse(candidate, answer);
        return;
      }
      // Rules and tools may have changed while the call waited; an approval satisfies ask, never deny.
      const now = this.evaluate(candidate);
      if (now.effect === 'deny') this.refuse(candidate, now);
      else if (tenant !== undefined && this.isStale(candidate))
        this.askTenant(tenant, candidate, { line, answer, again });
      else this.release(candidate, tenant?.approved(candidate, answer) ?? answer);
    });
  }

  /** What the tenant said of the call is too old to make it by. */
  private isStale({ admitted }: Candidate): boolean {
    const { options } = this.parts;
    return admitted !== undefined && isOlder(admitted.askedAt, options.limits.freshPreMs, options);
  }

  /** The tenant's answer in the place of the server's; the server is not asked, so nobody has to agree to a call. */
  private answerFor(tenant: TenantCalls, admission: Extract<Admission, { kind: 'answered' }>, local: Decision): void {
    const { audit, out } = this.parts;
    const { candidate, answer, isError } = admission;
    const { call, asked, message } = candidate;
    const decision: Decision = { ...tenant.decision(candidate, local), code: 'tenant_answered' };
    try {
      audit.intent(call, decision, asked, () => {
        out.withdrawReply(answer);
        this.answerRefused(candidate, 'audit_unavailable');
      });
    } catch (error) {
      this.refuse(candidate, engineError(error));
      return;
    }
    this.held.free(message.idKey);
    const outcome = isError ? 'tool_error' : 'ok';
    audit.outcome(call, outcome, answer.length, isError ? outcome : undefined, 'tenant');
    out.reply(answer, message.idKey);
  }

  private release(candidate: Candidate, decision: Decision): void {
    const { message, line, call, asked, admitted } = candidate;
    const { audit, forwarded, tenant } = this.parts;
    if (this.serverGone) {
      this.refuse(candidate, engineError(new Error('The server has ended.')), 'upstream_gone');
      return;
    }
    try {
      audit.intent(call, decision, asked, () => {
        forwarded.withdraw(message, line, call);
        tenant?.notMade(candidate, 'audit_unavailable', 'audit_unavailable');
        this.answerRefused(candidate, 'audit_unavailable');
      });
    } catch (error) {
      this.refuse(candidate, engineError(error));
      return;
    }
    this.held.free(message.idKey);
    forwarded.forward(message, line, call, admitted?.governed, admitted?.original.line);
  }

  private refuse(candidate: Candidate, decision: Decision, why: NotMade = 'local_denial'): void {
    this.parts.tenant?.notMade(candidate, why, decision.code);
    this.parts.audit.notMade(candidate.call, decision, candidate.asked, 'refused', decision.code);
    this.held.free(candidate.message.idKey);
    this.answerRefused(candidate, decision.code);
  }

  private answerRefused(candidate: Candidate, code: DecisionCode): void {
    const { out, options } = this.parts;
    out.reply(refusal(candidate, code, options.limits), candidate.message.idKey);
  }

  /** A held call whose waiting was ended from outside: taken back, or told why. */
  private endUnanswered(candidate: Candidate, why: HeldEnd): void {
    const decision = endedDecision(why);
    if (why !== 'withdrawn' && !this.clientGone) {
      this.refuse(candidate, decision, why === 'server_ended' ? 'upstream_gone' : 'cancelled');
      return;
    }
    this.parts.tenant?.notMade(candidate, 'cancelled', decision.code);
    this.parts.audit.notMade(candidate.call, decision, candidate.asked, 'cancelled');
  }
}
