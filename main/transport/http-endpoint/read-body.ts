/**
 * Reads the one message of a POST into a line of its own memory. The limits hold while streaming: a false or missing
 * length buys nothing. What breaks off is no message.
 */
import type { IncomingMessage } from 'node:http';

export type Body =
  /** Ends with a newline; the message before it may hold more of them. */
  | { readonly kind: 'message'; readonly line: Buffer }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'too_much_at_once' }
  | { readonly kind: 'trailers' }
  /** Nobody is there to be told. */
  | { readonly kind: 'broken_off' };

export interface BodyLimits {
  readonly maxBytes: number;
  /** So much of what is refused is thrown away before the answer: to close at once would lose it on its way. */
  readonly maxDiscardBytes: number;
}

/** What may still be held of bodies that are being read. */
export interface BodyBudget {
  free: number;
}

/** So much of each body is outside all budgets: the number of connections bounds it, and nobody's large bodies stop it. */
export const UNCOUNTED_BODY_BYTES = 64 * 1024;

const NEWLINE = 0x0a;

function joinLine(chunks: readonly Buffer[], bytes: number): Buffer {
  const line = Buffer.allocUnsafe(bytes + 1);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(line, at);
  line[bytes] = NEWLINE;
  return line;
}

/** Calls `done` exactly once. What is held counts in each of the `budgets`. */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  budgets: readonly BodyBudget[],
  done: (body: Body) => void,
): void {
  let chunks: Buffer[] = [];
  let counted = 0;
  let bytes = 0;
  let refused: Body | undefined;
  let ended = false;
  const count = (more: number): void => {
    counted += more;
    for (const budget of budgets) budget.free -= more;
  };
  const release = (): void => {
    count(-counted);
    chunks = [];
  };
  const end = (body: Body): void => {
    if (ended) return;
    ended = true;
    release();
    done(body);
  };
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (refused === undefined && bytes > limits.maxBytes) refused = { kind: 'too_large' };
    const more = Math.max(0, bytes - UNCOUNTED_BODY_BYTES) - counted;
    if (refused === undefined && budgets.some(({ free }) => more > Math.max(0, free)))
      refused = { kind: 'too_much_at_once' };
    if (refused === undefined) {
      count(more);
      chunks.push(chunk);
      return;
    }
    release();
    if (bytes <= limits.maxBytes + limits.maxDiscardBytes) return;
    request.pause();
    end(refused);
  });
  request.on('end', () => {
    if (refused !== undefined) end(refused);
    else if (request.rawTrailers.length > 0) end({ kind: 'trailers' });
    else end({ kind: 'message', line: joinLine(chunks, bytes) });
  });
  request.on('error', () => end({ kind: 'broken_off' }));
  request.on('close', () => end({ kind: 'broken_off' }));
}
