/** What tenants said of their connectors, for at most a minute: clients start many servers at once, and start them again. */
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

export function createDefinitionCache(now: () => number): DefinitionCache {
  const kept = new Map<string, { readonly host: string; readonly at: number; readonly connector: TenantConnector }>();
  const keyOf = (host: string, id: string): string => `${host} ${id}`;

  const fresh: DefinitionCache['fresh'] = async (api, id) => {
    const key = keyOf(api.host, id);
    const at = now();
    kept.delete(key);
    const connector = await api.connector(id);
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key, { host: api.host, at, connector });
    return connector;
  };

  return {
    fresh,
    recent: async (api, id) => {
      const known = kept.get(keyOf(api.host, id));
      return known !== undefined && now() - known.at < FRESH_MS ? known.connector : fresh(api, id);
    },
    forget: (host) => {
      for (const [key, entry] of kept) if (entry.host === host) kept.delete(key);
    },
  };
}
