/** The HTTP status of an answer in the modern era, where some errors are told apart by it. */
import { memberText } from '../../relay/scan-json.ts';
import { memberSpan } from './id-splice.ts';

const STATUS: ReadonlyMap<string, number> = new Map([
  ['-32601', 404],
  ['-32020', 400],
  ['-32021', 400],
  ['-32022', 400],
]);

const RESULT_FIRST = Buffer.from('{"result":');
const ID_FIRST = /^\{"jsonrpc":"2\.0","id":(?:\d+|"[A-Za-z0-9_.:-]*"),"result":/;

/** `answer` was parsed strictly: it holds either a result or an error. */
export function answerStatus(answer: Buffer): number {
  // Most answers say at once that they are results; the rest is looked through.
  if (answer.subarray(0, RESULT_FIRST.length).equals(RESULT_FIRST)) return 200;
  if (ID_FIRST.test(answer.toString('latin1', 0, 96))) return 200;
  const error = memberSpan(answer, ['error']);
  if (error === undefined) return 200;
  const code = memberText(answer.subarray(error.start, error.end), ['code']);
  return (code === undefined ? undefined : STATUS.get(code)) ?? 200;
}
