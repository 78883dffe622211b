import type { CompanionEvent } from '../../preload/contract/events.ts';

/** @returns a reader that takes pieces of a newline-JSON stream and gives the events that are complete. */
export function createEventLines(): (piece: string) => CompanionEvent[] {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    // An empty line is a heartbeat. The companion is trusted: its own schema was applied before it sent.
    return lines.filter((line) => line !== '').map((line): CompanionEvent => JSON.parse(line));
  };
}
