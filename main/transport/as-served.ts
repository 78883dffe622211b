import type { ServedSession } from './downstream.ts';
import type { GovernedSession } from './governed-session.ts';

/** A governed session as a transport that carries whole messages serves it. */
export function asServed(session: GovernedSession): ServedSession {
  return {
    id: session.id,
    messageFromClient: (parsed, line) => session.relay.messageFromClient(parsed, line),
    clientDrained: () => session.relay.clientDrained(),
    clientGone: () => session.clientGone(),
    get openCalls() {
      return session.relay.openCalls;
    },
    get awaitsInput() {
      return session.relay.awaitsInput;
    },
    done: session.done,
  };
}
