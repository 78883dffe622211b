/**
 * What `runlayer run` says to an AI client when no companion can be had: each request gets a JSON-RPC error with the
 * reason, so that the client shows it instead of a dead server. Reads id and method alone; forwards nothing.
 */
import { createInterface } from 'node:readline';
import type { Unreachable } from './connect.ts';

const NO_COMPANION = -31_004;
/** How long we stay to be asked. */
const STAY_MS = 3000;

function answerFor(line: string, failure: Unreachable): string | undefined {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null || !('id' in message) || !('method' in message)) return undefined;
  const { id } = message;
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  // A number that JavaScript cannot hold exactly must go back as it came.
  const source = typeof id === 'number' ? (/"id"\s*:\s*(-?\d+)/.exec(line)?.[1] ?? String(id)) : JSON.stringify(id);
  const error = { code: NO_COMPANION, message: `${failure.message} ${failure.next}`, data: { code: failure.code } };
  return `{"jsonrpc":"2.0","id":${source},"error":${JSON.stringify(error)}}\n`;
}

/** Resolves with the exit code once the client closed stdin, or when nobody asked anything for a while. */
export function answerWithoutCompanion(failure: Unreachable): Promise<number> {
  process.stderr.write(`runlayer: ${failure.message}\n  ${failure.next}\n`);
  return new Promise((resolve) => {
    const done = (): void => resolve(3);
    let timer = setTimeout(done, STAY_MS);
    const lines = createInterface({ input: process.stdin, terminal: false });
    lines.on('line', (line) => {
      const answer = answerFor(line, failure);
      if (answer === undefined) return;
      clearTimeout(timer);
      timer = setTimeout(done, STAY_MS);
      process.stdout.write(answer);
    });
    lines.on('close', done);
    process.stdout.on('error', done);
  });
}
