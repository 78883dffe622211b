import type { IncomingMessage } from 'node:http';
import { typeReason } from './failure-words.ts';

/** Media type of a response, without its parameters. */
export function mediaType(response: IncomingMessage): string {
  return (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Why a response cannot be read as one of these types. */
export function responseProblem(response: IncomingMessage, ...types: readonly string[]): string | undefined {
  const encoding = response.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return 'it compressed its answer, which it was asked not to do';
  const type = mediaType(response);
  return types.includes(type) ? undefined : typeReason(type);
}
