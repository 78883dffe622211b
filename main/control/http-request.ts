/**
 * Decides from the request line and the raw headers alone whether a request can be from our own page. Reads no body and
 * does no I/O. Guards against DNS rebinding, requests by other pages, and smuggling; what is not surely ours is refused.
 */
import { methodRefusal, refusals, type HttpRefusal } from './http-failure.ts';

const MAX_HEADERS = 64;

export interface RequestHead {
  readonly httpVersion: string;
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value, … as received: the parsed form hides duplicates. */
  readonly rawHeaders: readonly string[];
}

export type Route =
  | { readonly kind: 'file'; readonly path: string; readonly headOnly: boolean }
  | { readonly kind: 'session' }
  | { readonly kind: 'call'; readonly operation: string }
  | { readonly kind: 'events' }
  | { readonly kind: 'unknown_api' };

export type Checked =
  | { readonly kind: 'ok'; readonly route: Route; readonly authorization: string | undefined }
  | { readonly kind: 'refused'; readonly refusal: HttpRefusal };

/** Twice one of these is either a mistake or an attempt to make two readers see two requests. */
const SINGLE = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'origin',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'transfer-encoding',
]);
/** No browser sends these to a page it talks to directly: a proxy, a tunnel or a method override is in the way. */
const NEVER = new Set([
  'upgrade',
  'proxy-authorization',
  'x-http-method-override',
  'x-method-override',
  'trailer',
  'te',
]);

/** Origin-form, without query, escapes or dot segments: every address of ours is spelled in exactly one way. */
const TARGET = /^\/(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\/|$))*$/;
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
const CALL = /^\/api\/call\/([a-zA-Z.]{1,64})$/;

function refused(refusal: HttpRefusal): Checked {
  return { kind: 'refused', refusal };
}

/** @returns the headers that are checked, or undefined where one comes twice or one comes that never should. */
function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    if (NEVER.has(name) || (SINGLE.has(name) && headers.has(name))) return undefined;
    headers.set(name, raw[index + 1] ?? '');
  }
  return headers;
}

function routeOf(target: string, method: string): Route | HttpRefusal {
  const isApi = target === '/api' || target.startsWith('/api/');
  if (!isApi) {
    if (method !== 'GET' && method !== 'HEAD') return methodRefusal('GET, HEAD');
    return { kind: 'file', path: target, headOnly: method === 'HEAD' };
  }
  if (target === '/api/events') return method === 'GET' ? { kind: 'events' } : methodRefusal('GET');
  if (method !== 'POST') return methodRefusal('POST');
  if (target === '/api/session') return { kind: 'session' };
  const operation = CALL.exec(target)?.[1];
  return operation === undefined ? { kind: 'unknown_api' } : { kind: 'call', operation };
}

/**
 * @param port the port that this listener is bound to.
 * @param options `isOpenedFromInterface`: the first page may be opened by a document of the same site, which is ours on another port.
 * @returns the route and the raw `Authorization` value (not yet checked), or why the request is not served.
 */
export function checkRequest(
  head: RequestHead,
  port: number,
  options: { readonly isOpenedFromInterface: boolean } = { isOpenedFromInterface: false },
): Checked {
  if (head.httpVersion !== '1.1') return refused(refusals.version);
  if (head.rawHeaders.length > MAX_HEADERS * 2) return refused(refusals.tooManyHeaders);
  const headers = readHeaders(head.rawHeaders);
  if (headers === undefined) return refused(refusals.malformed);

  const host = headers.get('host');
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}` && host !== `[::1]:${port}`)
    return refused(refusals.host);
  const origin = headers.get('origin');
  // Bound to the Host of the same request: a page of localhost:<port> is not a page of 127.0.0.1:<port>.
  if (origin !== undefined && origin !== `http://${host}`) return refused(refusals.origin);
  const site = headers.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    const isOpened =
      options.isOpenedFromInterface &&
      site === 'same-site' &&
      head.method === 'GET' &&
      head.target === '/' &&
      headers.get('sec-fetch-mode') === 'navigate' &&
      headers.get('sec-fetch-dest') === 'document';
    if (!isOpened) return refused(refusals.crossSite);
  }

  if (!TARGET.test(head.target)) return refused(refusals.malformed);
  const route = routeOf(head.target, head.method);
  if ('status' in route) return refused(route);

  if (headers.has('expect')) return refused(refusals.expectation);
  if (headers.has('content-encoding')) return refused(refusals.mediaType);
  if (route.kind === 'file' || route.kind === 'events') {
    const length = headers.get('content-length');
    if (headers.has('transfer-encoding') || (length !== undefined && length !== '0'))
      return refused(refusals.malformed);
  } else if (!JSON_TYPE.test(headers.get('content-type') ?? '')) {
    return refused(refusals.mediaType);
  }
  return { kind: 'ok', route, authorization: headers.get('authorization') };
}
