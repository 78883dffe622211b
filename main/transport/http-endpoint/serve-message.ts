/** Takes one parsed message of an authenticated client to the session that it belongs to, opening that where it begins one. */
import type { ServerResponse } from 'node:http';
import type { Message, Parsed, RequestMessage } from '../../relay/parse-message.ts';
import type { ServedClient, ServedSession } from '../downstream.ts';
import type { EndpointParts } from './endpoint-options.ts';
import { eraOf } from './era.ts';
import { LegacySession } from './legacy-session.ts';
import type { PrincipalState, Principals } from './principals.ts';
import { isLegacyVersion } from './protocol-versions.ts';
import { methodRefusal, refusals, refuse } from './refusals.ts';
import type { Reply } from './reply.ts';
import type { Headers } from './request-head.ts';
import { SharedSession } from './shared-session.ts';
import { SseSession } from './sse-session.ts';

export interface Serving {
  readonly parts: EndpointParts;
  readonly principals: Principals;
  /** Something began that needs looking after. */
  readonly wake: () => void;
}

/** Ids of others find what unknown ids find. */
export function legacySession(state: PrincipalState, id: string | undefined): LegacySession | undefined {
  const session = id === undefined ? undefined : state.sessions.get(id);
  return session instanceof LegacySession ? session : undefined;
}

export function sseSession(state: PrincipalState, id: string): SseSession | undefined {
  const session = state.sessions.get(id);
  return session instanceof SseSession ? session : undefined;
}

function idOf(message: Message): string | undefined {
  return message.kind === 'request' ? message.id : undefined;
}

/** Whatever goes wrong is a rejection. */
async function openFor(parts: EndpointParts, state: PrincipalState, client: ServedClient): Promise<ServedSession> {
  return await parts.open(state.principal, client);
}

/** POST /mcp */
export function servePost(
  serving: Serving,
  state: PrincipalState,
  message: Message,
  line: Buffer,
  headers: Headers,
  reply: Reply,
): void {
  const era = eraOf(message, headers);
  switch (era.kind) {
    case 'refused':
      reply.refuse(era.refusal, idOf(message));
      return;
    case 'modern':
      serveModern(serving, state, message, line, headers, reply);
      return;
    case 'legacy':
      serveLegacy(serving, state, message, line, headers, reply);
  }
}

function serveLegacy(
  serving: Serving,
  state: PrincipalState,
  message: Message,
  line: Buffer,
  headers: Headers,
  reply: Reply,
): void {
  const begins = message.kind === 'request' && message.method === 'initialize';
  if (headers.sessionId === undefined) {
    if (begins) beginLegacy(serving, state, message, line, reply);
    else reply.refuse(refusals.noSession, idOf(message));
    return;
  }
  const session = legacySession(state, headers.sessionId);
  if (session === undefined) reply.refuse(refusals.unknownSession, idOf(message));
  else if (begins) reply.refuse(refusals.initialized, message.id);
  else session.post(message, line, reply);
}

function beginLegacy(
  { parts, principals, wake }: Serving,
  state: PrincipalState,
  message: RequestMessage,
  line: Buffer,
  reply: Reply,
): void {
  if (!principals.hasRoom(state, parts.now())) return reply.refuse(refusals.tooManySessions, message.id);
  const id = parts.randomToken();
  const session = new LegacySession(id, message, state.principal, parts, () => state.sessions.delete(id));
  state.sessions.set(id, session);
  wake();
  session.post(message, line, reply);
  openFor(parts, state, session.client).then(
    (served) => session.opened(served),
    (error: unknown) => session.refused(error),
  );
}

function serveModern(
  serving: Serving,
  state: PrincipalState,
  message: Message,
  line: Buffer,
  headers: Headers,
  reply: Reply,
): void {
  if (message.kind === 'response') return reply.refuse(refusals.responseNotExpected);
  const shared = state.shared ?? beginShared(serving, state);
  if (shared === undefined) return reply.refuse(refusals.tooManySessions, idOf(message));
  if (message.kind === 'notification') return shared.notify(message, line, reply);
  if (message.method === 'subscriptions/listen' && !countStream(serving.principals, state, reply))
    return reply.refuse(refusals.tooManyStreams, message.id);
  return shared.request(message, line, headers, reply);
}

function countStream(principals: Principals, state: PrincipalState, reply: Reply): boolean {
  if (!principals.takeStream(state)) return false;
  reply.onceOver(() => principals.freeStream(state));
  return true;
}

function beginShared({ parts, principals, wake }: Serving, state: PrincipalState): SharedSession | undefined {
  if (!principals.hasRoom(state, parts.now())) return undefined;
  const shared = new SharedSession(state.principal, parts, () => {
    if (state.shared === shared) state.shared = undefined;
  });
  state.shared = shared;
  wake();
  openFor(parts, state, shared.client).then(
    (served) => shared.opened(served),
    (error: unknown) => shared.refused(error),
  );
  return shared;
}

/** GET and DELETE on /mcp: the legacy era's. */
export function serveSession(
  { principals }: Serving,
  state: PrincipalState,
  method: 'GET' | 'DELETE',
  headers: Headers,
  acceptsStream: boolean,
  response: ServerResponse,
): void {
  if (headers.sessionId === undefined) return refuse(response, methodRefusal('POST'));
  const session = legacySession(state, headers.sessionId);
  if (session === undefined) return refuse(response, refusals.unknownSession);
  if (headers.version !== undefined && !isLegacyVersion(headers.version))
    return refuse(response, refusals.unknownVersion);
  if (method === 'DELETE') {
    session.end('deleted');
    response.writeHead(204);
    response.end();
    return;
  }
  if (!acceptsStream) return refuse(response, refusals.streamNotAccepted);
  if (!principals.takeStream(state)) return refuse(response, refusals.tooManyStreams);
  response.once('close', () => principals.freeStream(state));
  session.listen(response, headers.lastEventId);
}

/** GET /sse */
export function serveSse({ parts, principals, wake }: Serving, state: PrincipalState, response: ServerResponse): void {
  if (!principals.hasRoom(state, parts.now())) return refuse(response, refusals.tooManySessions);
  if (!principals.takeStream(state)) return refuse(response, refusals.tooManyStreams);
  response.once('close', () => principals.freeStream(state));
  const id = parts.randomToken();
  const session = new SseSession(
    id,
    response,
    state.principal,
    parts,
    (client) => openFor(parts, state, client),
    () => state.sessions.delete(id),
  );
  state.sessions.set(id, session);
  wake();
}

/** POST /messages */
export function serveMessages(state: PrincipalState, id: string, message: Message, line: Buffer, reply: Reply): void {
  const session = sseSession(state, id);
  if (session === undefined) reply.refuse(refusals.unknownSession, idOf(message));
  else if (session.post(message, line)) reply.accepted();
  else reply.refuse(refusals.slowServer, idOf(message));
}

/** What could not be parsed is counted by the session that it was meant for, where there is one. */
export function countInvalid(state: PrincipalState, id: string | undefined, parsed: Parsed, line: Buffer): void {
  if (id !== undefined) state.sessions.get(id)?.count(parsed, line);
}
