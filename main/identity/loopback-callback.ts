/**
 * Owns the address that the browser comes back to: 127.0.0.1, any free port, a path that nobody can guess; port and path are
 * fixed only where a provider has to know them. Takes one GET with the right Host, path and state, nothing else, for five minutes. A wrong request is refused and changes nothing, so that no
 * other page can end a sign-in. Its pages hold no script and nothing that was sent.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { CompanionError } from '../../preload/contract/failure.ts';
import { afterTimeout, type After } from '../secrets/backend.ts';
import { signInCancelled, signInTimeout } from './identity-failures.ts';

const WAIT_MS = 5 * 60 * 1000;
/** Codes of some authorization servers have several thousand characters. */
const MAX_HEADER_BYTES = 16 * 1024;
const PARAMETERS = ['state', 'code', 'iss', 'error'] as const;

export interface LoopbackOptions {
  /** Begins with "/". */
  readonly path: string;
  readonly state: string;
  /** Taken if it is free, else any other. */
  readonly port?: number;
}

export interface LoopbackCallback {
  readonly redirectUri: string;
  /** What came with the one request that was taken. Rejects with E_SIGN_IN_TIMEOUT, or with what it was closed for. */
  readonly received: Promise<URLSearchParams>;
  /** Tells the browser that waits how it ended, and stops listening. A second call changes nothing. */
  close(outcome: 'done' | 'failed', reason?: CompanionError): Promise<void>;
}

export type OpenLoopback = (options: LoopbackOptions) => Promise<LoopbackCallback>;

const HEADERS = {
  'cache-control': 'no-store',
  connection: 'close',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'content-type': 'text/html; charset=utf-8',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const PAGES = {
  done: 'You are signed in. You can close this page.',
  failed: 'The sign-in did not work. Runlayer says why, where you began it. You can close this page.',
  used: 'This link was used already. You can close this page.',
  wrong: 'This is not a page of a sign-in that is under way. You can close it.',
} as const;

function answer(response: ServerResponse, status: number, page: keyof typeof PAGES): void {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Runlayer Companion</title></head><body><p>${PAGES[page]}</p></body></html>\n`;
  response.writeHead(status, { ...HEADERS, 'content-length': Buffer.byteLength(html) });
  response.end(html);
}

/** Takes the same time whatever the difference is. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** Values of a header, each time that it was sent. */
function valuesOf(request: IncomingMessage, name: string): string[] {
  return request.rawHeaders.filter((_text, at) => at % 2 === 1 && request.rawHeaders[at - 1]?.toLowerCase() === name);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve);
  });
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
}

/** See {@link OpenLoopback}; rejects where no port of 127.0.0.1 can be had. */
export function createLoopback(after: After = afterTimeout): OpenLoopback {
  return async ({ path, state, port: wanted = 0 }) => {
    const received = Promise.withResolvers<URLSearchParams>();
    received.promise.catch(() => undefined);
    let host = '';
    let taken: ServerResponse | undefined;
    let closed: Promise<void> | undefined;

    function handle(request: IncomingMessage, response: ServerResponse): void {
      const [ours = '', ...more] = valuesOf(request, 'host');
      const [asked = '', query = '', ...rest] = (request.url ?? '').split('?');
      if (more.length > 0 || ours !== host || rest.length > 0 || !isSame(asked, path))
        return answer(response, 404, 'wrong');
      if (request.method !== 'GET') {
        response.setHeader('allow', 'GET');
        return answer(response, 405, 'wrong');
      }
      if (taken !== undefined) return answer(response, 410, 'used');
      const sent = new URLSearchParams(query);
      const isTwice = PARAMETERS.some((name) => sent.getAll(name).length > 1);
      if (isTwice || !isSame(sent.get('state') ?? '', state) || sent.has('code') === sent.has('error'))
        return answer(response, 400, 'wrong');
      taken = response;
      received.resolve(sent);
    }

    const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 5000 }, handle);
    server.maxConnections = 16;
    server.on('clientError', (_error, socket) => socket.destroy());
    await listen(server, wanted).catch((error: unknown) => {
      if (wanted === 0 || !isTaken(error)) throw error;
      // Most providers take any port of this machine; who does not, says so to the person.
      return listen(server, 0);
    });
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('a listener has an address');
    host = `127.0.0.1:${address.port}`;

    const close = (outcome: 'done' | 'failed', reason: CompanionError = signInCancelled()): Promise<void> => {
      cancelTimer();
      received.reject(reason);
      closed ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        const last = taken;
        if (last === undefined || last.destroyed) server.closeAllConnections();
        else {
          // The page goes out first; then nobody has anything left to wait for.
          last.once('close', () => server.closeAllConnections());
          answer(last, outcome === 'done' ? 200 : 400, outcome);
        }
      });
      return closed;
    };
    const cancelTimer = after(WAIT_MS, () => void close('failed', signInTimeout()));
    return { redirectUri: `http://${host}${path}`, received: received.promise, close };
  };
}
