/**
 * One request with the credentials of its moment. A server that refuses them gets the request once more, if there are
 * others now; it refused it, so it did not carry it out. Never shows credentials to anyone but the server itself.
 */
import type { Authority } from './authority.ts';
import { authorityReason } from './failure-words.ts';
import type { HttpWire, WireCall, WireReply } from './http-wire.ts';
import type { Reading } from './reading.ts';

export interface CallOrder {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** Of the same server; without it the one of its URL. */
  readonly path?: string;
  /** Names and values in turn; made anew for each attempt. */
  readonly headers: () => readonly string[];
  readonly body?: Buffer;
  readonly headersMs: number | undefined;
  readonly repeatable: boolean;
  readonly flushed?: () => void;
}

export interface CallParts {
  readonly wire: HttpWire;
  readonly authority: Authority;
  readonly reading: Reading;
  readonly host: string;
  readonly userAgent: string;
}

type Headers = Readonly<Record<string, string>>;

/** What the transport says itself; configured headers cannot. */
const OURS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function configured(headers: Headers): string[] {
  return Object.entries(headers)
    .filter(([name]) => !OURS.has(name.toLowerCase()) && !/^mcp-param-/i.test(name))
    .flat();
}

function refusal(reason: string): WireReply {
  return { kind: 'failed', reason, isRefusal: true };
}

export class AuthorizedCall {
  /** The request is on its way, or never will be. Never rejects. */
  readonly started: Promise<void>;
  /** Never rejects. */
  readonly reply: Promise<WireReply>;
  private readonly parts: CallParts;
  private readonly order: CallOrder;
  private current: WireCall | undefined;
  private readonly begun: () => void;
  private aborted = false;

  constructor(parts: CallParts, order: CallOrder) {
    this.parts = parts;
    this.order = order;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.started = promise;
    this.begun = resolve;
    this.reply = this.run().finally(resolve);
  }

  abort(): void {
    this.aborted = true;
    this.begun();
    this.current?.abort();
  }

  private async run(): Promise<WireReply> {
    const { authority, reading } = this.parts;
    for (let mayRetry = true; ; mayRetry = false) {
      let sent: Headers;
      let reply: WireReply;
      try {
        sent = await authority.headers();
      } catch (error) {
        return refusal(authorityReason(error));
      }
      if (this.aborted) return { kind: 'aborted' };
      try {
        this.current = this.send(sent);
      } catch {
        return refusal("one of the connector's headers holds a character that cannot be sent");
      }
      this.begun();
      reply = await this.current.reply;
      if (reply.kind !== 'response') return reply;
      const { response } = reply;
      const status = response.statusCode ?? 0;
      const challenge = response.headers['www-authenticate'];
      if (status !== 401 && (status !== 403 || challenge === undefined)) return reply;
      reading.discard(response);
      const reason = await this.refused({ status, challenge, sent });
      if (this.aborted) return { kind: 'aborted' };
      if (reason !== undefined) return refusal(reason);
      if (!mayRetry)
        return refusal(
          `it refused the credentials (HTTP ${status}): sign in to the connector again, or check its headers`,
        );
    }
  }

  /** Undefined when there are other credentials now. */
  private async refused(facts: Parameters<Authority['refused']>[0]): Promise<string | undefined> {
    try {
      const verdict = await this.parts.authority.refused(facts);
      return verdict.kind === 'retry' ? undefined : verdict.reason;
    } catch (error) {
      return authorityReason(error);
    }
  }

  private send(own: Headers): WireCall {
    const { wire, host, userAgent } = this.parts;
    const { method, path, body, headersMs, repeatable, flushed } = this.order;
    const extra = configured(own);
    const names = new Set(extra.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
    const headers = ['Host', host, 'Accept-Encoding', 'identity'];
    if (!names.has('user-agent')) headers.push('User-Agent', userAgent);
    headers.push(...extra, ...this.order.headers());
    if (body !== undefined) headers.push('Content-Length', String(body.length));
    return wire.send({
      method,
      ...(path === undefined ? {} : { path }),
      headers,
      body,
      headersMs,
      repeatable,
      flushed: flushed ?? (() => {}),
    });
  }
}
