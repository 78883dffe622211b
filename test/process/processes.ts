import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { ServerProcess } from '../../main/process/spawn-server.ts';
import { readStat } from '../../main/process/start-time.ts';

/** Whether a pid runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
}

/** There is no event for the end of somebody else's child: looks again until it is so, or fails at the deadline. */
export async function until(what: string, holds: () => boolean, deadlineMs = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(10);
  }
}

/** Collects a stream's text until it holds what is waited for. */
export async function textUntil(stream: Readable, pattern: RegExp): Promise<string> {
  let text = '';
  const found = Promise.withResolvers<void>();
  const onData = (chunk: Buffer | string): void => {
    text += String(chunk);
    if (pattern.test(text)) found.resolve();
  };
  const onEnd = (): void => found.reject(new Error(`ended without ${String(pattern)}: ${text}`));
  stream.on('data', onData);
  stream.once('close', onEnd);
  try {
    await found.promise;
  } finally {
    stream.off('data', onData);
    stream.off('close', onEnd);
  }
  return text;
}

export function numbersIn(text: string): number[] {
  return [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
}

/** Pids whose command line holds a text. */
export function pidsWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text) && isAlive(pid);
      } catch {
        return false;
      }
    });
}

/** Children of a process whose command line holds a text. */
export function childrenOf(parent: number, text: string): number[] {
  return pidsWith(text).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')')).split(' ')[2] === String(parent);
    } catch {
      return false;
    }
  });
}

export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** Ends a server after a test, without the politeness that the test is not about. */
export async function endNow(server: ServerProcess): Promise<void> {
  if (server.pid > 1 && isAlive(server.pid)) process.kill(-server.pid, 'SIGKILL');
  await server.stop();
}
