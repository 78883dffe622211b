/** The text of a member's answer to a tools/call, and of its progress, on the way to the client. */
import { errorReply, unknownTool } from '../../relay/denial.ts';
import { idSpan, memberSpan, splice, type Edit } from '../../transport/http-endpoint/id-splice.ts';
import type { CallRoute } from './call-request.ts';
import { problems, type Problem } from './problems.ts';
import { membersOf } from './source-edits.ts';

/** Errors about how two speak with each other: between a member and us, not between us and the client. */
const BETWEEN_TWO: ReadonlySet<string> = new Set(['-32601', '-32020', '-32022']);
const OPEN_BRACE = 0x7b;

/** The answer as the client must see it. `asked.name` is the tool's name in the aggregate. */
export function answerForClient(
  bytes: Buffer,
  asked: { readonly id: string; readonly name: string },
  route: CallRoute,
): Buffer {
  const ours = String(route.number);
  // A tool that the member hides must look as one that never was.
  if (bytes.equals(unknownTool(ours, route.tool))) return unknownTool(asked.id, asked.name);
  const id = idSpan(bytes, ours);
  if (id === undefined) return failure(asked.id, problems.unreadable(route.connector));
  const edits: Edit[] = [{ span: id, text: asked.id }];
  const code = errorCode(bytes);
  if (code !== undefined) {
    return BETWEEN_TWO.has(code) ? failure(asked.id, problems.unreadable(route.connector)) : splice(bytes, edits);
  }
  if (route.clientEra === route.memberEra) return splice(bytes, edits);
  const result = memberSpan(bytes, ['result']);
  if (result === undefined || bytes[result.start] !== OPEN_BRACE)
    return failure(asked.id, problems.unreadable(route.connector));
  const types = membersOf(bytes, result).filter(({ key }) => key === 'resultType');
  if (route.clientEra === 'legacy') {
    const isComplete = types.every(({ value }) => bytes.toString('utf8', value.start, value.end) === '"complete"');
    return isComplete ? splice(bytes, edits) : failure(asked.id, problems.needsNewerClient(route.connector));
  }
  // In the legacy era every result is the answer, whatever it says of itself.
  for (const { value } of types) edits.push({ span: value, text: '"complete"' });
  if (types.length === 0) {
    const start = result.start + 1;
    const isEmpty = bytes.toString('utf8', start, result.end - 1).trim() === '';
    edits.push({ span: { start, end: start }, text: `"resultType":"complete"${isEmpty ? '' : ','}` });
  }
  return splice(bytes, edits);
}

const RESULT_FIRST = Buffer.from('{"result":');
const ID_FIRST = /^\{"jsonrpc":"2\.0","id":\d+,"result":/;

/** Source text of the code of an error; undefined for a result. */
function errorCode(bytes: Buffer): string | undefined {
  // Most answers say at once that they are results.
  if (bytes.subarray(0, RESULT_FIRST.length).equals(RESULT_FIRST)) return undefined;
  if (ID_FIRST.test(bytes.toString('latin1', 0, 64))) return undefined;
  const span = memberSpan(bytes, ['error']);
  if (span === undefined) return undefined;
  const code = memberSpan(bytes, ['code'], span);
  return code === undefined ? '' : bytes.toString('utf8', code.start, code.end);
}

export function failure(id: string, { code, text }: Problem): Buffer {
  return errorReply(id, code, text);
}

/** Progress with the client's own token. */
export function progressForClient(bytes: Buffer, token: string): Buffer | undefined {
  const span = memberSpan(bytes, ['params', 'progressToken']);
  return span === undefined ? undefined : splice(bytes, [{ span, text: token }]);
}
