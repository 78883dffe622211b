/** What the messages of the client are posted with, whatever their era. */
import type { NotificationMessage, RequestMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { Posting } from './exchange.ts';
import type { LegacySession } from './legacy-session.ts';
import type { Link } from './link.ts';
import type { Outbox } from './outbox.ts';
import type { ServerStream } from './server-stream.ts';
import type { ToolHeaders } from './tool-headers.ts';

export type Asking = RequestMessage | NotificationMessage;

export interface ClientPostingParts {
  readonly link: Link;
  readonly outbox: Outbox;
  readonly tools: ToolHeaders;
  readonly serverStream: ServerStream;
}

export function askingPosting(
  { link, outbox, tools, serverStream }: ClientPostingParts,
  out: Outbound,
  message: Asking,
): Omit<Posting, 'closed' | 'headers' | 'resume' | 'recover'> {
  const { events } = link;
  const idKey = message.kind === 'request' ? message.idKey : undefined;
  return {
    body: out.bytes.subarray(0, -1),
    method: message.method,
    idKey,
    flushed: () => outbox.sent(out.bytes.length),
    accepted: () => serverStream.wake(),
    message: (parsed, line) => {
      if (message.method === 'tools/list' && parsed.kind === 'response' && parsed.idKey === idKey)
        tools.learn(parsed.result);
      events.message(parsed, line, idKey);
    },
    failed: (reason) => {
      if (idKey === undefined) events.log(`[companion] ${message.method} did not reach the server: ${reason}`);
      else events.failed(idKey, reason);
    },
  };
}

/** The bytes of an answer count as sent when it begins. */
export function answerPosting(link: Link, session: LegacySession, out: Outbound): Omit<Posting, 'closed'> {
  return {
    body: out.bytes.subarray(0, -1),
    method: undefined,
    idKey: undefined,
    headers: () => session.headers(),
    resume: undefined,
    recover: undefined,
    flushed: () => {},
    accepted: () => {},
    message: () => {},
    failed: (reason) => link.events.log(`[companion] an answer did not reach the server: ${reason}`),
  };
}
