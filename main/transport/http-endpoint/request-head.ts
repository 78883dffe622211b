/**
 * Decides from the request line and the raw headers alone whether a request can be from an MCP client on this machine.
 * Reads no body, knows no token, does no I/O. Guards against DNS rebinding, pages, smuggling; what is not surely well
 * formed is refused.
 */
import { refusals, type HttpRefusal } from './refusals.ts';

const MAX_HEADERS = 64;

export interface RequestLine {
  readonly httpVersion: string;
  readonly target: string;
  /** Name, value, name, value, … as received: the parsed form hides duplicates. */
  readonly rawHeaders: readonly string[];
}

export type Route =
  | { readonly kind: 'mcp' }
  | { readonly kind: 'sse' }
  | { readonly kind: 'messages'; readonly sessionId: string }
  | { readonly kind: 'unknown' };

/** The headers that the endpoint reads; each came at most once. */
export interface Headers {
  accept?: string;
  authorization?: string;
  contentEncoding?: string;
  contentLength?: string;
  contentType?: string;
  lastEventId?: string;
  name?: string;
  method?: string;
  sessionId?: string;
  transferEncoding?: string;
  version?: string;
  /** Values of `Mcp-Param-*` by their name in lower case without the prefix. */
  params?: Map<string, string>;
}

export type CheckedHead =
  | { readonly kind: 'ok'; readonly route: Route; readonly headers: Headers; readonly bearer: string | undefined }
  | { readonly kind: 'refused'; readonly refusal: HttpRefusal };

type FieldName = Exclude<keyof Headers, 'params'>;

const FIELDS: ReadonlyMap<string, FieldName> = new Map([
  ['accept', 'accept'],
  ['authorization', 'authorization'],
  ['content-encoding', 'contentEncoding'],
  ['content-length', 'contentLength'],
  ['content-type', 'contentType'],
  ['last-event-id', 'lastEventId'],
  ['mcp-name', 'name'],
  ['mcp-method', 'method'],
  ['mcp-protocol-version', 'version'],
  ['mcp-session-id', 'sessionId'],
  ['transfer-encoding', 'transferEncoding'],
]);
const PARAM_PREFIX = 'mcp-param-';
/** No MCP client sends these to a server that it talks to directly: a proxy, a tunnel or a method override is in the way. */
const NEVER: ReadonlySet<string> = new Set([
  'http2-settings',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]);

const MESSAGES = /^\/messages\?sessionId=([A-Za-z0-9_-]{22,128})$/;
/** Origin-form without query, escape or dot segment; a leading dot is part of well-known addresses. */
const PLAIN_PATH = /^\/(?:\.?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\/|$))*$/;
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{1,512}={0,2})$/i;

interface Collected {
  readonly headers: Headers;
  hosts: number;
  host: string;
  origin: string | undefined;
  site: string | undefined;
  broken: boolean;
  expects: boolean;
}

function collect(raw: readonly string[]): Collected {
  const headers: Headers = {};
  const found: Collected = {
    headers,
    hosts: 0,
    host: '',
    origin: undefined,
    site: undefined,
    broken: false,
    expects: false,
  };
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    const field = FIELDS.get(name);
    if (field !== undefined) {
      const before = headers[field];
      if (before === undefined) headers[field] = value;
      // A list may come in pieces; of anything else twice is a mistake, or two readers that see two requests.
      else if (field === 'accept') headers.accept = `${before}, ${value}`;
      else found.broken = true;
    } else if (name === 'host') {
      found.hosts++;
      found.host = value;
    } else if (name === 'origin') {
      // Twice is none that anybody listed.
      found.origin = found.origin === undefined ? value : '';
    } else if (name === 'sec-fetch-site') {
      if (found.site !== undefined) found.broken = true;
      found.site = value;
    } else if (name === 'expect') found.expects = true;
    else if (NEVER.has(name)) found.broken = true;
    else if (name.startsWith(PARAM_PREFIX)) {
      const param = name.slice(PARAM_PREFIX.length);
      headers.params ??= new Map();
      if (headers.params.has(param)) found.broken = true;
      headers.params.set(param, value);
    }
  }
  return found;
}

function routeOf(target: string): Route | undefined {
  if (target === '/mcp') return { kind: 'mcp' };
  if (target === '/sse') return { kind: 'sse' };
  const sessionId = MESSAGES.exec(target)?.[1];
  if (sessionId !== undefined) return { kind: 'messages', sessionId };
  return PLAIN_PATH.test(target) ? { kind: 'unknown' } : undefined;
}

function refused(refusal: HttpRefusal): CheckedHead {
  return { kind: 'refused', refusal };
}

/** Both lists are compared exactly: what the one Host of the request may be, and its Origin where it names one. */
export function checkHead(line: RequestLine, hosts: ReadonlySet<string>, origins: readonly string[]): CheckedHead {
  if (line.httpVersion !== '1.1') return refused(refusals.version);
  if (line.rawHeaders.length > MAX_HEADERS * 2) return refused(refusals.tooManyHeaders);
  const found = collect(line.rawHeaders);
  if (found.hosts > 1) return refused(refusals.malformed);
  if (!hosts.has(found.host)) return refused(refusals.host);
  const route = routeOf(line.target);
  if (route === undefined) return refused(refusals.target);
  if (found.origin !== undefined && !origins.includes(found.origin)) return refused(refusals.origin);
  if (found.site !== undefined && found.site !== 'same-origin' && found.site !== 'none')
    return refused(refusals.crossSite);
  if (found.broken) return refused(refusals.malformed);
  if (found.expects) return refused(refusals.expectation);
  const { headers } = found;
  const bearer = headers.authorization === undefined ? undefined : BEARER.exec(headers.authorization)?.[1];
  return { kind: 'ok', route, headers, bearer };
}
