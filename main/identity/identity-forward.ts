/**
 * Owns the identity that a tenant wants a server to be told: headers that only the tenant makes. Reads them again before they
 * end. An identity that is over is never sent, and where there should be one and it cannot be had, nothing is sent either: a
 * server that trusts these headers must not be asked by nobody.
 */
import { z } from 'zod';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import { identityStale } from './identity-failures.ts';

const READ_BEFORE_MS = 60_000;
const MIN_READ_MS = 5_000;
const RETRY_MS = 15_000;
/** setTimeout takes no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const IDENTITY_HEADER = /^x-runlayer-[a-z0-9-]{1,64}$/i;
const TOKEN_HEADER = 'x-runlayer-identity-token';

/** Whether a header is one that only a tenant may set. */
export function isIdentityHeader(name: string): boolean {
  return name.toLowerCase().startsWith('x-runlayer-');
}

/** `identity_forward` of a tenant's connector, as it comes; null where the server is told nothing. */
export const TenantIdentity = z
  .object({
    headers: z.record(z.string(), z.string().max(16_384)),
    /** Seconds since 1970; null where it does not end. */
    expires_at: z.number().nullable(),
    /** False where the tenant has a rule for it and did not carry it out: there is nobody to speak of. */
    applied: z.boolean(),
  })
  .nullable();
export type TenantIdentity = z.infer<typeof TenantIdentity>;

export interface IdentityForward {
  /** Rejects with E_IDENTITY_STALE where the tenant cannot be asked and the last answer is over. */
  headers(): Promise<Readonly<Record<string, string>>>;
  close(): void;
}

export interface IdentityForwardOptions {
  /** Asks the tenant. */
  readonly read: () => Promise<unknown>;
  readonly now: () => number;
  /** Runs `task` after `ms` unless the returned function is called first. */
  readonly schedule: (ms: number, task: () => void) => () => void;
  readonly live: Pick<LiveSecrets, 'add'>;
}

interface Told {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly endsAt: number | undefined;
}

/** Throws for what a tenant does not say. */
function toldBy(reply: unknown): Told {
  const identity = TenantIdentity.parse(reply);
  if (identity === null) return { headers: {}, endsAt: undefined };
  const endsAt = identity.expires_at === null ? undefined : identity.expires_at * 1000;
  if (!identity.applied) return { headers: {}, endsAt };
  const headers: Record<string, string> = {};
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(identity.headers)) {
    if (!IDENTITY_HEADER.test(name)) continue;
    if (!/^[\x20-\x7e]*$/.test(value) || seen.has(name.toLowerCase())) throw new Error('not a header');
    seen.add(name.toLowerCase());
    headers[name] = value;
  }
  return { headers, endsAt };
}

function tokenOf(told: Told): string | undefined {
  return Object.entries(told.headers).find(([name]) => name.toLowerCase() === TOKEN_HEADER)?.[1];
}

/** Asks at once, and goes on until it is closed. */
export function createIdentityForward({ read, now, schedule, live }: IdentityForwardOptions): IdentityForward {
  let told: Told | undefined;
  let reading: Promise<void> | undefined;
  /** When the next read is due; a machine that slept may be past it. */
  let nextAt = 0;
  let cancelTimer = (): void => undefined;
  /** Of the token in use and of the one before it. */
  let releases: (() => void)[] = [];
  let isClosed = false;

  function readAfter(ms: number): void {
    cancelTimer();
    const waitMs = Math.min(ms, MAX_TIMER_MS);
    nextAt = now() + waitMs;
    cancelTimer = schedule(waitMs, () => void readOnce());
  }

  async function readNow(): Promise<void> {
    cancelTimer();
    try {
      const next = toldBy(await read());
      if (isClosed) return;
      const token = tokenOf(next);
      if (token !== undefined) releases = [live.add(token), ...releases];
      for (const release of releases.splice(2)) release();
      told = next;
      if (next.endsAt !== undefined) readAfter(Math.max(MIN_READ_MS, next.endsAt - READ_BEFORE_MS - now()));
      else nextAt = Number.POSITIVE_INFINITY;
    } catch {
      if (!isClosed) readAfter(RETRY_MS);
    }
  }

  function readOnce(): Promise<void> {
    if (isClosed) return Promise.resolve();
    reading ??= readNow().finally(() => (reading = undefined));
    return reading;
  }

  const valid = (): Told | undefined =>
    told !== undefined && (told.endsAt === undefined || now() < told.endsAt) ? told : undefined;

  void readOnce();
  return {
    async headers() {
      if (isClosed) throw identityStale();
      if (valid() === undefined && (reading !== undefined || now() >= nextAt)) await readOnce();
      const current = valid();
      if (current === undefined || isClosed) throw identityStale();
      return current.headers;
    },
    close() {
      isClosed = true;
      cancelTimer();
      for (const release of releases.splice(0)) release();
    },
  };
}
