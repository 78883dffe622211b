/**
 * Owns the sockets: 127.0.0.1, and ::1 on the same port where that can be had. Limits what one connection may cost
 * before anything is known about it. Bytes that are not HTTP get one refusal and a closed connection.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { CompanionError } from '../../preload/contract/failure.ts';
import { refusals, type HttpRefusal } from './http-failure.ts';
import { SECURITY_HEADERS } from './http-headers.ts';

export interface HttpLimits {
  /** Time for a whole request line and header to arrive. */
  readonly headersTimeoutMs: number;
  /** Time for the whole request, body included. */
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  headersTimeoutMs: 5000,
  requestTimeoutMs: 10_000,
  maxConnections: 64,
  maxHeaderBytes: 8 * 1024,
};

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers on the bare socket: here no response object exists, or none can be trusted to be in step. */
function refuseSocket(socket: Duplex, refusal: HttpRefusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ error: refusal.failure });
  const headers = Object.entries({
    ...SECURITY_HEADERS,
    'cache-control': 'no-store',
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
    'content-type': 'application/json; charset=utf-8',
  });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${head}\r\n${body}`, () =>
    socket.destroy(),
  );
}

function parserRefusal(error: NodeJS.ErrnoException): HttpRefusal {
  if (error.code === 'HPE_HEADER_OVERFLOW') return refusals.tooManyHeaders;
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusals.timeout;
  return refusals.malformed;
}

function createHttpServer(handler: RequestHandler, limits: HttpLimits): Server {
  const server = createServer(
    {
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs),
      headersTimeout: limits.headersTimeoutMs,
      insecureHTTPParser: false,
      keepAliveTimeout: 5000,
      maxHeaderSize: limits.maxHeaderBytes,
      // A missing Host is refused by http-request.ts, with a word about what to do.
      requireHostHeader: false,
      requestTimeout: limits.requestTimeoutMs,
    },
    handler,
  );
  server.maxConnections = limits.maxConnections;
  // Node's own limit drops what is over it in silence, a second Host perhaps; http-request.ts counts and refuses.
  server.maxHeadersCount = 0;
  server.on('clientError', (error, socket) => refuseSocket(socket, parserRefusal(error)));
  server.on('connect', (_request, socket) => refuseSocket(socket, refusals.malformed));
  server.on('upgrade', (_request, socket) => refuseSocket(socket, refusals.malformed));
  server.on('checkContinue', (request) => refuseSocket(request.socket, refusals.expectation));
  server.on('checkExpectation', (request) => refuseSocket(request.socket, refusals.expectation));
  return server;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true, ipv6Only: true }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * @param port 0 lets the system choose.
 * @throws CompanionError `E_PORT_TAKEN` when 127.0.0.1 cannot be had; ::1 may be missing.
 */
export async function listenOnLoopback(handler: RequestHandler, port: number, limits: HttpLimits): Promise<Listener> {
  const v4 = createHttpServer(handler, limits);
  const bound = await listen(v4, '127.0.0.1', port).catch((cause: unknown) => {
    throw new CompanionError(
      'E_PORT_TAKEN',
      `The interface cannot listen on 127.0.0.1:${port}.`,
      'Stop the program that uses this port, or start with another one.',
      { cause },
    );
  });
  const v6 = createHttpServer(handler, limits);
  const servers = [v4];
  try {
    await listen(v6, '::1', bound);
    servers.push(v6);
  } catch {
    // No IPv6, or the port is taken there: links name 127.0.0.1, so nobody misses it.
  }
  return {
    port: bound,
    async close() {
      await Promise.all(servers.map(closeServer));
    },
  };
}
