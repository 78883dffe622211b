/**
 * What an AI client gets when its connector cannot start: the reason, as a JSON-RPC error to each request, because most
 * clients show that and hide stderr. Stays for a while to be asked, then ends with the exit code of the reason.
 */
import type { CompanionError } from '../../preload/contract/index.ts';
import { errorReply, SESSION_REFUSED } from '../relay/denial.ts';
import { Lane } from '../relay/lane.ts';
import type { WireLimits } from '../relay/limits.ts';
import type { Connection } from './connection.ts';

/** Longer than the pause between a probe and the initialize that follows it, shorter than a person's patience. */
const STAY_MS = 20_000;

export function refuseSession(
  connection: Connection,
  error: CompanionError,
  limits: WireLimits,
  stayMs: number = STAY_MS,
): void {
  const text = `${error.message} ${error.next}`;
  connection.error(error.toFailure());
  // A person at a terminal has read it; no client is going to ask.
  if (connection.hello.tty) {
    connection.exit(error.exitCode);
    return;
  }
  const leave = (): void => {
    clearTimeout(timer);
    connection.exit(error.exitCode);
  };
  const timer = setTimeout(leave, stayMs);
  const reply = (bytes: Buffer): void => {
    if (!connection.stdout([bytes])) connection.pause();
  };
  const lane = new Lane({
    sender: 'client',
    limits,
    parseLarge: undefined,
    now: () => performance.now(),
    message: (parsed) => {
      if (parsed.kind === 'request') reply(errorReply(parsed.id, SESSION_REFUSED, text));
      else if (parsed.kind === 'invalid' && !parsed.unanswerable)
        reply(errorReply(parsed.id ?? null, parsed.code, parsed.reason));
    },
    discarded: (_why, { id, reading }) => {
      if (reading === 'request') reply(errorReply(id ?? null, SESSION_REFUSED, text));
    },
    flush: () => {},
    busyChanged: () => {},
    ended: leave,
    broken: leave,
  });
  connection.attach({
    input: (chunk) => lane.push(chunk),
    inputEnded: () => lane.end(),
    drained: () => connection.resume(),
    closed: () => clearTimeout(timer),
  });
  // Whoever had it before may have paused it.
  connection.resume();
}
