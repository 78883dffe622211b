/**
 * What tenants said of their connectors, for at most a minute: clients start many servers at once, and start them again. What was
 * said to one {@link Reader} is for that one alone.
 */
import type { TenantApi } from '../../backend/tenant-api.ts';
import type { TenantConnector } from '../../backend/wire.ts';

const FRESH_MS = 60_000;
const MAX_KEPT = 256;

type Reader = Pick<TenantApi, 'host' | 'connector'>;

export interface DefinitionCache {
  /** What was read within the last minute, or asked for now. */
  recent(api: Reader, id: string): Promise<TenantConnector>;
  /** Asked for now. */
  fresh(api: Reader, id: string): Promise<TenantConnector>;
  /** Of a tenant whose key changed: another person may be told something else. */
  forget(host: string): void;
}

/** @param heard of each answer, before whoever asked: what runs may not be what the tenant means any more. */
export function createDefinitionCache(
  now: () => number,
  heard: (api: Reader, connector: TenantConnector) => void = () => {},
): DefinitionCache {
  const kept = new Map<string, { readonly host: string; readonly at: number; readonly connector: TenantConnector }>();
  const readers = new WeakMap<Reader, number>();
  let lastReader = 0;
  let forgotten = 0;
  const keyOf = (api: Reader, id: string): string => {
    const reader = readers.get(api) ?? (lastReader += 1);
    readers.set(api, reader);
    return `${reader} ${id}`;
  };

  const fresh: DefinitionCache['fresh'] = async (api, id) => {
    const key = keyOf(api, id);
    const at = now();
    kept.delete(key);
    const before = forgotten;
    const connector = await api.connector(id);
    // It may have been asked with the key of the one before.
    if (forgotten !== before) return connector;
    heard(api, connector);
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key, { host: api.host, at, connector });
    return connector;
  };

  return {
    fresh,
    recent: async (api, id) => {
      const known = kept.get(keyOf(api, id));
      return known !== undefined && now() - known.at < FRESH_MS ? known.connector : fresh(api, id);
    },
    forget: (host) => {
      forgotten += 1;
      for (const [key, entry] of kept) if (entry.host === host) kept.delete(key);
    },
  };
}
