/** An HTTP server that answers as a test says, and notes what came. Not a tenant: for what no tenant would answer. */
import {
  createServer as createHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CERTIFICATE, KEY } from '../identity/loopback-certificate.ts';
import { closing } from '../identity/rig.ts';

export interface Came {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface OddServer {
  readonly origin: string;
  readonly port: number;
  readonly came: Came[];
  /** Resolves once a request is there. */
  readonly arrival: () => Promise<Came>;
}

export type Answer = (response: ServerResponse, came: Came) => void;

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Closed after the test. */
export async function oddServer(answer: Answer, options: { readonly tls?: boolean } = {}): Promise<OddServer> {
  const came: Came[] = [];
  const first = Promise.withResolvers<Came>();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined);
    void readAll(request)
      .then((body) => {
        const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
        came.push(one);
        first.resolve(one);
        answer(response, one);
      })
      .catch(() => undefined);
  };
  const server = options.tls === true ? createHttps({ cert: CERTIFICATE, key: KEY }, listener) : createHttp(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(resolve));
  });
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${options.tls === true ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    came,
    arrival: () => first.promise,
  };
}

export const says =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
  };
