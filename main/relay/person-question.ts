/** What a person is asked about a call, or why nobody can be: the bytes that would leave, and nothing else. */
import type { Decision } from '../../preload/contract/index.ts';
import { approvalKey } from '../approval/approval-key.ts';
import type { ApprovalRequest } from '../approval/approvals.ts';
import { argumentsSource, type Candidate } from './candidate.ts';
import { canonicalSource } from './canonical-source.ts';
import type { WireLimits } from './limits.ts';
import type { SessionOptions } from './session-options.ts';
import { membersAt, spanAt } from './splice-json.ts';

/** What a yes is bound to besides the call itself. */
interface Bound {
  readonly definition: string | undefined;
  readonly policyVersion: string;
}

/** `decision`: what asks, and why. */
export function questionAbout(
  { line, target, name, call, asked }: Candidate,
  decision: Decision,
  options: Pick<SessionOptions, 'connector' | 'showArguments' | 'owner' | 'sessionId'>,
  { definition, policyVersion }: Bound,
): ApprovalRequest {
  const { connector, showArguments, owner, sessionId } = options;
  const client = call.subject.claimed.client ?? 'unknown client';
  const source = argumentsSource(line);
  const tool = target === 'tool' ? name : `${target} ${name}`;
  return {
    about: 'call',
    connector,
    tool,
    client,
    owner,
    session: sessionId,
    key: approvalKey({
      client,
      connector,
      tool,
      definition: definition ?? '',
      policyVersion,
      canonical: canonicalParams(line),
    }),
    arguments: asked.arguments,
    argumentsText: () => showArguments(source),
    decision,
  };
}

/** All that leaves, but for what differs from one sending of a call to the next. */
function canonicalParams(line: Buffer): string {
  const span = spanAt(line, ['params']);
  const members = span === undefined ? [] : membersAt(line, span);
  return members
    .filter(({ key }) => key !== '_meta')
    .map(({ key, value }) => `${JSON.stringify(key)}:${canonicalSource(line, value)}`)
    .sort()
    .join(',');
}

/** Why nobody could read what they would agree to, or undefined. */
export function unreadable({ line }: Candidate, { maxApprovalBytes }: WireLimits): Decision | undefined {
  if (line.length <= maxApprovalBytes) return undefined;
  const reason = `It asks, and its arguments are too long for a person to read (${line.length} bytes).`;
  return { effect: 'deny', decidedBy: 'approval', code: 'approval_unavailable', reason };
}
