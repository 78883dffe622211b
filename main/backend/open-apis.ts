/** What tenants are asked with: one connection for each host, and one for each key that was given for a single use. */
import type { OpenTenantApi } from './create-tenant-api.ts';

const MAX_GIVEN = 32;

export class OpenApis {
  private readonly stored = new Map<string, OpenTenantApi>();
  /** By host and key. */
  private readonly given = new Map<string, OpenTenantApi>();

  ofHost(host: string, open: () => OpenTenantApi): OpenTenantApi {
    const api = this.stored.get(host) ?? open();
    this.stored.set(host, api);
    return api;
  }

  withKey(host: string, key: string, open: () => OpenTenantApi): OpenTenantApi {
    const name = `${host} ${key}`;
    const api = this.given.get(name) ?? open();
    this.given.set(name, api);
    // One that is left out still works; its idle connections end by themselves.
    for (const old of [...this.given.keys()].slice(0, -MAX_GIVEN)) this.given.delete(old);
    return api;
  }

  all(): OpenTenantApi[] {
    return [...this.stored.values(), ...this.given.values()];
  }
}
