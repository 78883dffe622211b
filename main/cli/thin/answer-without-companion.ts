/**
 * What `runlayer run` says to an AI client when no companion can be had: each request gets a JSON-RPC error with the
 * reason, so that the client shows it instead of a dead server. Reads id and method alone; forwards nothing.
 */
import type { Readable, Writable } from 'node:stream';
import type { Unreachable } from './connect.ts';
import { formatFailure } from './failure-text.ts';

const NO_COMPANION = -31_004;
/** How long we stay to be asked. */
const STAY_MS = 3000;
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

export interface AnswerOptions {
  /** What the client had sent before it was known that there is no companion. */
  readonly said?: readonly Buffer[];
  readonly input?: Readable;
  readonly output?: Writable;
  readonly errors?: Writable;
  readonly stayMs?: number;
}

/** `context.source` of a reviver: in Node from 21 on, not yet in the type. */
type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** The message, and its id as the very text that came: a number beyond 2^53 must go back unchanged. */
function readRequest(line: string): string | undefined {
  const sources = new WeakMap<object, string>();
  const remember: Reviver = function (key, value, context) {
    if (key === 'id' && typeof this === 'object' && this !== null && context?.source !== undefined)
      sources.set(this, context.source);
    return value;
  };
  let message: unknown;
  try {
    message = JSON.parse(line, remember);
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null || !('id' in message) || !('method' in message)) return undefined;
  if (typeof message.id === 'string') return JSON.stringify(message.id);
  return typeof message.id === 'number' ? sources.get(message) : undefined;
}

/** Resolves with the exit code once the client closed stdin, or when its time to ask is over. */
export function answerWithoutCompanion(failure: Unreachable, options: AnswerOptions = {}): Promise<number> {
  const { input = process.stdin, output = process.stdout, errors = process.stderr } = options;
  const reason = JSON.stringify({
    code: NO_COMPANION,
    message: `${failure.message} ${failure.next}`,
    data: { code: failure.code },
  });
  errors.write(formatFailure(failure, false));
  return new Promise((resolve) => {
    let parts: Buffer[] = [];
    let bytes = 0;
    const keep = (part: Buffer): void => {
      bytes += part.length;
      if (bytes <= MAX_LINE_BYTES) parts.push(part);
      else parts = [];
    };
    const endLine = (): void => {
      const id = bytes > MAX_LINE_BYTES ? undefined : readRequest(Buffer.concat(parts).toString('utf8'));
      if (id !== undefined) output.write(`{"jsonrpc":"2.0","id":${id},"error":${reason}}\n`);
      parts = [];
      bytes = 0;
    };
    const read = (chunk: Buffer): void => {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, at));
        endLine();
        from = at + 1;
      }
      keep(chunk.subarray(from));
    };
    const done = (): void => {
      clearTimeout(timer);
      input.off('data', read);
      endLine();
      resolve(3);
    };
    const timer = setTimeout(done, options.stayMs ?? STAY_MS);
    output.on('error', done);
    for (const chunk of options.said ?? []) read(chunk);
    if (input.readableEnded || input.destroyed) {
      done();
      return;
    }
    input.on('data', read);
    input.once('end', done);
    input.once('error', done);
    input.resume();
  });
}
