/**
 * Single HTTP requests to one server, over connections that are kept. Follows no redirect, uses no proxy and always checks
 * certificates, whatever the environment says. A request that the server surely did not carry out, because a kept
 * connection turned out to be dead, is sent once more; every other failure is the caller's.
 */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { isLoopbackHost } from '../../../preload/contract/connector.ts';
import { connectionReason } from './failure-words.ts';
import type { Schedule } from './link.ts';
import { lookUpLocalhost } from './look-up-localhost.ts';

export interface WireOrder {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** Of the same server; without it the one of its URL. */
  readonly path?: string;
  /** Names and values in turn, Host and length included. */
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
  /** How long the response's headers may take once the connection is there; undefined: as long as they like. */
  readonly headersMs: number | undefined;
  /** Carrying it out twice does no harm. */
  readonly repeatable: boolean;
  /** The request has left. */
  readonly flushed: () => void;
}

export type WireReply =
  | { readonly kind: 'response'; readonly response: IncomingMessage }
  /** `isRefusal`: it lies at credentials, trying again at once is of no use. */
  | { readonly kind: 'failed'; readonly reason: string; readonly isRefusal: boolean }
  | { readonly kind: 'aborted' };

export interface WireCall {
  /** Never rejects. */
  readonly reply: Promise<WireReply>;
  /** Ends it in whatever state it is, the reading of its response included. */
  abort(): void;
}

const CONNECT_MS = 20_000;
/**
 * Servers commonly keep an idle connection for 5 s, counted from when they answered, and a call that meets one which is just being
 * closed must not be made again: we let go of it first. A busy companion may read an answer seconds after it came, so what counts
 * is when the last request left. On this machine another connection costs next to nothing.
 */
const IDLE_MS = 4000;
const IDLE_HERE_MS = 2000;
/** For how many seconds a server says that it keeps the connection. */
const KEPT_FOR = /\btimeout=(\d{1,6})\b/;
const HINT_MARGIN_MS = 1000;
const MAX_IDLE = 64;
const PROBE_MS = 30_000;
const MAX_HEADER_BYTES = 16 * 1024;

export class HttpWire {
  private readonly url: URL;
  private readonly schedule: Schedule;
  private readonly now: () => number;
  private readonly idleMs: number;
  /** Until when each connection may be given another request. */
  private readonly goodUntil = new WeakMap<Socket, number>();
  private readonly kept: HttpAgent;
  /** Makes a connection of its own for each request. */
  private readonly fresh: HttpAgent;
  private readonly target: Readonly<Record<string, unknown>>;
  private readonly open = new Set<() => void>();
  private closed = false;

  /** `now`: monotonic milliseconds. */
  constructor(url: URL, schedule: Schedule, now: () => number) {
    this.url = url;
    this.schedule = schedule;
    this.now = now;
    this.idleMs = isLoopbackHost(url.hostname) ? IDLE_HERE_MS : IDLE_MS;
    const isSecure = url.protocol === 'https:';
    const Agent = isSecure ? HttpsAgent : HttpAgent;
    const tls = isSecure ? { rejectUnauthorized: true } : {};
    const options = { noDelay: true, keepAliveMsecs: PROBE_MS, ...tls };
    this.kept = new Agent({
      ...options,
      keepAlive: true,
      maxFreeSockets: MAX_IDLE,
      // From this end it never takes one that was just let go of.
      scheduling: 'fifo',
      timeout: this.idleMs,
    });
    this.fresh = new Agent({ ...options, keepAlive: false });
    this.target = {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      maxHeaderSize: MAX_HEADER_BYTES,
      insecureHTTPParser: false,
      ...(url.hostname === 'localhost' ? { lookup: lookUpLocalhost } : {}),
      ...tls,
    };
  }

  /** Throws when a header cannot be sent as it is. */
  send(order: WireOrder): WireCall {
    let current: ClientRequest | undefined;
    let cancelTimer: (() => void) | undefined;
    let isSettled = false;
    const { promise, resolve } = Promise.withResolvers<WireReply>();
    const settle = (reply: WireReply): void => {
      cancelTimer?.();
      cancelTimer = undefined;
      isSettled = true;
      this.open.delete(abort);
      resolve(reply);
    };
    const limit = (ms: number, reason: string): void => {
      cancelTimer?.();
      cancelTimer = this.schedule(ms, () => {
        settle({ kind: 'failed', reason, isRefusal: false });
        current?.destroy();
      });
    };
    const start = (agent: HttpAgent, mayRepeat: boolean): void => {
      const { method, headers, headersMs, path } = order;
      const create = this.url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = create({ ...this.target, ...(path === undefined ? {} : { path }), method, headers, agent });
      current = request;
      let sentAt = 0;
      const fail = (error: unknown): void => {
        if (isSettled || current !== request) return;
        // Not wholly sent: no server carries out half a message. Sent on a connection that was kept: it may have been.
        const surelyNotDone = !request.writableFinished || order.repeatable;
        if (mayRepeat && !this.closed && request.reusedSocket && surelyNotDone) start(this.fresh, false);
        else settle({ kind: 'failed', reason: connectionReason(error, this.url), isRefusal: false });
      };
      request.once('response', (response) => {
        const hint = KEPT_FOR.exec(String(response.headers['keep-alive'] ?? ''))?.[1];
        if (hint !== undefined) {
          const keptMs = Number(hint) * 1000 - HINT_MARGIN_MS;
          this.goodUntil.set(response.socket, sentAt + Math.min(keptMs, this.idleMs));
        }
        settle({ kind: 'response', response });
      });
      request.on('error', fail);
      // A server that switches protocols ends here, too.
      request.once('close', () => fail(new Error('closed')));
      request.once('finish', order.flushed);
      const connected = (): void => {
        if (isSettled) return;
        cancelTimer?.();
        cancelTimer = undefined;
        if (headersMs !== undefined) limit(headersMs, 'it did not begin to answer in time');
      };
      request.once('socket', (socket) => {
        sentAt = this.now();
        this.goodUntil.set(socket, sentAt + this.idleMs);
        if (!socket.connecting) {
          connected();
          return;
        }
        limit(CONNECT_MS, `${this.url.origin} cannot be reached: check the network, then call again`);
        socket.once(this.url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      });
      // Head and body leave in one writev; joining them first was measured and gains nothing.
      request.end(order.body);
    };
    const abort = (): void => {
      settle({ kind: 'aborted' });
      current?.destroy();
    };
    if (this.closed) abort();
    else {
      this.open.add(abort);
      this.letGoOfOld();
      start(this.kept, true);
    }
    return { reply: promise, abort };
  }

  private letGoOfOld(): void {
    const now = this.now();
    for (const idle of Object.values(this.kept.freeSockets))
      for (const socket of idle ?? []) if ((this.goodUntil.get(socket) ?? 0) < now) socket.destroy();
  }

  /** Ends every connection. */
  close(): void {
    this.closed = true;
    for (const abort of this.open) abort();
    this.kept.destroy();
    this.fresh.destroy();
  }
}
