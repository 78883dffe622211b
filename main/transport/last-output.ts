/** What a server wrote last is read to its end before its pipes are closed, however slow the client takes it. */
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 20;
/**
 * A process that left the server's group may hold the pipe open for ever; it must not keep the client waiting. Counted in
 * looks and not in time: after a stall of this thread what had come meanwhile is still read first.
 */
const QUIET_LOOKS = 10;

/** Resolves when `stdout` is at its end, or when nothing came of it for a while although we were reading. */
export async function readToEnd(stdout: Readable): Promise<void> {
  let quiet = 0;
  const touch = (): void => {
    quiet = 0;
  };
  stdout.on('data', touch);
  while (!stdout.destroyed && !stdout.readableEnded && quiet < QUIET_LOOKS) {
    // Paused because the client is slow or a large message is being parsed: then nothing can come.
    quiet = stdout.isPaused() ? 0 : quiet + 1;
    await delay(LOOK_MS);
  }
  stdout.off('data', touch);
}

/** Resolves when every request of the client was answered or failed; a large last message is parsed off this thread. */
export async function answersGiven(session: { readonly openCalls: number }): Promise<void> {
  while (session.openCalls > 0) await delay(LOOK_MS);
}
