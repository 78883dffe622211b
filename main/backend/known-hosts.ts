/** Which tenant is meant, and whether anybody is signed in to it. Compares whole origins; asks nothing of anybody. */
import type { Tenant } from '../../preload/contract/index.ts';
import type { ManagedSettings } from '../settings/managed.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { EnvironmentKey } from './own-environment.ts';
import { hostNeeded, tenantUnknown } from './tenant-failures.ts';
import { refuseInsecure } from './tenant-host.ts';

export interface KnownHostsOptions {
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly managed: ManagedSettings;
  readonly given: EnvironmentKey | undefined;
  /** `default_host` of the official command line. */
  readonly officialDefault: () => string | undefined;
}

/** The only one, or undefined. */
export const only = (hosts: readonly string[]): string | undefined => (hosts.length === 1 ? hosts[0] : undefined);

export class KnownHosts {
  private readonly options: KnownHostsOptions;
  /** Worked out once: the key in the environment is for what it was started with, whoever signs in where after that. */
  private readonly ofEnvironment: string | undefined;

  constructor(options: KnownHostsOptions) {
    this.options = options;
    const { given, settings, managed, officialDefault } = options;
    this.ofEnvironment =
      given === undefined
        ? undefined
        : (given.host ??
          settings.read().defaultTenant ??
          only(this.stored().map(({ host }) => host)) ??
          managed.defaultHost ??
          officialDefault());
  }

  stored(): readonly Tenant[] {
    return this.options.settings.read().tenants;
  }

  isStored(host: string): boolean {
    return this.stored().some((tenant) => tenant.host === host);
  }

  /** The tenant that the key in the environment belongs to. */
  environment(): string | undefined {
    return this.ofEnvironment;
  }

  known(host: string): boolean {
    return this.isStored(host) || host === this.environment();
  }

  default(): string | undefined {
    const { settings, managed, officialDefault } = this.options;
    const { defaultTenant } = settings.read();
    if (defaultTenant !== null) return defaultTenant;
    const hosts = new Set(this.stored().map(({ host }) => host));
    const environment = this.environment();
    if (environment !== undefined) hosts.add(environment);
    return only([...hosts]) ?? managed.defaultHost ?? officialDefault();
  }

  /** Without a host, the default one. Throws E_TENANT_HOST_NEEDED. */
  named(host: string | undefined): string {
    const target = host ?? this.default();
    if (target === undefined) throw hostNeeded();
    return target;
  }

  /** One that may be asked. Throws E_TENANT_INSECURE too. */
  reachable(host: string | undefined): string {
    const target = this.named(host);
    const refusal = refuseInsecure(target, this.options.managed.allowInsecureTransport);
    if (refusal !== undefined) throw refusal;
    return target;
  }

  /** One that may be asked with its key. Throws E_TENANT_UNKNOWN too. */
  signedIn(host: string | undefined): string {
    const target = this.named(host);
    if (!this.known(target)) throw tenantUnknown(target);
    return this.reachable(target);
  }
}
