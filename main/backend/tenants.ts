/**
 * The tenants that somebody is signed in to: which, with what key, and what their last answers said. A host counts as known
 * only by its exact origin. A key is in the keychain or in the companion's own environment, and goes to its own origin only;
 * an answer of a tenant never takes one away.
 */
import type { Tenant, TenantSignIn, TenantView } from '../../preload/contract/index.ts';
import { afterTimeout, type After } from '../secrets/backend.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import type { ManagedSettings } from '../settings/managed.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { accountLabel } from './account-label.ts';
import { createTenantApi } from './create-tenant-api.ts';
import { createInPlace } from './in-place.ts';
import { KeyStore, type KeyVault } from './key-store.ts';
import { KnownHosts, only } from './known-hosts.ts';
import { environmentKey } from './own-environment.ts';
import { OpenApis } from './open-apis.ts';
import { SignIns } from './sign-ins.ts';
import type { TenantApi, TenantError, Tenants } from './tenant-api.ts';
import {
  keptInEnvironment,
  keychainNotReady,
  keyStillStored,
  signInCancelled,
  tenantUnknown,
} from './tenant-failures.ts';
import { refuseInsecure } from './tenant-host.ts';
import { KEY_HEADER, TenantHttp } from './tenant-http.ts';
import { isTenantKey, notAKey } from './tenant-keys.ts';
import { TenantStates, type StateChange } from './tenant-states.ts';

export interface TenantsOptions {
  readonly settings: Pick<SettingsStore, 'read' | 'update'>;
  readonly vault: KeyVault;
  readonly live: LiveSecrets;
  /** The companion's own; a client's never counts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly managed: ManagedSettings;
  /** `default_host` of the official command line. */
  readonly officialDefault: () => string | undefined;
  readonly userAgent: string;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly record: (event: 'tenant_signed_in' | 'tenant_signed_out', detail: Readonly<Record<string, string>>) => void;
  readonly warn: (text: string) => void;
  readonly after?: After;
  /** Certificates to trust instead of the system's; for tests. */
  readonly ca?: string;
}

export interface TenantRegistry extends Tenants {
  views(): TenantView[];
  /** Another text whenever the key that a host is asked with may be another account's; '' where there is none. */
  signedInAs(host: string): string;
  /** Called when what is known of a tenant is another than before. */
  onStateChange(listener: (change: StateChange) => void): () => void;
  /** Whether a sign-in there takes the place of one, or of what was accepted under one. Without a host, to the default one. */
  replaces(host: string | undefined): boolean;
  /** Begins a device sign-in, or joins the one under way. Without a host, to the default one. */
  signIn(host: string | undefined, by: string): Promise<TenantSignIn>;
  /** How it ended. */
  signInResult(id: string): Promise<TenantView>;
  /** Whoever began it is gone; the last one ends it. */
  giveUpSignIn(id: string): void;
  useKey(host: string | undefined, key: string, by: string): Promise<TenantView>;
  /** Resolves with the host. Its key is refused here from the first moment on, even if the keychain fails. */
  signOut(host: string | undefined, by: string): Promise<string>;
  /** Headers for a server that the tenant itself hosts, at its own origin; with `key`, in place of the stored one. */
  credentials(host: string, key?: string): Promise<Readonly<Record<string, string>>>;
  close(): void;
}

export function createTenants(options: TenantsOptions): TenantRegistry {
  const { settings, live, managed, officialDefault, userAgent, clock, record, ca, after = afterTimeout } = options;
  const allowInsecure = managed.allowInsecureTransport;
  const redact = (text: string): string => live.redact(text);
  const now = (): number => clock().getTime();
  const startedAt = clock().toISOString();
  const keys = new KeyStore(options.vault, live);
  const states = new TenantStates();
  const { given, problem } = environmentKey(options.env);
  if (problem !== undefined) options.warn(problem);
  if (given !== undefined) keys.hide(given.key);
  const inPlace = createInPlace(settings);
  const hosts = new KnownHosts({ settings, managed, given, officialDefault });

  function keyOf(host: string): Promise<string> {
    // A session that is under way asks with it too; signed out, it gets none.
    if (given !== undefined && host === hosts.environment()) return Promise.resolve(given.key);
    return hosts.isStored(host) ? keys.of(host) : Promise.reject(tenantUnknown(host));
  }

  const common = { userAgent, allowInsecure, now, after, ca };
  const open = (host: string, key: () => Promise<string>, heard?: (failure: TenantError | undefined) => void) =>
    createTenantApi({ ...common, host, key, live, ...(heard === undefined ? {} : { heard }) });

  const apis = new OpenApis();

  function apiOf(host: string): TenantApi {
    return apis.ofHost(host, () =>
      open(
        host,
        () => keyOf(host),
        (failure) => {
          if (hosts.known(host)) states.heard(host, failure);
        },
      ),
    );
  }

  function apiWithKey(host: string | undefined, key: string): TenantApi {
    const target = hosts.signedIn(host);
    if (!isTenantKey(key)) throw notAKey();
    keys.hide(key);
    return apis.withKey(target, key, () =>
      open(target, () => (hosts.known(target) ? Promise.resolve(key) : Promise.reject(tenantUnknown(target)))),
    );
  }

  async function needKeychain(): Promise<void> {
    let state = await options.vault.state();
    if (state.state !== 'ready') state = await options.vault.state({ again: true });
    if (state.state !== 'ready') throw keychainNotReady(state.state === 'locked', state.detail);
  }

  function viewOf(tenant: Tenant): TenantView {
    const { host } = tenant;
    const insecure = refuseInsecure(host, allowInsecure);
    const isEnvironment = host === hosts.environment();
    const credential = isEnvironment ? 'environment' : keys.has(host) ? 'ok' : 'missing';
    const state = states.of(host);
    const missing = credential === 'missing' ? `There is no key for ${host}. Sign in with "runlayer login".` : '';
    return {
      ...tenant,
      isDefault: host === hosts.default(),
      credential,
      // It is asked for nothing, whatever it answered before; without a key a good answer of before says nothing either.
      state: insecure !== undefined ? 'unreachable' : missing !== '' && state.state === 'ok' ? 'unknown' : state.state,
      problem: insecure === undefined ? state.problem || missing : `${insecure.message} ${insecure.next}`,
    };
  }

  function views(): TenantView[] {
    const environment = hosts.environment();
    const rows: Tenant[] = [...hosts.stored()];
    if (environment !== undefined && !hosts.isStored(environment))
      rows.push({ host: environment, signedInAt: startedAt });
    return rows.map(viewOf);
  }

  async function accountOf(host: string, key: string, isNew: boolean): Promise<string | undefined> {
    const api = open(host, () => Promise.resolve(key));
    return accountLabel({ api, redact, isNew, after }).finally(() => api.close());
  }

  let tail: Promise<unknown> = Promise.resolve();
  /** Signing in and out is one at a time. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = tail.then(task, task);
    tail = turn.catch(() => undefined);
    return turn;
  }

  /** The key is in the keychain before the tenant counts. */
  async function store(host: string, key: string, account: string | undefined, by: string): Promise<TenantView> {
    const isNew = !keys.has(host);
    await keys.set(host, key);
    const tenant: Tenant = {
      host,
      signedInAt: clock().toISOString(),
      ...(account === undefined ? {} : { account }),
    };
    try {
      settings.update('tenant.signIn', by, (current) => ({
        ...current,
        tenants: [...current.tenants.filter((other) => other.host !== host), tenant],
        defaultTenant: current.defaultTenant ?? host,
      }));
    } catch (error) {
      // A key that nothing speaks of would stay there for ever.
      if (isNew) await keys.remove(host).catch(() => undefined);
      throw error;
    }
    states.heard(host, undefined);
    record('tenant_signed_in', { host, by, ...(account === undefined ? {} : { account }) });
    return viewOf(tenant);
  }

  const signIns = new SignIns({
    open: (host) => new TenantHttp({ ...common, host, redact }),
    after,
    live,
    clock,
    newId: options.newId,
    inPlace: (host) => inPlace.of(host),
    keep: async (host, key, { by, before, isWanted }) => {
      const account = await accountOf(host, key, true);
      return inTurn(async () => {
        if (!isWanted()) throw signInCancelled();
        inPlace.refuseOther(host, before);
        return store(host, key, account, by);
      });
    },
  });

  return {
    defaultHost: () => hosts.default(),
    known: (host) => hosts.known(host),
    api: async (host) => apiOf(hosts.signedIn(host)),
    apiWithKey,
    views,
    signedInAs: (host) => (host === hosts.environment() ? 'by the environment' : inPlace.account(host)),
    onStateChange: (listener) => states.onChange(listener),

    replaces: (host) => {
      const target = host ?? hosts.default();
      return target !== undefined && inPlace.of(target) !== '';
    },
    signIn: async (host, by) => {
      const target = hosts.reachable(host);
      await needKeychain();
      return signIns.begin(target, by);
    },
    signInResult: (id) => signIns.result(id),
    giveUpSignIn: (id) => signIns.giveUp(id),

    useKey: async (host, key, by) => {
      const target = hosts.reachable(host);
      if (!isTenantKey(key)) throw notAKey();
      keys.hide(key);
      const before = inPlace.of(target);
      await needKeychain();
      const account = await accountOf(target, key, false);
      return inTurn(async () => {
        inPlace.refuseOther(target, before);
        return store(target, key, account, by);
      });
    },

    credentials: async (host, key) => {
      const target = hosts.signedIn(host);
      return { [KEY_HEADER]: key ?? (await keyOf(target)) };
    },

    signOut: async (host, by) => {
      const target = hosts.named(host);
      await signIns.endOf(target);
      return inTurn(async () => {
        if (!hosts.isStored(target)) {
          if (!keys.has(target))
            throw target === hosts.environment() ? keptInEnvironment(target) : tenantUnknown(target);
          // Signed out before, while the keychain did not open.
          await keys.remove(target);
          return target;
        }
        settings.update('tenant.signOut', by, (current) => {
          const tenants = current.tenants.filter((tenant) => tenant.host !== target);
          const others = only(tenants.map((tenant) => tenant.host)) ?? null;
          return {
            ...current,
            tenants,
            defaultTenant: current.defaultTenant === target ? others : current.defaultTenant,
          };
        });
        // Where the environment's key goes before the stored one, nothing was asked with what is signed out of.
        if (target !== hosts.environment()) for (const api of apis.all()) if (api.host === target) api.drop();
        states.forget(target);
        record('tenant_signed_out', { host: target, by });
        try {
          await keys.remove(target);
        } catch (error) {
          throw keyStillStored(target, error);
        }
        return target;
      });
    },

    close: () => {
      signIns.close();
      for (const api of apis.all()) api.close();
    },
  };
}
