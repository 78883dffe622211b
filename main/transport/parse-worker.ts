/** Parses large messages off the main thread. Gets bytes, gives back what the relay needs to know of them. */
import { parentPort } from 'node:worker_threads';
import { isJsonObject } from '../../preload/contract/json.ts';
import { DEFAULT_LIMITS, type WireLimits } from '../relay/limits.ts';
import { parseMessage, type Parsed, type Sender } from '../relay/parse-message.ts';

export interface ParseJob {
  readonly id: number;
  readonly bytes: ArrayBuffer;
  readonly sender: Sender;
  readonly limits?: WireLimits;
}

export interface ParseDone {
  readonly id: number;
  readonly parsed: Parsed;
}

/** Of a result only lists of tools are looked into; copying the rest back would cost more than parsing it. */
function slim(parsed: Parsed): Parsed {
  if (parsed.kind !== 'response' || !isJsonObject(parsed.result) || Array.isArray(parsed.result['tools']))
    return parsed;
  return { ...parsed, result: { isError: parsed.result['isError'] === true } };
}

parentPort?.on('message', (job: ParseJob) => {
  const done: ParseDone = {
    id: job.id,
    parsed: slim(parseMessage(Buffer.from(job.bytes), job.sender, job.limits ?? DEFAULT_LIMITS)),
  };
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, not a window
  parentPort?.postMessage(done);
});
