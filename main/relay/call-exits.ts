/**
 * How a call ends where it stands before the server: it leaves, it is refused, or the tenant has answered it. Nothing leaves
 * before its intent is written, and what cannot be recorded is refused.
 */
import type { Decision } from '../../preload/contract/index.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import type { CallAudit } from './call-audit.ts';
import { refusal, type Candidate } from './candidate.ts';
import { engineError } from './denial.ts';
import type { ForwardedRequests } from './forwarded-requests.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import { markTaint } from './taint-labels.ts';
import type { Admission, NotMade, TenantCalls } from './tenant-calls.ts';

const UNRECORDED: Decision = {
  effect: 'deny',
  decidedBy: 'engine',
  code: 'audit_unavailable',
  reason: 'The audit trail cannot be written.',
};

export interface CallExitsParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
  /** Where the connector is a tenant's. */
  readonly tenant: TenantCalls | undefined;
  /** The call under this id waits for nothing any more. */
  readonly free: (idKey: string) => void;
}

/** Fingerprint of what the server lists under this name; undefined where it lists nothing of the kind. */
export function definitionOf({ target, name }: Candidate, { pins }: SessionOptions): string | undefined {
  return target === 'tool' || target === 'prompt' ? pins.fingerprint(target, name) : undefined;
}

export class CallExits {
  private readonly parts: CallExitsParts;
  private serverGone = false;

  constructor(parts: CallExitsParts) {
    this.parts = parts;
  }

  /** Nothing leaves any more. */
  serverEnded(): void {
    this.serverGone = true;
  }

  /** The tenant's answer in the place of the server's; the server is not asked, so nobody has to agree to a call. */
  answerFor(
    tenant: TenantCalls,
    admission: Extract<Admission, { kind: 'answered' }>,
    local: Decision,
    found: ScanResult,
  ): void {
    const { audit, out } = this.parts;
    const { candidate, answer, isError } = admission;
    const { call, asked, message } = candidate;
    const decision: Decision = { ...tenant.decision(candidate, local), code: 'tenant_answered' };
    try {
      audit.intent(call, decision, asked, () => {
        out.withdrawReply(answer);
        this.answerRefused(candidate, UNRECORDED);
      });
    } catch (error) {
      this.refuse(candidate, engineError(error));
      return;
    }
    this.parts.free(message.idKey);
    const outcome = isError ? 'tool_error' : 'ok';
    markTaint(this.parts.options, call, found);
    audit.outcome(call, outcome, answer.length, isError ? outcome : undefined, { from: 'tenant', found });
    out.reply(answer, message.idKey);
  }

  release(candidate: Candidate, decision: Decision): void {
    const { message, line, call, admitted } = candidate;
    const { audit, forwarded, tenant } = this.parts;
    if (this.serverGone) {
      this.refuse(candidate, engineError(new Error('The server has ended.')), 'upstream_gone');
      return;
    }
    try {
      const definition = definitionOf(candidate, this.parts.options);
      const asked = definition === undefined ? candidate.asked : { ...candidate.asked, definition };
      audit.intent(call, decision, asked, () => {
        forwarded.withdraw(message, line, call);
        tenant?.notMade(candidate, 'audit_unavailable', 'audit_unavailable');
        this.answerRefused(candidate, UNRECORDED);
      });
    } catch (error) {
      this.refuse(candidate, engineError(error));
      return;
    }
    this.parts.free(message.idKey);
    forwarded.forward(message, line, call, admitted?.governed, admitted?.original.line);
  }

  refuse(candidate: Candidate, decision: Decision, why: NotMade = 'local_denial'): void {
    this.parts.tenant?.notMade(candidate, why, decision.code);
    this.parts.audit.notMade(candidate.call, decision, candidate.asked, 'refused', decision.code);
    this.parts.free(candidate.message.idKey);
    this.answerRefused(candidate, decision);
  }

  private answerRefused(candidate: Candidate, decision: Decision): void {
    const { out, options } = this.parts;
    out.reply(refusal(candidate, decision, options.limits), candidate.message.idKey);
  }
}
