/**
 * Requests to one tenant, that is, to one origin. Follows no redirect, uses no proxy, always checks certificates whatever the
 * environment says, and takes an answer only whole, in time, within its size, and as plain JSON. Everything that goes wrong is
 * a {@link TenantError}.
 */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isJsonObject } from '../../preload/contract/json.ts';
import type { After } from '../secrets/backend.ts';
import { lookUpLocalhost } from '../transport/http-upstream/look-up-localhost.ts';
import { connectionProblem, contentProblem, statusOf } from './answer-checks.ts';
import { GivenUp } from './given-up.ts';
import { parseAnswer, type ParsedAnswer } from './parse-answer.ts';
import { retryAfterMs } from './retry-after.ts';
import { safeDetail } from './safe-detail.ts';
import type { TenantError } from './tenant-api.ts';
import { invalid, notConnected, refusedWith, unreachable } from './tenant-failures.ts';
import { refuseInsecure } from './tenant-host.ts';
import { isTenantKey, notAKey } from './tenant-keys.ts';

export interface TenantOrder {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly key?: string;
  /** JSON. */
  readonly body?: Buffer;
  /** From the start to the last byte of the answer. */
  readonly limitMs: number;
  readonly maxBytes: number;
  /** Doing it twice does no harm; then it is sent once more where a kept connection turns out to be dead. */
  readonly repeatable: boolean;
  /** The statuses that have an answer; every other one is a refusal. */
  readonly takes: readonly number[];
  /** What an answer says is of no interest: only its status is. */
  readonly statusOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface TenantAnswer {
  readonly status: number;
  /** Undefined where only the status is of interest. */
  readonly body: ParsedAnswer | undefined;
}

export interface TenantHttpOptions {
  readonly host: string;
  readonly allowInsecure: boolean;
  readonly userAgent: string;
  readonly redact: (text: string) => string;
  readonly now: () => number;
  readonly after: After;
  /** Certificates to trust instead of the system's; for tests. */
  readonly ca?: string | undefined;
}

/** Shorter than any server keeps an idle connection (uvicorn: 5 s), so that a request rarely meets one that is being closed. */
const IDLE_MS = 4000;
const MAX_IDLE = 16;
export const KEY_HEADER = 'x-runlayer-api-key';
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;
const MIB = 1024 * 1024;
/** At one time; more wait, within their own limits. */
const MAX_CONNECTIONS = 64;
/** Of all answers that are not whole yet: a tenant that sends slowly must not fill the memory. */
const MAX_UNFINISHED_BYTES = 32 * MIB;

export class TenantHttp {
  readonly host: string;
  private readonly options: TenantHttpOptions;
  private readonly url: URL;
  private readonly kept: HttpAgent;
  /** Makes a connection of its own for each request. */
  private readonly fresh: HttpAgent;
  private readonly target: Readonly<Record<string, unknown>>;
  private readonly open = new Set<(error: TenantError) => void>();
  private closed = false;
  private unfinished = 0;

  /** Throws E_TENANT_INSECURE. */
  constructor(options: TenantHttpOptions) {
    const refusal = refuseInsecure(options.host, options.allowInsecure);
    if (refusal !== undefined) throw refusal;
    this.options = options;
    this.host = options.host;
    this.url = new URL(options.host);
    const isSecure = this.url.protocol === 'https:';
    const Agent = isSecure ? HttpsAgent : HttpAgent;
    // NODE_TLS_REJECT_UNAUTHORIZED and --tls-min-v1.0 are for others.
    const tls = isSecure ? { rejectUnauthorized: true, minVersion: 'TLSv1.2' } : {};
    const trust = isSecure && options.ca !== undefined ? { ca: options.ca } : {};
    this.kept = new Agent({
      keepAlive: true,
      maxFreeSockets: MAX_IDLE,
      maxSockets: MAX_CONNECTIONS,
      scheduling: 'lifo',
      timeout: IDLE_MS,
    });
    this.fresh = new Agent({ keepAlive: false });
    this.target = {
      host: this.url.hostname.replace(/^\[|\]$/g, ''),
      port: this.url.port === '' ? (isSecure ? 443 : 80) : Number(this.url.port),
      maxHeaderSize: MAX_HEADER_BYTES,
      insecureHTTPParser: false,
      noDelay: true,
      ...(this.url.hostname === 'localhost' ? { lookup: lookUpLocalhost } : {}),
      ...tls,
      ...trust,
    };
  }

  /** Ends what is under way, because nobody is signed in there any more. */
  drop(): void {
    for (const end of this.open) end(new GivenUp(this.host, 'signed out'));
  }

  /** Ends every connection. */
  close(): void {
    this.closed = true;
    this.drop();
    this.kept.destroy();
    this.fresh.destroy();
  }

  private headers(order: TenantOrder): Record<string, string | number> {
    return {
      host: this.url.host,
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': this.options.userAgent,
      ...(order.key === undefined ? {} : { [KEY_HEADER]: order.key }),
      ...(order.body === undefined ? {} : { 'content-type': 'application/json', 'content-length': order.body.length }),
      ...(order.body === undefined && order.method === 'POST' ? { 'content-length': 0 } : {}),
    };
  }

  /** Rejects with {@link TenantError}, and with E_TENANT_KEY where the key cannot be one. */
  send(order: TenantOrder): Promise<TenantAnswer> {
    const { host } = this;
    const { signal } = order;
    if (order.key !== undefined && !isTenantKey(order.key)) return Promise.reject(notAKey());
    const { promise, resolve, reject } = Promise.withResolvers<TenantAnswer>();
    let current: ClientRequest | undefined;
    let settled = false;
    /** Once the status says so, whatever comes after it. */
    let refusal: TenantError | undefined;

    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      cancelTimer();
      signal?.removeEventListener('abort', giveUp);
      this.open.delete(end);
      finish();
    };
    const end = (error: TenantError): void => {
      // What the tenant began to say counts no more where it is not asked any more.
      settle(() => reject(error instanceof GivenUp ? error : (refusal ?? error)));
      current?.destroy();
    };
    const giveUp = (): void => end(new GivenUp(host, 'by caller'));
    const cancelTimer = this.options.after(order.limitMs, () =>
      end(unreachable(host, `did not answer within ${order.limitMs / 1000} s`)),
    );

    const take = (response: IncomingMessage): void => {
      const checked = statusOf(response, order.takes);
      if (checked.kind === 'invalid') {
        end(invalid(host, checked.what, response.statusCode));
        return;
      }
      const isRefused = checked.kind === 'refused';
      const { status } = checked;
      const retry = retryAfterMs(response.headers['retry-after'], this.options.now());
      const refuse = (detail: string): TenantError => refusedWith(host, { status, detail, retryAfterMs: retry });
      if (isRefused) refusal = refuse('');
      const problem = contentProblem(response);
      const isUnread = order.statusOnly === true && !isRefused;
      if (problem !== undefined && !isUnread) {
        end(invalid(host, problem, status));
        return;
      }
      const maxBytes = isRefused ? MAX_REFUSAL_BYTES : order.maxBytes;
      const budget = {
        take: (bytes: number): boolean => (this.unfinished += bytes) <= MAX_UNFINISHED_BYTES,
        giveBack: (bytes: number): void => void (this.unfinished -= bytes),
      };
      collect(
        response,
        { maxBytes, budget },
        {
          whole: (bytes) => {
            if (isUnread) {
              settle(() => resolve({ status, body: undefined }));
              return;
            }
            const body = parseAnswer(bytes);
            if (isRefused) {
              const detail = typeof body === 'string' || !isJsonObject(body.value) ? '' : body.value['detail'];
              settle(() => reject(refuse(safeDetail(detail, this.options.redact))));
            } else if (typeof body === 'string') end(invalid(host, body, status));
            else settle(() => resolve({ status, body }));
          },
          tooLarge: () => end(invalid(host, `answered with more than ${maxBytes / MIB} MiB`, status)),
          tooMuch: () =>
            end(invalid(host, `sends more than ${MAX_UNFINISHED_BYTES / MIB} MiB of answers at once`, status)),
          cut: () => end(unreachable(host, 'ended its answer before it was whole')),
        },
      );
    };

    const start = (agent: HttpAgent, mayRepeat: boolean): void => {
      const create = this.url.protocol === 'https:' ? httpsRequest : httpRequest;
      const { method, path } = order;
      const request = create({ ...this.target, method, path, headers: this.headers(order), agent });
      current = request;
      let answered = false;
      const fail = (error: unknown): void => {
        if (settled || answered || current !== request) return;
        if (mayRepeat && !this.closed && request.reusedSocket) start(this.fresh, false);
        else end(notConnected(host, connectionProblem(error)));
      };
      request.once('response', (response) => {
        answered = true;
        // Given up in the same moment: nothing of it is read.
        if (settled) response.destroy();
        else take(response);
      });
      request.on('error', fail);
      // A server that switches protocols ends here, too.
      request.once('close', () => fail(new Error('closed')));
      request.end(order.body);
    };

    if (this.closed) end(new GivenUp(host, 'signed out'));
    else if (signal?.aborted === true) giveUp();
    else {
      signal?.addEventListener('abort', giveUp, { once: true });
      this.open.add(end);
      start(this.kept, order.repeatable);
    }
    return promise;
  }
}

interface Collected {
  readonly whole: (bytes: Buffer) => void;
  readonly tooLarge: () => void;
  readonly tooMuch: () => void;
  readonly cut: () => void;
}

interface Bounds {
  readonly maxBytes: number;
  /** Shared by all answers; `take` counts also where it says no. */
  readonly budget: { readonly take: (bytes: number) => boolean; readonly giveBack: (bytes: number) => void };
}

/** Exactly one of the four is called, at most once. */
function collect(response: IncomingMessage, { maxBytes, budget }: Bounds, then: Collected): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let isOver = false;
  const finish = (tell: () => void): void => {
    if (isOver) return;
    isOver = true;
    budget.giveBack(size);
    tell();
  };
  response.on('data', (chunk: Buffer) => {
    if (isOver) return;
    size += chunk.length;
    const fits = budget.take(chunk.length);
    if (size > maxBytes) finish(then.tooLarge);
    else if (!fits) finish(then.tooMuch);
    else chunks.push(chunk);
  });
  response.once('end', () => finish(() => (response.complete ? then.whole(Buffer.concat(chunks)) : then.cut())));
  response.on('error', () => finish(then.cut));
  response.once('close', () => finish(then.cut));
}
