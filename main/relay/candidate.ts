/** One call, read or prompt on its way through the gates, as it would leave if it left now. */
import type { Decision } from '../../preload/contract/index.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import type { Asked, Call } from './call-audit.ts';
import { agentText, errorReply, HIDDEN, isModern, METHOD_REFUSED, refusedCall, unknownTool } from './denial.ts';
import type { Governed } from './forwarded-requests.ts';
import type { WireLimits } from './limits.ts';
import type { Moment } from './moment.ts';
import type { RequestMessage } from './parse-message.ts';
import type { Member } from './scan-json.ts';
import { membersAt, spanAt } from './splice-json.ts';

/** What a request uses: rules, pins and people speak of it by kind and name. */
export type Target = 'tool' | 'resource' | 'prompt' | 'task';

export interface Candidate {
  readonly message: RequestMessage;
  readonly line: Buffer;
  readonly call: Call;
  readonly target: Target;
  /** Of the tool or prompt; the address of a resource. */
  readonly name: string;
  readonly asked: Asked;
  /** What the guard says of `line`. */
  readonly found: ScanResult;
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

/** Named beside the arguments, or the protocol's own. */
const NOT_SHOWN: ReadonlySet<string> = new Set(['name', 'uri', 'taskId', '_meta']);

/** The whole of what leaves, as source text of a JSON value: the arguments, with whatever else is sent beside them. */
export function argumentsSource(line: Buffer): string {
  const span = spanAt(line, ['params']);
  const members = span === undefined ? [] : membersAt(line, span).filter(({ key }) => !NOT_SHOWN.has(key));
  const textOf = ({ value }: Member): string => line.toString('utf8', value.start, value.end);
  const given = members.find(({ key }) => key === 'arguments');
  const others = members.filter((member) => member !== given);
  const own = given === undefined ? '{}' : textOf(given);
  if (others.length === 0) return own;
  const beside = others.map((member) => `,${JSON.stringify(member.key)}:${textOf(member)}`);
  return `{"arguments":${own}${beside.join('')}}`;
}

/** What the client is answered where the call is not made. */
export function refusal({ message, call, target, name }: Candidate, decision: Decision, limits: WireLimits): Buffer {
  const { code, approvalId } = decision;
  if (target === 'tool' && HIDDEN.has(code)) return unknownTool(message.id, name);
  const ref = approvalId ?? call.subject.call;
  if (target !== 'tool') {
    const text =
      code === 'method_denied'
        ? `Blocked by Runlayer policy: ${message.method} is not open here. (ref ${ref})`
        : agentText(code, limits.approvalMs, ref);
    return errorReply(message.id, METHOD_REFUSED, text);
  }
  const text = agentText(code, limits.approvalMs, ref);
  return refusedCall({ id: message.id, code, ref, text, modern: isModern(message.params) });
}
