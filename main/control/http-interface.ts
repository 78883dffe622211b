/**
 * Serves the interface to a browser on this machine: the built files to anyone, the operations and events only to a page
 * that exchanged a one-time link. Never serves an operation that the interface may not ask for, never answers another
 * origin. Whatever goes wrong ends in a refusal that says what to do.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { CompanionError, assertNever, toFailure } from '../../preload/contract/failure.ts';
import type { OperationName } from '../../preload/contract/operations.ts';
import { createAttemptLimit } from '../loopback/attempt-limit.ts';
import { markRefused, type HttpLimits } from '../loopback/http-server.ts';
import { readJsonBody } from './http-body.ts';
import { createEventStreams, MAX_STREAMS } from './http-events.ts';
import { refusals, type HttpRefusal } from './http-failure.ts';
import { reachingOnly, SECURITY_HEADERS } from './http-headers.ts';
import { DEFAULT_HTTP_LIMITS, listenForPages } from './http-listener.ts';
import { interfaceOperation, type PageCaller } from './http-operation.ts';
import { checkRequest, type Route } from './http-request.ts';
import { createPageSessions, type PageSession } from './http-session.ts';
import { readStaticFiles } from './http-static.ts';
import { createLinkTokens } from './link-token.ts';

export interface HttpInterfaceOptions {
  /** Absolute path of the built interface. */
  readonly staticDirectory: string;
  /** Whose files these are, and so what may be asked: the interface's (the default), or the approval window's. */
  readonly caller?: PageCaller;
  /** Validates the input and carries the operation out; rejects with a CompanionError. */
  readonly call: (name: OperationName, input: unknown, caller: PageCaller) => Promise<unknown>;
  readonly subscribe: (listener: (event: CompanionEvent) => void) => () => void;
  /** The only origins besides its own that these documents may reach or lead to; any without it. */
  readonly reaches?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** 256 random bits or more as base64url, 43 to 128 characters. */
  readonly randomToken: () => string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpInterface {
  url(): string;
  /** A link that signs one page in, once, within two minutes. A secret until it was used: never log it. */
  mintLink(): string;
  /** Pages with an open event stream. */
  pages(): number;
  /** @returns a function that ends the subscription. */
  onPagesChange(listener: (pages: number) => void): () => void;
  close(): Promise<void>;
}

export const MAX_FAILED_ATTEMPTS = 20;

const SessionRequest = z.strictObject({ token: z.string().min(1).max(128) });

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
  response.end(text);
}

/** Ends the connection too: what was pipelined behind a refused request is not served. */
function refuse(response: ServerResponse, refusal: HttpRefusal): void {
  markRefused(response.req.socket);
  sendJson(response, refusal.status, { error: refusal.failure }, { ...refusal.headers, connection: 'close' });
}

/**
 * @throws CompanionError `E_INTERFACE_MISSING` when it was not built, `E_PORT_TAKEN` when the port cannot be had.
 */
export async function createHttpInterface(options: HttpInterfaceOptions): Promise<HttpInterface> {
  const caller = options.caller ?? 'ui';
  const files = await readStaticFiles(options.staticDirectory);
  const links = createLinkTokens(options);
  const sessions = createPageSessions(options);
  const attempts = createAttemptLimit({ perMinute: MAX_FAILED_ATTEMPTS, now: options.now });
  const streams = createEventStreams();
  const headers = { ...SECURITY_HEADERS, ...(options.reaches === undefined ? {} : reachingOnly(options.reaches)) };

  const sendFile = (response: ServerResponse, route: Extract<Route, { kind: 'file' }>): void => {
    const file = files.get(route.path);
    if (file === undefined) {
      refuse(response, refusals.notFound);
      return;
    }
    response.writeHead(200, {
      ...headers,
      'cache-control': file.cacheControl,
      'content-length': file.body.byteLength,
      'content-type': file.type,
    });
    response.end(route.headOnly ? undefined : file.body);
  };

  const exchange = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (attempts.exhausted()) return refuse(response, refusals.tooManyAttempts);
    const body = await readJsonBody(request);
    if (body.kind === 'refused') return refuse(response, body.refusal);
    const parsed = SessionRequest.safeParse(body.value);
    const redeemed = parsed.success ? links.redeem(parsed.data.token) : ({ kind: 'unknown' } as const);
    if (redeemed.kind === 'accepted') return sendJson(response, 200, { bearer: sessions.open() });
    attempts.failed();
    return refuse(response, redeemed.kind === 'used' ? refusals.linkUsed : refusals.linkUnknown);
  };

  const answerCall = async (request: IncomingMessage, response: ServerResponse, name: string): Promise<void> => {
    const operation = interfaceOperation(name, caller);
    if (operation === undefined) return refuse(response, refusals.unknownOperation);
    const body = await readJsonBody(request);
    if (body.kind === 'refused') return refuse(response, body.refusal);
    try {
      return sendJson(response, 200, { value: (await options.call(operation, body.value, caller)) ?? {} });
    } catch (thrown) {
      // What is refused is an answer, not a fault of HTTP: browsers write those to the console as errors.
      return sendJson(response, thrown instanceof CompanionError ? 200 : 500, { error: toFailure(thrown) });
    }
  };

  const openStream = (response: ServerResponse, session: PageSession): void => {
    if (streams.count() >= MAX_STREAMS) return refuse(response, refusals.tooManyPages);
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'cache-control': 'no-store',
      'content-type': 'application/x-ndjson; charset=utf-8',
    });
    return streams.add(response, () => sessions.isLive(session));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const checked = checkRequest(
      {
        httpVersion: request.httpVersion,
        method: request.method ?? '',
        target: request.url ?? '',
        rawHeaders: request.rawHeaders,
      },
      listener.port,
      // The approval window is opened from the interface, which is on another port: a page of the same site.
      { isOpenedFromInterface: caller === 'window' },
    );
    if (checked.kind === 'refused') return refuse(response, checked.refusal);
    const route = checked.route;
    if (route.kind === 'file') return sendFile(response, route);
    if (route.kind === 'session') return exchange(request, response);
    const session = sessions.find(checked.authorization);
    if (session === undefined) return refuse(response, refusals.unauthenticated);
    switch (route.kind) {
      case 'unknown_api':
        return refuse(response, refusals.notFound);
      case 'call':
        return answerCall(request, response, route.operation);
      case 'events':
        return openStream(response, session);
      default:
        return assertNever(route);
    }
  };

  const listener = await listenForPages(
    (request, response) => {
      answer(request, response).catch(() => response.destroy());
    },
    options.port ?? 0,
    { ...DEFAULT_HTTP_LIMITS, ...options.limits },
  );
  const unsubscribe = options.subscribe((event) => streams.send(event));
  const url = `http://127.0.0.1:${listener.port}/`;

  return {
    url: () => url,
    mintLink: () => `${url}#t=${links.mint()}`,
    pages: () => streams.count(),
    onPagesChange: (listener) => streams.onCountChange(listener),
    async close() {
      unsubscribe();
      streams.close();
      await listener.close();
    },
  };
}
