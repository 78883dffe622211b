import type { IncomingMessage } from 'node:http';
import { refusals, type HttpRefusal } from './http-failure.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** So much of an oversized body is thrown away before the answer: to close at once would lose the answer on its way. */
const MAX_DISCARDED_BYTES = 4 * MAX_BODY_BYTES;

export type Body =
  { readonly kind: 'json'; readonly value: object } | { readonly kind: 'refused'; readonly refusal: HttpRefusal };

const refused = (refusal: HttpRefusal): Body => ({ kind: 'refused', refusal });

function parse(chunks: readonly Buffer[]): Body {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refused(refusals.notJson);
    return { kind: 'json', value };
  } catch {
    return refused(refusals.notJson);
  }
}

/**
 * Reads a JSON object of at most 1 MiB. The limit holds while streaming: a false or missing
 * Content-Length buys nothing. A body that breaks off is refused like one that is not JSON.
 */
export function readJsonBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks = [];
      if (bytes <= MAX_DISCARDED_BYTES) return;
      request.pause();
      resolve(refused(refusals.tooLarge));
    });
    request.on('end', () => resolve(bytes > MAX_BODY_BYTES ? refused(refusals.tooLarge) : parse(chunks)));
    request.on('error', () => resolve(refused(refusals.notJson)));
    request.on('close', () => resolve(refused(refusals.notJson)));
  });
}
