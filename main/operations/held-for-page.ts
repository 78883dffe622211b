import type { CompanionEvent, HeldQuestion } from '../../preload/contract/index.ts';

/**
 * A held question as the page may see it: that it waits, and its title. The whole of it may hold what no page is shown (a
 * command line with a key in it), and is for the approval window alone; so is what an answer has to name.
 */
export function heldForPage(question: HeldQuestion): HeldQuestion {
  return { ...question, hash: '', detail: '' };
}

export function eventForPage(event: CompanionEvent): CompanionEvent {
  return event.type === 'held_waiting' ? { ...event, question: heldForPage(event.question) } : event;
}
