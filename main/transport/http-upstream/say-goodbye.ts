/**
 * The end of an upstream as its server sees it: the last notifications and answers of the client still leave, as long as
 * half of the grace lasts. Requests do not: whoever asked has been told that nothing comes of them.
 */
import type { Link } from './link.ts';
import type { OpenExchanges } from './open-exchanges.ts';
import type { Outbox } from './outbox.ts';

export interface Leaving {
  readonly outbox: Outbox;
  readonly exchanges: OpenExchanges;
  /** Nothing is sent to a server that does not know the client. */
  readonly isKnown: boolean;
}

/** Resolves to the milliseconds that are left of the grace. */
export async function letLastMessagesGo(link: Link, leaving: Leaving, graceMs: number): Promise<number> {
  const { outbox, exchanges, isKnown } = leaving;
  const mayLeave = isKnown && graceMs > 0;
  exchanges.abortRequests();
  outbox.clear(({ message }) => mayLeave && message.kind !== 'request');
  if (!mayLeave) return graceMs;
  const halfMs = Math.ceil(graceMs / 2);
  const since = link.now();
  const allGone = async (): Promise<void> => {
    await outbox.empty();
    await exchanges.settled();
  };
  await link.within(halfMs, allGone());
  return Math.max(graceMs - halfMs, graceMs - (link.now() - since));
}
