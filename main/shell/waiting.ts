/** What waits for a person's answer, from the companion's events: how much, and since when it can have been seen. */
import type { CompanionEvent } from '../../preload/contract/events.ts';

export interface Waiting {
  onEvent(event: CompanionEvent): void;
  count(): number;
  /** When it was first told of, in milliseconds; undefined for what does not wait. */
  since(id: string): number | undefined;
}

/** @param now milliseconds, monotonic. */
export function createWaiting(now: () => number): Waiting {
  const open = new Map<string, number>();
  const began = (id: string): void => {
    if (!open.has(id)) open.set(id, now());
  };
  return {
    onEvent(event) {
      switch (event.type) {
        case 'approval_waiting':
          // Answered, and not called again yet: nobody has to do anything.
          if (event.approval.state === 'approved') open.delete(event.approval.id);
          else began(event.approval.id);
          return;
        case 'held_waiting':
          began(event.question.id);
          return;
        case 'approval_ended':
        case 'held_ended':
          open.delete(event.id);
          return;
        case 'job':
        case 'log':
        case 'status_changed':
        case 'weakened':
      }
    },
    count: () => open.size,
    since: (id) => open.get(id),
  };
}
