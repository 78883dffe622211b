/**
 * Every request of this room: https, or http on this machine for a server that is on this machine too. Follows no redirect,
 * takes 1 MiB and 15 s at most, and connects only to addresses that it has looked at: a server that is out there never makes
 * us ask an address in here. A name is resolved once for all requests of one guard, so that it cannot point elsewhere later.
 */
import { lookup } from 'node:dns/promises';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopbackHost } from '../../preload/contract/connector.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { afterTimeout, type After } from '../secrets/backend.ts';
import { mayReach, zoneOf, type Zone } from './address-zone.ts';
import { addressRefused, answerTooLarge, redirectRefused, unreachable } from './identity-failures.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_MS = 15_000;

export type FetchFunction = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface Guard {
  /** Rejects with E_ADDRESS_REFUSED, E_REDIRECT_REFUSED, E_ANSWER_TOO_LARGE or E_UNREACHABLE. */
  readonly fetch: FetchFunction;
  /** Why this address is not for us, as far as it shows in the address itself; for links that a browser opens. */
  readonly refuse: (url: URL) => CompanionError | undefined;
}

export interface GuardOptions {
  /** On whose word the requests are made: it decides which addresses may be asked. */
  readonly server: URL;
  readonly signal?: AbortSignal;
  /** All addresses of a name. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly after?: After;
  /** Certificates to trust instead of the system's; for tests. */
  readonly ca?: string;
}

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** The address that a host is, where it is one. */
function literal(url: URL): string | undefined {
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  return isIP(host) === 0 ? undefined : host;
}

export function createGuard(options: GuardOptions): Guard {
  const { server, signal, resolve = systemResolve, after = afterTimeout, ca } = options;
  const names = new Map<string, Promise<readonly string[]>>();

  function addressesOf(url: URL): Promise<readonly string[]> {
    const address = literal(url);
    if (address !== undefined) return Promise.resolve([address]);
    let found = names.get(url.hostname);
    if (found === undefined) {
      found = resolve(url.hostname).catch(() => {
        names.delete(url.hostname);
        throw unreachable(url, 'cannot be found');
      });
      names.set(url.hostname, found);
    }
    return found;
  }

  /** The zone of the server itself. A name out there that points in here is neither. */
  async function serverZone(): Promise<Zone> {
    if (isLoopbackHost(server.hostname)) return 'loopback';
    const zones = (await addressesOf(server)).map(zoneOf);
    const [first = 'special'] = zones;
    if (zones.includes('public')) return 'public';
    return zones.every((zone) => zone === first) && (first === 'private' || first === 'link_local') ? first : 'special';
  }

  function refuse(url: URL): CompanionError | undefined {
    if (url.username !== '' || url.password !== '') return addressRefused(url, 'it holds a user name');
    const local = isLoopbackHost(server.hostname);
    if (url.protocol !== 'https:' && !(local && url.protocol === 'http:' && isLoopbackHost(url.hostname)))
      return addressRefused(url, 'it is not https');
    if (isLoopbackHost(url.hostname) && !local) return addressRefused(url, 'it is on this machine, the server is not');
    const address = literal(url);
    if (address === undefined || local) return undefined;
    const from = literal(server);
    // Where the server is a name, fetch() knows more; here only what is surely wrong is refused.
    const zone = zoneOf(address);
    if (zone === 'special' || (from !== undefined && !mayReach(zoneOf(from), zone)))
      return addressRefused(url, 'it is inside a network that the server is not in');
    return undefined;
  }

  async function checkedAddresses(url: URL): Promise<readonly string[]> {
    const refusal = refuse(url);
    if (refusal !== undefined) throw refusal;
    const from = await serverZone();
    if (from === 'special') throw addressRefused(server, 'its name points to an address that it cannot have');
    const addresses = await addressesOf(url);
    const isRefused = addresses.length === 0 || addresses.some((address) => !mayReach(from, zoneOf(address)));
    if (isRefused) throw addressRefused(url, 'it is inside a network that the server is not in');
    return addresses;
  }

  async function fetch(target: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(target);
    const stop = new AbortController();
    const stopped = new Promise<never>((_resolve, reject) => {
      stop.signal.addEventListener('abort', () => reject(asError(stop.signal.reason)), { once: true });
    });
    stopped.catch(() => undefined);
    const cancelTimer = after(MAX_MS, () => stop.abort(unreachable(url, 'did not answer within 15 s')));
    const giveUp = (): void => stop.abort(signal?.reason);
    if (signal?.aborted === true) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      const addresses = await Promise.race([checkedAddresses(url), stopped]);
      return await Promise.race([send(url, init, addresses, stop.signal, ca), stopped]);
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', giveUp);
    }
  }

  return { fetch, refuse };
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('given up'));

/** Gives node:net the addresses that were looked at; it never asks the resolver again. */
function pinned(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const wanted = options.family === 4 || options.family === 6 ? options.family : undefined;
    const usable = found.filter(({ family }) => wanted === undefined || family === wanted);
    const [first] = usable;
    if (first === undefined) callback(new Error('no address of this family'), '', 0);
    else if (options.all === true) callback(null, usable);
    else callback(null, first.address, first.family);
  };
}

async function send(
  url: URL,
  init: RequestInit,
  addresses: readonly string[],
  signal: AbortSignal,
  ca: string | undefined,
): Promise<Response> {
  const headers = Object.fromEntries(new Headers(init.headers ?? {}));
  const body = init.body instanceof URLSearchParams ? init.body.toString() : (init.body ?? undefined);
  if (body !== undefined && typeof body !== 'string') throw new TypeError('only text is sent');
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: init.method ?? 'GET',
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      lookup: pinned(addresses),
      // A connection of its own each time: nothing is reused that was opened on somebody else's word.
      agent: false,
      signal,
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: tokens leave on this connection.
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    });
    request.once('response', resolve);
    request.once('error', (error) => reject(failed(url, error, signal)));
    request.end(body);
  });
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    response.destroy();
    throw redirectRefused(url);
  }
  if (status < 200 || status > 599) {
    response.destroy();
    throw unreachable(url, 'gave an answer that is not HTTP');
  }
  const bytes = await readBody(url, response, signal);
  const bodyless = status === 204 || status === 205;
  return new Response(bodyless ? null : bytes, { status, headers: headersOf(response) });
}

/** As they came: some servers send a name twice, and only one challenge of several is a bearer's. */
function headersOf(response: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < response.rawHeaders.length; at += 2) {
    headers.append(response.rawHeaders[at] ?? '', response.rawHeaders[at + 1] ?? '');
  }
  return headers;
}

async function readBody(url: URL, response: IncomingMessage, signal: AbortSignal): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('a stream of bytes');
      size += chunk.length;
      if (size > MAX_BYTES) throw answerTooLarge(url);
      chunks.push(chunk);
    }
  } catch (error) {
    response.destroy();
    throw failed(url, error, signal);
  }
  return Buffer.concat(chunks);
}

/** Network errors name addresses and certificates; the person gets one sentence. */
function failed(url: URL, error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return asError(signal.reason);
  if (error instanceof CompanionError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isCertificate = /CERT|SELF_SIGNED|TLS|SSL|ALTNAME/.test(code);
  return unreachable(url, isCertificate ? 'has a certificate that is not trusted' : 'cannot be reached');
}
