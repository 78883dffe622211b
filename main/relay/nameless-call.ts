/** A tools/call that names no tool: no gate could say anything about it, and it leaves its records all the same. */
import type { Decision } from '../../preload/contract/index.ts';
import type { Asked, CallAudit } from './call-audit.ts';
import { errorReply } from './denial.ts';
import type { RequestMessage } from './parse-message.ts';
import type { Outgoing } from './session-options.ts';

export function refuseNameless(
  message: RequestMessage,
  line: Buffer,
  { audit, out }: { readonly audit: CallAudit; readonly out: Outgoing },
): void {
  const { inputResponses } = message.params;
  const asked: Asked = { arguments: undefined, inputResponses, bytes: line.length };
  const reason = 'The call names no tool.';
  const decision: Decision = { effect: 'deny', decidedBy: 'engine', code: 'unknown_tool', reason };
  audit.notMade(audit.begin(message, line, {}), decision, asked, 'refused', 'unknown_tool');
  out.reply(errorReply(message.id, -32_602, 'tools/call needs the name of a tool.'), message.idKey);
}
