/**
 * Signing in with a code that a person approves in a browser (as RFC 8628, in the tenant's own form: 202 while it waits).
 * Believes neither a long life nor a wild pace, gives the person no page but one of the tenant's own to open, and ends by itself.
 */
import { z } from 'zod';
import { isJsonObject } from '../../preload/contract/json.ts';
import type { After } from '../secrets/backend.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import { TenantError } from './tenant-api.ts';
import { invalid, signInCancelled, signInExpired, signInRefused } from './tenant-failures.ts';
import { isTenantKey } from './tenant-keys.ts';
import type { TenantHttp, TenantOrder } from './tenant-http.ts';

export interface DeviceCode {
  readonly userCode: string;
  /** To read out and type. */
  readonly verificationUri: string;
  /** To open; empty where the tenant names a page that is not its own, which nobody is sent to. */
  readonly verificationUriComplete: string;
  readonly expiresMs: number;
  /**
   * The key, once a person approved. Rejects with E_SIGN_IN_TIMEOUT, _CANCELLED, _REFUSED or a TenantError. The key is live
   * (redacted everywhere) before it is here.
   */
  readonly key: Promise<string>;
  cancel(): void;
}

export interface DeviceFlowOptions {
  readonly http: Pick<TenantHttp, 'host' | 'send'>;
  readonly after: After;
  readonly live: Pick<LiveSecrets, 'add'>;
}

const LIMIT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
const MAX_LIFE_S = 15 * 60;
const MIN_INTERVAL_S = 1;
const MAX_INTERVAL_S = 30;
const DEFAULT_INTERVAL_S = 5;

const Authorized = z.object({
  // It opens the account until it ends: a secret.
  device_code: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  user_code: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 -]{2,30}[A-Za-z0-9]$/),
  verification_uri: z.string().max(2048),
  verification_uri_complete: z.string().max(2048).nullish(),
  expires_in: z.number().positive(),
  interval: z.number().nonnegative().nullish(),
});

/** The address as it may be shown: https, or http of the tenant's own origin; undefined for anything else. */
function page(text: string, host: string): URL | undefined {
  if (!/^[!-~]+$/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.username === '' && url.password === '';
  return isPlain && (url.protocol === 'https:' || url.origin === host) ? url : undefined;
}

const order = (path: string, value: unknown, signal: AbortSignal, takes: readonly number[]): TenantOrder => ({
  method: 'POST',
  path,
  body: Buffer.from(JSON.stringify(value)),
  limitMs: LIMIT_MS,
  maxBytes: MAX_BYTES,
  repeatable: false,
  takes,
  signal,
});

/** Rejects with a TenantError. */
export async function beginDeviceFlow(options: DeviceFlowOptions): Promise<DeviceCode> {
  const { http, after, live } = options;
  const { host } = http;
  const stop = new AbortController();
  const { body } = await http.send(order('/api/v1/cli/device/authorize', {}, stop.signal, [200, 201]));
  const read = Authorized.safeParse(body?.value);
  if (!read.success) throw invalid(host, 'began a sign-in in a way that is not understood');
  const { device_code: deviceCode, user_code: userCode, expires_in: expiresIn } = read.data;
  const shown = page(read.data.verification_uri, host);
  const complete = page(read.data.verification_uri_complete ?? read.data.verification_uri, host);
  if (shown === undefined || complete === undefined)
    throw invalid(host, 'named a page to sign in at that is not https');
  const isOwn = shown.origin === host && complete.origin === host;

  const expiresMs = Math.min(expiresIn, MAX_LIFE_S) * 1000;
  const release = live.add(deviceCode);
  const ended = new AbortController();
  const cancelExpiry = after(expiresMs, () => ended.abort(signInExpired()));
  const overWith = new Promise<never>((_resolve, reject) => {
    ended.signal.addEventListener('abort', () => {
      stop.abort();
      const reason: unknown = ended.signal.reason;
      reject(reason instanceof Error ? reason : signInCancelled());
    });
  });
  overWith.catch(() => undefined);

  let intervalS = clamp(read.data.interval ?? DEFAULT_INTERVAL_S);
  const slower = (): void => void (intervalS = clamp(intervalS + 1));

  /** One look: the key, or undefined while nobody has answered. */
  async function look(): Promise<string | undefined> {
    let answer;
    try {
      answer = await http.send(order('/api/v1/cli/device/token', { device_code: deviceCode }, stop.signal, [200, 202]));
    } catch (error) {
      if (!(error instanceof TenantError)) throw error;
      // A connection that broke says nothing about the person; until the code ends there is time.
      if (error.kind === 'unreachable') slower();
      else if (error.status !== undefined && error.kind !== 'invalid') throw signInRefused(host, error.detail);
      else throw error;
      return undefined;
    }
    const value = isJsonObject(answer.body?.value) ? answer.body.value : {};
    if (answer.status === 200) {
      const key = value['api_key'];
      if (typeof key !== 'string' || !isTenantKey(key)) throw invalid(host, 'gave a key that is none');
      live.add(key);
      return key;
    }
    if (value['detail'] === 'slow_down') slower();
    else if (value['detail'] !== 'authorization_pending') throw invalid(host, 'answered a sign-in with something else');
    return undefined;
  }

  async function poll(): Promise<string> {
    for (;;) {
      await pause(after, intervalS * 1000, ended.signal);
      const key = await look();
      if (key !== undefined) return key;
    }
  }

  const key = Promise.race([poll(), overWith]).finally(() => {
    cancelExpiry();
    stop.abort();
    release();
  });
  key.catch(() => undefined);
  return {
    userCode,
    verificationUri: shown.href,
    verificationUriComplete: isOwn ? complete.href : '',
    expiresMs,
    key,
    cancel: () => ended.abort(signInCancelled()),
  };
}

function clamp(seconds: number): number {
  return Math.min(Math.max(seconds, MIN_INTERVAL_S), MAX_INTERVAL_S);
}

/** Rejects at once when `signal` aborts. */
function pause(after: After, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signInCancelled());
      return;
    }
    const cancel = after(ms, () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
    const giveUp = (): void => {
      cancel();
      reject(signInCancelled());
    };
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
