/**
 * Knows which approvals wait at the tenants: asks each one by itself, often while something waits or was just decided, ever
 * more seldom otherwise and while it does not answer. Asks nothing where nobody is signed in. The last list of a tenant that
 * is away is kept, that of one whose key is not taken any more is not.
 */
import type { TenantApproval } from '../../preload/contract/index.ts';
import { pendingApprovals } from './approval-view.ts';
import type { TenantApi } from './tenant-api.ts';
import { TenantError } from './tenant-api.ts';

export const BUSY_MS = 15_000;
export const IDLE_MS = 60_000;
export const MAX_IDLE_MS = 300_000;
/** So long after one was decided another is likely: an agent goes on. */
export const LIVELY_MS = 120_000;
const MAX_KEPT = 200;

export interface ApprovalsPoll {
  current(): readonly TenantApproval[];
  /** Called whenever the list may be another one; returns a function that ends it. */
  onChange(listener: () => void): () => void;
  /** Who is signed in may have changed. */
  refresh(): void;
  /** One of this tenant was decided here. */
  decided(host: string): void;
  close(): void;
}

export interface ApprovalsPollOptions {
  /** Those that may be asked. */
  readonly hosts: () => readonly string[];
  readonly api: (host: string) => Promise<Pick<TenantApi, 'approvals'>>;
  readonly schedule: (ms: number, then: () => void) => () => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** When to ask again. `before` is the wait before this answer; a tenant may ask for a longer one. */
export function nextWaitMs(facts: {
  readonly before: number;
  readonly failed: boolean;
  readonly waiting: number;
  readonly sinceDecidedMs: number | undefined;
  readonly retryAfterMs: number | undefined;
}): number {
  const { before, failed, waiting, sinceDecidedMs, retryAfterMs = 0 } = facts;
  const isLively = waiting > 0 || (sinceDecidedMs !== undefined && sinceDecidedMs < LIVELY_MS);
  if (!failed && isLively) return BUSY_MS;
  const next = Math.min(MAX_IDLE_MS, before < IDLE_MS ? IDLE_MS : before * 2);
  return failed ? Math.max(next, Math.min(retryAfterMs, MAX_IDLE_MS)) : next;
}

interface Watched {
  list: readonly TenantApproval[];
  waitMs: number;
  decidedAt: number | undefined;
  cancel: () => void;
  abort: AbortController | undefined;
}

export function createApprovalsPoll(options: ApprovalsPollOptions): ApprovalsPoll {
  const { hosts, api, schedule, now } = options;
  const watched = new Map<string, Watched>();
  const listeners = new Set<() => void>();
  const isWatched = (host: string, one: Watched): boolean => watched.get(host) === one;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const take = (one: Watched, list: readonly TenantApproval[]): void => {
    const ids = new Set(list.map(({ id }) => id));
    if (one.list.some(({ id }) => !ids.has(id))) one.decidedAt = now();
    const isSame = JSON.stringify(one.list) === JSON.stringify(list);
    one.list = list;
    if (!isSame) changed();
  };

  const ask = async (host: string, one: Watched): Promise<void> => {
    const abort = new AbortController();
    one.abort = abort;
    let error: unknown;
    try {
      const rows = await (await api(host)).approvals(abort.signal);
      if (!isWatched(host, one)) return;
      take(one, pendingApprovals(host, rows).slice(0, MAX_KEPT));
    } catch (thrown) {
      if (!isWatched(host, one)) return;
      error = thrown;
      if (thrown instanceof TenantError && thrown.kind === 'unauthorized') take(one, []);
    }
    one.abort = undefined;
    one.waitMs = nextWaitMs({
      before: one.waitMs,
      failed: error !== undefined,
      waiting: one.list.length,
      sinceDecidedMs: one.decidedAt === undefined ? undefined : now() - one.decidedAt,
      retryAfterMs: error instanceof TenantError ? error.retryAfterMs : undefined,
    });
    one.cancel = schedule(one.waitMs, () => void ask(host, one));
  };

  const begin = (host: string): void => {
    const one: Watched = { list: [], waitMs: 0, decidedAt: undefined, cancel: () => {}, abort: undefined };
    watched.set(host, one);
    void ask(host, one);
  };
  const end = (host: string, one: Watched): void => {
    watched.delete(host);
    one.cancel();
    one.abort?.abort();
  };

  return {
    current: () => [...watched.values()].flatMap(({ list }) => list),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    refresh: () => {
      const wanted = new Set(hosts());
      let lost = false;
      for (const [host, one] of watched) {
        if (wanted.has(host)) continue;
        lost ||= one.list.length > 0;
        end(host, one);
      }
      for (const host of wanted) if (!watched.has(host)) begin(host);
      if (lost) changed();
    },
    decided: (host) => {
      const one = watched.get(host);
      if (one === undefined) return;
      one.decidedAt = now();
      // A question that is under way may be older than the answer: one more follows it soon.
      if (one.abort !== undefined) return;
      one.cancel();
      void ask(host, one);
    },
    close: () => {
      for (const [host, one] of watched) end(host, one);
      listeners.clear();
    },
  };
}
