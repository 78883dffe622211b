/**
 * Owns the sockets of a local HTTP listener and what one connection may cost before anything is known about it. Knows
 * nothing of routes: what is wrong before a request can be looked at is named, and its owner says it in its own words.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface HttpLimits {
  /** Time for a whole request line and header to arrive. */
  readonly headersTimeoutMs: number;
  /** Time for the whole request, body included. */
  readonly requestTimeoutMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveMs: number;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What can be wrong before there is a request, or where no response object can be trusted to be in step. */
export type BareProblem = 'malformed' | 'expectation' | 'too_many_headers' | 'timeout';

/** An answer that is written to the bare socket. */
export interface BareAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpServerParts {
  readonly handler: RequestHandler;
  readonly refusalOf: (problem: BareProblem) => BareAnswer;
  readonly limits: HttpLimits;
}

const refusedSockets = new WeakSet<Duplex>();

/** Nothing that comes behind a refused request on its connection is looked at. */
export function markRefused(socket: Socket): void {
  refusedSockets.add(socket);
}

function refuseSocket(socket: Duplex, answer: BareAnswer): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  refusedSockets.add(socket);
  const headers = Object.entries({
    ...answer.headers,
    connection: 'close',
    'content-length': String(Buffer.byteLength(answer.body)),
  });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${head}\r\n${answer.body}`, () =>
    socket.destroy(),
  );
}

function parserProblem(error: NodeJS.ErrnoException): BareProblem {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'too_many_headers';
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'timeout';
  return 'malformed';
}

/**
 * Serves one request after the other on each connection. One that does not wait for the answer to the one before is cut
 * off: no client does that, but who hides requests behind others does.
 */
export function createHttpServer({ handler, refusalOf, limits }: HttpServerParts): Server {
  /** The newest response on a connection. */
  const newest = new WeakMap<Duplex, ServerResponse>();
  const serve: RequestHandler = (request, response) => {
    const { socket } = request;
    if (refusedSockets.has(socket)) return;
    const before = newest.get(socket);
    newest.set(socket, response);
    if (before === undefined || before.writableFinished) handler(request, response);
    else socket.destroy();
  };
  const refuse = (socket: Duplex, problem: BareProblem): void => {
    const response = newest.get(socket);
    // An answer was given, or is being given, already: a second one would be read as part of it.
    if (refusedSockets.has(socket) || (response?.headersSent === true && !response.writableFinished))
      socket.end(() => socket.destroy());
    else refuseSocket(socket, refusalOf(problem));
  };
  const server = createServer(
    {
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs),
      headersTimeout: limits.headersTimeoutMs,
      insecureHTTPParser: false,
      keepAliveTimeout: limits.keepAliveMs,
      maxHeaderSize: limits.maxHeaderBytes,
      noDelay: true,
      // A missing Host is refused by the owner's own checks, with a word about what to do.
      requireHostHeader: false,
      requestTimeout: limits.requestTimeoutMs,
    },
    serve,
  );
  server.maxConnections = limits.maxConnections;
  // Node's own limit drops what is over it in silence, a second Host perhaps; the owner counts and refuses.
  server.maxHeadersCount = 0;
  // Node takes its own listeners off a connection that asks for an upgrade or a tunnel: without one of ours, a reset of
  // such a connection would end the whole companion.
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()));
  server.on('clientError', (error, socket) => refuse(socket, parserProblem(error)));
  server.on('connect', (_request, socket) => refuse(socket, 'malformed'));
  server.on('upgrade', (_request, socket) => refuse(socket, 'malformed'));
  server.on('checkContinue', (request) => refuse(request.socket, 'expectation'));
  server.on('checkExpectation', (request) => refuse(request.socket, 'expectation'));
  return server;
}

export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** @returns the port, or 0 for a path. */
export function bindServer(server: Server, place: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const listening = (): void => {
      server.off('error', reject);
      // Out of file descriptors, for one: that connection is lost, the companion is not.
      server.on('error', () => {});
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    };
    if ('path' in place) server.listen({ path: place.path, readableAll: false, writableAll: false }, listening);
    else server.listen({ host: place.host, port: place.port, exclusive: true, ipv6Only: true }, listening);
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
