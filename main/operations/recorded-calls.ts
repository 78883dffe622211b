/** The calls of a period out of the index, page by page, so that neither the index nor the companion's loop is held by many. */
import type { LogEntry } from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { CallPosition } from '../audit/disk/index-protocol.ts';

const PAGE = 1000;
/** More of the past says nothing new; the newest count. */
const MAX_CALLS = 50_000;

/** The newest first. */
export async function recordedCalls(index: Pick<AuditIndex, 'calls'>, since: string): Promise<LogEntry[]> {
  const found: LogEntry[] = [];
  let after: CallPosition | undefined;
  do {
    const { entries, next } = await index.calls({ since, after, limit: PAGE });
    found.push(...entries);
    after = next;
  } while (after !== undefined && found.length < MAX_CALLS);
  return found.slice(0, MAX_CALLS);
}

/** How long everything else waits at the most, but for one step. */
const TURN_MS = 10;

/** Lets everything else have a turn between one step and the next. */
export async function inTurns<T>(steps: Generator<undefined, T>): Promise<T> {
  let until = performance.now() + TURN_MS;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await new Promise((resolve) => void setImmediate(resolve));
    until = performance.now() + TURN_MS;
  }
}
