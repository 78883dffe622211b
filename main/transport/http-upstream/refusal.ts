/** What a server says with a refusal. Read to find an answer in it, and never shown as text. */
import type { IncomingMessage } from 'node:http';
import { isJsonObject } from '../../../preload/contract/json.ts';
import type { Link } from './link.ts';
import { responseProblem } from './response-type.ts';

const MAX_BYTES = 256 * 1024;
const METHOD_NOT_FOUND = -32_601;
const NEWLINE = Buffer.from('\n');

/** The JSON text of a refusal with a newline behind it; undefined when there is none. */
export async function readRefusal(
  response: IncomingMessage,
  status: number,
  link: Pick<Link, 'reading'>,
): Promise<Buffer | undefined> {
  if (status < 400 || status >= 500 || responseProblem(response, 'application/json') !== undefined) {
    link.reading.discard(response);
    return undefined;
  }
  const text = await link.reading.collect(response, MAX_BYTES);
  if (text === undefined || text.length === 0) return undefined;
  return Buffer.concat([text, NEWLINE]);
}

interface RefusalError {
  readonly id: unknown;
  readonly code: unknown;
  readonly message: unknown;
}

function errorOf(refusal: Buffer | undefined): RefusalError | undefined {
  if (refusal === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(refusal.toString('utf8'));
    if (!isJsonObject(value)) return undefined;
    const { id, error } = value;
    return isJsonObject(error) ? { id, code: error['code'], message: error['message'] } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a server that was given a session id says that it has no such session. By the specification that is a 404; many
 * servers answer 400 instead, as the SDK's examples do. An error that names a request is that request's answer: the server
 * may have carried it out, whatever the text says.
 */
export function saysSessionLost(status: number, refusal: Buffer | undefined): boolean {
  if (status === 404) return errorOf(refusal)?.code !== METHOD_NOT_FOUND;
  if (status !== 400) return false;
  const error = errorOf(refusal);
  if (error === undefined || (error.id !== undefined && error.id !== null)) return false;
  return typeof error.message === 'string' && /\bsession\b/i.test(error.message);
}
