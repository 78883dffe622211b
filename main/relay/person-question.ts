/** What a person is asked about a call, or why nobody can be: the bytes that would leave, and nothing else. */
import type { Decision } from '../../preload/contract/index.ts';
import type { ApprovalRequest } from '../approval/approvals.ts';
import { argumentsSource, type Candidate } from './candidate.ts';
import type { WireLimits } from './limits.ts';
import type { SessionOptions } from './session-options.ts';

/** `decision`: what asks, and why. */
export function questionAbout(
  { line, tool, call }: Candidate,
  decision: Decision,
  { connector, showArguments }: Pick<SessionOptions, 'connector' | 'showArguments'>,
): ApprovalRequest {
  return {
    connector,
    tool,
    client: call.subject.claimed.client ?? 'unknown client',
    argumentsText: () => showArguments(argumentsSource(line)),
    decision,
  };
}

/** Why nobody could read what they would agree to, or undefined. */
export function unreadable({ line }: Candidate, { maxApprovalBytes }: WireLimits): Decision | undefined {
  if (line.length <= maxApprovalBytes) return undefined;
  const reason = `It asks, and its arguments are too long for a person to read (${line.length} bytes).`;
  return { effect: 'deny', decidedBy: 'approval', code: 'approval_unavailable', reason };
}
