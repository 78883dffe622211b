/** The operations about what waits for a person's yes. */
import type { Handlers } from './dispatch.ts';
import { heldForPage } from './held-for-page.ts';
import type { HeldQuestions } from './held-questions.ts';

export interface HeldParts {
  readonly held: HeldQuestions;
  /** Brings the approval window up; in a browser, the address that does. */
  readonly openReview: (again: boolean) => Promise<string | null>;
  /** Where an address outside is shown before a person goes there; null where the app does it. */
  readonly leave: (address: string) => Promise<string | null>;
}

export function heldHandlers({
  held,
  openReview,
  leave,
}: HeldParts): Pick<Handlers, 'held.list' | 'held.answer' | 'held.refuse' | 'review.open' | 'review.leave'> {
  return {
    'held.list': (_input, { caller }) => (caller === 'window' ? held.list() : held.list().map(heldForPage)),
    'held.answer': ({ id, hash, allow }) => {
      held.answer(id, hash, allow);
      return {};
    },
    'held.refuse': ({ id }, { caller, by }) => {
      held.refuse(id, { by, isPerson: caller !== 'ui' });
      return {};
    },
    'review.open': async ({ again }) => ({ url: await openReview(again) }),
    'review.leave': async ({ address }) => ({ url: await leave(address) }),
  };
}
