/**
 * A request that names nothing of what it uses: no gate could say anything about it, and it leaves its records all the same.
 */
import type { Decision } from '../../preload/contract/index.ts';
import type { Asked, CallAudit } from './call-audit.ts';
import type { Target } from './candidate.ts';
import { errorReply, METHOD_REFUSED } from './denial.ts';
import type { RequestMessage } from './parse-message.ts';
import type { Outgoing } from './session-options.ts';

export function refuseNameless(
  message: RequestMessage,
  line: Buffer,
  target: Target,
  { audit, out }: { readonly audit: CallAudit; readonly out: Outgoing },
): void {
  const { inputResponses } = message.params;
  const asked: Asked = { arguments: undefined, inputResponses, bytes: line.length };
  const reason = `The request names no ${target}.`;
  const code = target === 'tool' ? 'unknown_tool' : 'method_denied';
  const decision: Decision = { effect: 'deny', decidedBy: 'engine', code, reason };
  audit.notMade(audit.begin(message, line, {}), decision, asked, 'refused', code);
  const text =
    target === 'resource' ? 'resources/read needs an address.' : `${message.method} needs the name of its ${target}.`;
  out.reply(errorReply(message.id, target === 'tool' ? -32_602 : METHOD_REFUSED, text), message.idKey);
}
