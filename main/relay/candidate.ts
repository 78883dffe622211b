/** One tools/call on its way through the gates, as it would leave if it left now. */
import type { DecisionCode } from '../../preload/contract/index.ts';
import type { Asked, Call } from './call-audit.ts';
import { agentText, HIDDEN, isModern, refusedCall, unknownTool } from './denial.ts';
import type { Governed } from './forwarded-requests.ts';
import type { WireLimits } from './limits.ts';
import type { Moment } from './moment.ts';
import type { RequestMessage } from './parse-message.ts';
import { memberText } from './scan-json.ts';

export interface Candidate {
  readonly message: RequestMessage;
  readonly line: Buffer;
  readonly call: Call;
  readonly tool: string;
  readonly asked: Asked;
  /** Once a tenant let it through. */
  readonly admitted?: Admitted;
}

export interface Admitted {
  /** As the client sent it: what the tenant is asked about, and what a retry is compared with. */
  readonly original: Candidate;
  /** Undefined where managed settings let it through in the tenant's place. */
  readonly governed: Governed | undefined;
  /** Why, for the person. */
  readonly reason: string;
  /** When the question was put. */
  readonly askedAt: Moment;
}

/** The whole of what leaves, as source text of a JSON value. */
export function argumentsSource(line: Buffer): string {
  const given = memberText(line, ['params', 'arguments']) ?? '{}';
  const responses = memberText(line, ['params', 'inputResponses']);
  return responses === undefined ? given : `{"arguments":${given},"inputResponses":${responses}}`;
}

/** What the client is answered where the call is not made. */
export function refusal({ message, call, tool }: Candidate, code: DecisionCode, limits: WireLimits): Buffer {
  if (HIDDEN.has(code)) return unknownTool(message.id, tool);
  const ref = call.subject.call;
  const text = agentText(code, limits.approvalMs, ref);
  return refusedCall({ id: message.id, code, ref, text, modern: isModern(message.params) });
}
