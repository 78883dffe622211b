/**
 * The gates of what is called, read or prompted, in order: known? → pin → policy → guard → tenant, where the connector has
 * one → all of it again on what leaves → approval → intent → forward. What needs a list, a tenant or a person is held here
 * while everything else goes on. Any exception is a refusal; there is no path from here to the server but `CallExits.release`,
 * and that writes the intent first.
 */
import type { Decision } from '../../preload/contract/index.ts';
import type { ApprovalRequest } from '../approval/approvals.ts';
import { PASS, type ScanResult } from '../guard/scan-job.ts';
import { guardDecision } from './kept-back.ts';
import type { CallFacts } from '../policy/call-facts.ts';
import type { Asked, CallAudit } from './call-audit.ts';
import { CallExits, definitionOf } from './call-exits.ts';
import type { Candidate, Target } from './candidate.ts';
import { clientFacts } from './client-facts.ts';
import { engineError } from './denial.ts';
import type { ForwardedRequests } from './forwarded-requests.ts';
import { endedDecision, HeldCalls, type HeldCall, type HeldEnd } from './held-calls.ts';
import { inspectAdmitted } from './inspect-admitted.ts';
import type { Inspector, Seen } from './inspection.ts';
import type { Lister } from './list-upstream.ts';
import { isOlder } from './moment.ts';
import { auditedMethod } from './methods.ts';
import { refuseNameless } from './nameless-call.ts';
import type { OtherLists } from './other-lists.ts';
import type { RequestMessage } from './parse-message.ts';
import { PersonProgress } from './person-progress.ts';
import { questionAbout, unreadable } from './person-question.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import type { Admission, TenantCalls } from './tenant-calls.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';
import { recordableFacts } from './recordable.ts';
import { weigh, type Scales } from './weigh.ts';

/** The member of params that says what is used. */
const NAMED_BY: Readonly<Record<Target, string>> = { tool: 'name', prompt: 'name', resource: 'uri', task: 'taskId' };

/** Why the client may not have what a tenant answers in the server's place, or undefined. Nobody is asked about it. */
function answerProblem(found: ScanResult): Decision | undefined {
  const decision = guardDecision(found);
  if (decision === undefined && found.verdict !== 'mask') return undefined;
  const reason = decision?.reason ?? 'The guard found something in what the tenant answered.';
  return { effect: 'deny', decidedBy: 'guard', code: 'guard_block', reason };
}

/** What a person agreed to. */
interface Approved {
  readonly line: Buffer;
  readonly answer: Decision;
  /** It was put to a person a second time. */
  readonly again: boolean;
  /** What asked, and what the yes is bound to. */
  readonly asked: Decision;
  readonly key: string;
}

function otherwise(now: Decision): Decision {
  return { ...now, reason: `${now.reason} What decides about the call changed while you were asked.` };
}

export interface GatedCallsParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  readonly catalogue: ToolCatalogue;
  readonly others: OtherLists;
  readonly lister: Lister;
  /** Looks at what a tenant wrote, as at what a client sends. */
  readonly inspector: Inspector;
  /** Where the connector is a tenant's. */
  readonly tenant: TenantCalls | undefined;
  /** Why the tenant keeps a tool from the client, or undefined. */
  readonly tenantHides: ((tool: string) => Decision | undefined) | undefined;
  /** A held call stopped waiting. */
  readonly freed: () => void;
}

export class GatedCalls {
  private readonly parts: GatedCallsParts;
  private readonly held: HeldCalls;
  private readonly exits: CallExits;
  private readonly scales: Scales;
  private readonly progress: PersonProgress;
  private clientGone = false;
  /** Nobody is left to wait for a person's answer. */
  private inputEnded = false;

  constructor(parts: GatedCallsParts) {
    this.parts = parts;
    const { options, out, freed } = parts;
    this.scales = {
      catalogue: parts.catalogue,
      others: parts.others,
      policy: options.policy,
      facts: (candidate) => this.factsOf(candidate),
      tenantHides: parts.tenantHides,
    };
    this.progress = new PersonProgress(out, options.now);
    this.held = new HeldCalls({
      fatal: options.fatal,
      failed: (candidate, error) => this.exits.refuse(candidate, engineError(error)),
      free: () => {
        out.flush();
        freed();
      },
    });
    this.exits = new CallExits({ ...parts, free: (idKey) => this.held.free(idKey) });
  }

  get size(): number {
    return this.held.size;
  }

  has(idKey: string): boolean {
    return this.held.has(idKey);
  }

  /** `seen`: what the guard says of it. */
  handle(message: RequestMessage, line: Buffer, target: Target, { found }: Seen): void {
    const { inputResponses } = message.params;
    const name = message.params[NAMED_BY[target]];
    if (typeof name !== 'string') {
      refuseNameless(message, line, target, this.parts);
      return;
    }
    const { findings } = found;
    const asked: Asked = {
      arguments: message.params['arguments'],
      inputResponses,
      bytes: line.length,
      ...(findings.length === 0 ? {} : { findings }),
      ...(found.masked === undefined ? {} : { masked: true as const }),
    };
    const facts = target === 'tool' ? { tool: name } : auditedMethod(message);
    const call = this.parts.audit.begin(message, line, recordableFacts(facts ?? {}, asked));
    const candidate: Candidate = { message, line, target, name, call, asked, found };
    if (this.isKnown(candidate)) {
      this.decide(candidate);
      return;
    }
    // Not listed yet: ask the server before deciding, so that its facts, not their absence, decide.
    this.held.hold('list', candidate, async ({ signal }) => {
      await this.list(candidate, signal);
      if (!signal.aborted) this.decide(candidate);
    });
  }

  private isKnown({ target, name }: Candidate): boolean {
    const { catalogue, others, tenantHides } = this.parts;
    switch (target) {
      case 'tool':
        return tenantHides?.(name) !== undefined || catalogue.knows(name);
      case 'prompt':
        return others.knowsPrompt(name);
      case 'resource':
      case 'task':
        return true;
    }
  }

  private async list({ target, message }: Candidate, signal: AbortSignal): Promise<void> {
    const { lister } = this.parts;
    if (target === 'tool') await lister.list(message.params, signal);
    else await lister.listPrompts(message.params, signal);
  }

  /** The client takes a call back; true when it was still here, and the server never heard of it. */
  withdraw(idKey: string): boolean {
    const held = this.held.get(idKey);
    if (held !== undefined) this.end(held, 'withdrawn');
    return held !== undefined;
  }

  /** Ends the waiting of held calls, of all or of those that wait for a person. */
  endWaiting(why: HeldEnd, waitsFor?: HeldCall['waitsFor']): void {
    if (why === 'server_ended') this.exits.serverEnded();
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
    const { tenant } = this.parts;
    const decision = this.evaluate(candidate);
    if (decision.effect === 'deny') this.exits.refuse(candidate, decision);
    else if (tenant !== undefined && candidate.target === 'tool') this.askTenant(tenant, candidate);
    else if (decision.effect === 'allow') this.exits.release(candidate, decision);
    else this.askPerson(candidate, decision);
  }

  private evaluate(candidate: Candidate): Decision {
    return weigh(candidate, this.scales);
  }

  private factsOf({ message }: Candidate): CallFacts {
    const { options } = this.parts;
    const { taints } = options;
    const client = clientFacts(options, message.params);
    taints.note(client.name);
    return {
      client,
      // Looked for only where a rule asks.
      get taints() {
        return taints.of(client.name);
      },
    };
  }

  /** `approved`: the tenant had let it through before a person agreed, too long ago. */
  private askTenant(tenant: TenantCalls, candidate: Candidate, approved?: Approved): void {
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
        this.exits.refuse(admission.candidate, admission.decision);
        return;
      }
      // The list may have changed meanwhile; what is not known would be refused for no reason.
      if (!this.isKnown(candidate)) await this.list(candidate, signal);
      const looked = await inspectAdmitted(this.parts.inspector, admission.candidate, candidate);
      if (signal.aborted) return;
      held.candidate = looked;
      const answer = admission.kind === 'answered' ? admission.answer.subarray(0, -1) : undefined;
      const found = answer === undefined ? PASS : await this.parts.options.guard.scan('output', answer);
      if (signal.aborted) return;
      const kept = answerProblem(found);
      if (kept !== undefined) this.exits.refuse(looked, kept);
      else this.goOn(tenant, { ...admission, candidate: looked }, approved, found);
    });
  }

  /** The local gates again, on what would leave now. */
  private goOn(
    tenant: TenantCalls,
    admission: Exclude<Admission, { kind: 'refused' }>,
    approved: Approved | undefined,
    found: ScanResult,
  ): void {
    const { candidate } = admission;
    const decision = this.evaluate(candidate);
    if (decision.effect === 'deny') this.exits.refuse(candidate, decision);
    else if (admission.kind === 'answered') this.exits.answerFor(tenant, admission, decision, found);
    else if (approved !== undefined) this.redeem(tenant, candidate, approved, decision);
    else if (decision.effect === 'allow') this.exits.release(candidate, tenant.decision(candidate, decision));
    else this.askPerson(candidate, decision);
  }

  /** A person agreed to exactly these bytes, or is asked about the others, once. */
  private redeem(tenant: TenantCalls, candidate: Candidate, approved: Approved, decision: Decision): void {
    if (!approved.line.equals(candidate.line)) {
      const reason = 'The tenant changed the arguments after a person had agreed to others.';
      this.askAgain(candidate, { ...decision, effect: 'ask', reason }, approved.again, 'tenant');
    } else if (this.isStillAsked(candidate, decision, approved)) {
      this.exits.release(candidate, tenant.approved(candidate, approved.answer));
    } else this.askAgain(candidate, otherwise(decision), approved.again, 'engine');
  }

  private askAgain(candidate: Candidate, asked: Decision, again: boolean, decidedBy: 'tenant' | 'engine'): void {
    if (!again) {
      this.askPerson(candidate, asked, true);
      return;
    }
    this.exits.refuse(candidate, { effect: 'deny', decidedBy, code: 'approval_cancelled', reason: asked.reason });
  }

  /** What a yes is bound to is what it was when a person was asked; nothing asks any more, and there is nothing to be bound to. */
  private isStillAsked(candidate: Candidate, now: Decision, { asked, key }: Pick<Approved, 'asked' | 'key'>): boolean {
    if (now.effect === 'allow') return true;
    return now.code === asked.code && this.questionAbout(candidate, now).key === key;
  }

  private questionAbout(candidate: Candidate, asked: Decision): ApprovalRequest {
    const { options } = this.parts;
    const definition = definitionOf(candidate, options);
    return questionAbout(candidate, asked, options, { definition, policyVersion: options.policy().version });
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
      this.exits.refuse(candidate, problem);
      return;
    }
    const question = this.questionAbout(candidate, asked);
    this.held.hold('person', candidate, async ({ signal }) => {
      const answer = await options.ask(question, signal);
      if (signal.aborted) return;
      if (answer.effect !== 'allow') {
        this.exits.refuse(candidate, answer);
        return;
      }
      // Rules and tools may have changed while the call waited; an approval satisfies ask, never deny.
      const now = this.evaluate(candidate);
      const approved: Approved = { line, answer, again, asked, key: question.key };
      if (now.effect === 'deny') this.exits.refuse(candidate, now);
      else if (!this.isStillAsked(candidate, now, approved)) this.askAgain(candidate, otherwise(now), again, 'engine');
      else if (tenant !== undefined && this.isStale(candidate)) this.askTenant(tenant, candidate, approved);
      else this.exits.release(candidate, tenant?.approved(candidate, answer) ?? answer);
    });
  }

  /** What the tenant said of the call is too old to make it by. */
  private isStale({ admitted }: Candidate): boolean {
    const { options } = this.parts;
    return admitted !== undefined && isOlder(admitted.askedAt, options.limits.freshPreMs, options);
  }

  /** Every call that waits is refused. */
  lockDown(decision: Decision): void {
    for (const held of this.held.all()) {
      this.held.end(held, 'withdrawn');
      this.exits.refuse(held.candidate, decision, 'local_denial');
    }
  }

  /** Clients give up on a silent call; one that waits for a person says so. */
  tick(now: number): void {
    this.progress.tick(now, this.held.all());
  }

  /** A held call whose waiting was ended from outside: taken back, or told why. */
  private endUnanswered(candidate: Candidate, why: HeldEnd): void {
    const decision = endedDecision(why);
    if (why !== 'withdrawn' && !this.clientGone) {
      this.exits.refuse(candidate, decision, why === 'server_ended' ? 'upstream_gone' : 'cancelled');
      return;
    }
    this.parts.tenant?.notMade(candidate, 'cancelled', decision.code);
    this.parts.audit.notMade(candidate.call, decision, candidate.asked, 'cancelled');
  }
}
