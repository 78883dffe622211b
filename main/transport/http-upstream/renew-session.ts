/** The begin and the end of a session that the client has no part in: one in place of a lost one, and its goodbye. */
import type { Parsed } from '../../relay/parse-message.ts';
import type { Exchange, Posting } from './exchange.ts';
import { asOwn, type LegacySession } from './legacy-session.ts';
import type { Link } from './link.ts';
import { HEADERS_MS } from './resumable-stream.ts';
import type { ServerStream } from './server-stream.ts';

/** Nothing follows `notifications/initialized` before the server took it, but a server that never says so is not waited for. */
export const CONFIRM_MS = 3000;

export interface RenewalParts {
  readonly link: Link;
  readonly session: LegacySession;
  readonly serverStream: ServerStream;
  readonly post: (posting: Omit<Posting, 'closed'>) => Exchange;
  /** The server is there again; nothing was sent to it in the new session yet. */
  readonly renewed: () => void;
}

/**
 * Introduces the client again, with its own bytes under an id of ours, and sees to it that the same server answers. Resolves
 * to why that failed; then everything is as before, and may be tried again.
 */
export async function renewSession(parts: RenewalParts): Promise<string | undefined> {
  const { link, session, serverStream, post } = parts;
  const { introduction, generation } = session;
  if (introduction === undefined) return 'it does not know the session';
  serverStream.close();
  const { body, message } = asOwn(introduction.initialize, generation);
  const before = session.begin(introduction.initialize);
  const silent = { resume: undefined, recover: undefined, flushed: () => {} };
  let reason: string | undefined;
  let answer: Parsed | undefined;
  await post({
    ...silent,
    ...message,
    body,
    headers: () => [],
    accepted: (headers) => session.accepted(headers),
    message: (parsed, line) => {
      if (parsed.kind === 'response' && parsed.idKey === message.idKey) {
        answer = parsed;
        session.answered(parsed);
      } else link.events.message(parsed, line);
    },
    failed: (why) => {
      reason = why;
    },
  }).settled;
  if (answer?.kind !== 'response') reason ??= 'it did not answer';
  else if (answer.error !== undefined) reason = 'it refused to';
  reason ??= session.differsFrom(before);
  if (reason !== undefined) {
    if (session.id !== undefined) void deleteSession(link, session, session.id);
    session.restore(before, introduction);
    return `it lost the session and could not begin a new one (${reason}): start the connector again`;
  }
  link.events.log(
    '[companion] the server lost the session; a new one was begun, without what was subscribed to in the old one',
  );
  parts.renewed();
  const { initialized } = introduction;
  if (initialized === undefined) return undefined;
  session.confirmed(initialized);
  const confirmation = post({
    ...silent,
    body: initialized,
    method: 'notifications/initialized',
    idKey: undefined,
    headers: () => session.headers(),
    accepted: () => serverStream.open(),
    message: () => {},
    failed: () => {},
  });
  await link.within(CONFIRM_MS, confirmation.settled);
  return undefined;
}

/** Best effort: a server that cannot end sessions forgets them by itself. */
export async function deleteSession(link: Link, session: LegacySession, id: string): Promise<void> {
  const headers = session.headersFor(id);
  const call = link.call({ method: 'DELETE', headers: () => headers, headersMs: HEADERS_MS, repeatable: true });
  const reply = await call.reply;
  if (reply.kind === 'response') link.reading.discard(reply.response);
}
