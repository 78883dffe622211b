/** Every refusal of the endpoint, in one place: a status, a JSON-RPC error, and what to do about it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { markRefused } from '../../loopback/http-server.ts';

/** JSON-RPC code of an HTTP request that is not served; outside the range that the protocol reserves. */
export const REQUEST_REFUSED = -31_010;

export interface HttpRefusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly headers?: readonly string[];
}

function refusal(status: number, message: string, code: number = REQUEST_REFUSED): HttpRefusal {
  return { status, code, message };
}

const BIND = 'Make a token with "runlayer hub bind" and send it as "Authorization: Bearer <token>".';
const CLIENTS_ONLY = 'Only MCP clients of this machine are served here; pages are not.';

export const refusals = {
  malformed: refusal(400, 'This HTTP request is not well formed. Use an MCP client that speaks plain HTTP/1.1.'),
  target: refusal(
    400,
    'This address is not spelled as the endpoint is: /mcp, without a query. Tokens go into a header.',
  ),
  host: refusal(403, 'The Host of this request is not this endpoint. Use the address that "runlayer hub bind" prints.'),
  origin: refusal(403, `This request comes from a page. ${CLIENTS_ONLY}`),
  crossSite: refusal(403, `This request comes from another site. ${CLIENTS_ONLY}`),
  version: refusal(505, 'Only HTTP/1.1 is spoken here. Set the client to HTTP/1.1.'),
  expectation: refusal(417, 'Expectations are not supported here. Send the body at once, without "Expect".'),
  tooManyHeaders: refusal(431, 'This request has too many or too large headers. Send fewer.'),
  timeout: refusal(408, 'The request took too long to arrive. Send it again.'),
  unauthenticated: {
    ...refusal(401, `No valid token came with this request. ${BIND}`),
    headers: ['www-authenticate', 'Bearer'],
  },
  tooManyFailures: {
    ...refusal(429, `Too many requests came without a valid token. Wait a minute. ${BIND}`),
    headers: ['retry-after', '60', 'www-authenticate', 'Bearer'],
  },
  notFound: refusal(404, 'There is nothing at this address. The endpoint is /mcp.'),
  mediaType: refusal(415, 'Send "Content-Type: application/json" without a content encoding.'),
  notAcceptable: refusal(406, 'Send "Accept: application/json, text/event-stream".'),
  streamNotAccepted: refusal(406, 'This is answered as a stream. Send "Accept: text/event-stream".'),
  bodyNotAllowed: refusal(400, 'A request with this method has no body. Send the message with POST.'),
  tooManyBodies: refusal(503, 'Too much is being sent at once. Wait for answers, then send again.'),
  slowServer: refusal(503, 'The server does not keep up. Wait for answers, then send again.'),
  noSession: refusal(
    400,
    'This request names no session. Send "initialize" first, then the Mcp-Session-Id of its answer.',
  ),
  unknownSession: refusal(404, 'There is no such session (any more). Send "initialize" without an Mcp-Session-Id.'),
  unknownVersion: refusal(400, 'This MCP-Protocol-Version is not one of a session. Send the one that was agreed on.'),
  initialized: refusal(
    400,
    'This session is initialized already. Send "initialize" without an Mcp-Session-Id.',
    -32_600,
  ),
  notResumable: refusal(
    400,
    'This stream cannot be resumed from that event (any more). Ask again without Last-Event-ID.',
  ),
  tooManySessions: refusal(429, 'Too many sessions are open. Close other clients, or wait until they are idle.'),
  tooManyStreams: refusal(429, 'Too many streams are open. Close other clients, or wait until they end.'),
  idInUse: refusal(400, 'A request with this id is still under way. Use another id.', -32_600),
  stopped: {
    ...refusal(503, 'The companion stops. Send the request again once it runs again.'),
    headers: ['retry-after', '5'],
  },
  trailers: refusal(400, 'Trailers are not accepted. Send the body without them.'),
  responseNotExpected: refusal(400, 'This protocol revision has no responses of clients. Send a request.', -32_600),
} as const satisfies Record<string, HttpRefusal>;

/** Why everything of a binding ends: its token was revoked, or the companion stops. */
export type BindingEnd = 'revoked' | 'stopped';

export function endedRefusal(why: BindingEnd): HttpRefusal {
  return why === 'revoked' ? refusals.unauthenticated : refusals.stopped;
}

export function methodRefusal(allow: string): HttpRefusal {
  return { ...refusal(405, `Only ${allow} is answered at this address.`), headers: ['allow', allow] };
}

export function tooLarge(maxBytes: number): HttpRefusal {
  return refusal(413, `The message is larger than ${maxBytes} bytes. Send less at once.`, -32_600);
}

/** `id` is source text. */
export function refusalBody(refused: HttpRefusal, id = 'null'): string {
  const { code, message, data } = refused;
  const error = JSON.stringify(data === undefined ? { code, message } : { code, message, data });
  return `{"jsonrpc":"2.0","id":${id},"error":${error}}`;
}

/** Sent with every answer. */
export const COMMON_HEADERS = ['cache-control', 'no-store', 'x-content-type-options', 'nosniff'] as const;

/** So much of a refused body is thrown away before the connection ends: to end it at once would lose the answer. */
const MAX_DISCARDED_BYTES = 1024 * 1024;

function discardRest(request: IncomingMessage, then: () => void): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DISCARDED_BYTES) then();
  });
  request.once('end', then);
  request.once('error', then);
  request.once('close', then);
}

/** Ends the connection too: what was pipelined behind a refused request is not served. */
export function refuse(response: ServerResponse, refused: HttpRefusal, id?: string): void {
  if (response.headersSent || response.destroyed) return;
  markRefused(response.req.socket);
  const body = Buffer.from(refusalBody(refused, id));
  response.writeHead(refused.status, [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'connection',
    'close',
    ...COMMON_HEADERS,
    ...(refused.headers ?? []),
  ]);
  // A body that was being read has been looked after where it was read.
  if (response.req.complete || response.req.listenerCount('data') > 0) {
    response.end(body);
    return;
  }
  response.write(body);
  discardRest(response.req, () => response.end());
}
