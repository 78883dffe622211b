/** A client that a server of HTTP+SSE knew is introduced to it again on a new stream, with its own bytes under an id of ours. */
import type { Exchange } from './exchange.ts';
import { asOwn, type LegacySession } from './legacy-session.ts';
import type { Link } from './link.ts';
import { CONFIRM_MS } from './renew-session.ts';
import type { WaitingRequests } from './waiting-requests.ts';

/** A message of ours or of the client that is posted. */
export interface Post {
  readonly body: Buffer;
  readonly method: string | undefined;
  readonly flushed: () => void;
  readonly failed: (reason: string) => void;
}

export interface IntroductionParts {
  readonly link: Link;
  readonly session: LegacySession;
  readonly waiting: WaitingRequests;
  /** Undefined when there is nowhere to send it; it has failed by then. */
  readonly post: (post: Post) => Exchange | undefined;
  /** The server is there again; nothing but the introduction was sent to it yet. */
  readonly renewed: () => void;
}

/** Resolves to why that failed; then everything is as before, and may be tried again. */
export async function introduceAgain(parts: IntroductionParts): Promise<string | undefined> {
  const { link, session, waiting, post } = parts;
  const { introduction, generation, isOpen } = session;
  // A client that never introduced itself has nothing to be repeated.
  if (introduction === undefined || !isOpen) return undefined;
  const { body, message } = asOwn(introduction.initialize, generation);
  const before = session.begin(introduction.initialize);
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  waiting.add(message.idKey, {
    answered: (parsed) => {
      if (parsed.kind !== 'response' || parsed.error !== undefined) {
        resolve('it refused to');
        return;
      }
      session.answered(parsed);
      resolve(session.differsFrom(before));
    },
    failed: resolve,
  });
  const failed = (reason: string): void => waiting.fail(message.idKey, reason);
  const cancel = link.schedule(link.limits.initializeMs, () => failed('it did not answer in time'));
  post({ body, method: message.method, flushed: () => {}, failed });
  const reason = await promise;
  cancel();
  if (reason !== undefined) {
    session.restore(before, introduction);
    return reason;
  }
  link.events.log('[companion] connected to the server again, without what was subscribed to before');
  parts.renewed();
  const { initialized } = introduction;
  if (initialized === undefined) return undefined;
  session.confirmed(initialized);
  const confirmation = post({
    body: initialized,
    method: 'notifications/initialized',
    flushed: () => {},
    failed: () => {},
  });
  if (confirmation !== undefined) await link.within(CONFIRM_MS, confirmation.settled);
  return undefined;
}
