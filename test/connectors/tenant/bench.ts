/** Connectors of a tenant over fakes: settings in memory, a tenant that answers as it is told, nothing started or contacted. */
import type { Connector, HttpDefinition } from '../../../preload/contract/index.ts';
import { CompanionError } from '../../../preload/contract/index.ts';
import type { TenantConnector } from '../../../main/backend/wire.ts';
import type { HttpExtras } from '../../../main/connectors/http-extras.ts';
import type { PrepareDependencies } from '../../../main/connectors/prepare-server.ts';
import { ConnectorRuntimes } from '../../../main/connectors/runtimes.ts';
import { createTenantConnectors, type TenantConnectors } from '../../../main/connectors/tenant/tenant-connectors.ts';
import { compilePolicy } from '../../../main/policy/decide.ts';
import type { SpawnOptions } from '../../../main/process/spawn-server.ts';
import { LiveSecrets } from '../../../main/secrets/live-secrets.ts';
import type { UpstreamEnd } from '../../../main/transport/upstream.ts';
import { memorySettings, type MemorySettings } from '../../operations/fakes.ts';
import { fakeApi, fakeTime, HOST, wire, type FakeApi, type FakeTime } from './fakes.ts';

export interface TenantBench {
  readonly time: FakeTime;
  readonly settings: MemorySettings;
  readonly api: FakeApi;
  readonly live: LiveSecrets;
  readonly connectors: TenantConnectors;
  readonly prepare: PrepareDependencies;
  readonly runtimes: ConnectorRuntimes;
  readonly spawned: SpawnOptions[];
  readonly opened: { readonly definition: HttpDefinition; readonly extras: HttpExtras }[];
  /** Upstreams over HTTP that were ended. */
  readonly stopped: number[];
  readonly told: string[];
  /** What the tenant says of its connector from now on. */
  says(connector: TenantConnector | Error): void;
  settingsChanged(): void;
}

export function tenantBench(
  over: { connectors?: readonly Connector[]; vouched?: readonly string[]; signedIn?: boolean; open?: boolean } = {},
): TenantBench {
  const time = fakeTime();
  const settings = memorySettings({ connectors: [...(over.connectors ?? [])] });
  const listeners = new Set<() => void>();
  const told: string[] = [];
  const live = new LiveSecrets();
  let saying: TenantConnector | Error = wire();
  const api = fakeApi({
    connector: () => (saying instanceof Error ? Promise.reject(saying) : Promise.resolve(saying)),
    pre: () => Promise.resolve({ correlation: 'c1' }),
  });
  const unknown = (): CompanionError =>
    new CompanionError('E_TENANT_UNKNOWN', 'Nobody is signed in there.', 'Sign in.', { exitCode: 2 });
  const isKnown = (host: string | undefined): boolean => over.signedIn !== false && (host ?? HOST) === HOST;
  const settingsChanged = (): void => {
    for (const listener of listeners) listener();
  };
  const connectors = createTenantConnectors({
    tenants: {
      defaultHost: () => (over.signedIn === false ? undefined : HOST),
      api: (host) => (isKnown(host) ? Promise.resolve(api) : Promise.reject(unknown())),
      apiWithKey: (host, key) => {
        if (!isKnown(host)) throw unknown();
        told.push(`with ${key}`);
        return api;
      },
    },
    signedInAs: (host) => settings.read().tenants.find((tenant) => tenant.host === host)?.account ?? '',
    credentials: (host, key) => Promise.resolve({ 'x-key': `${host} ${key ?? 'stored'}` }),
    settings: {
      read: () => settings.read(),
      update: (...given) => {
        const next = settings.update(...given);
        settingsChanged();
        return next;
      },
    },
    onSettingsChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    login: { get: () => Promise.resolve({ env: { PATH: '/login/bin' } }) },
    live,
    clock: () => new Date(time.now),
    schedule: time.schedule,
    vouchedHosts: () => over.vouched ?? [],
    openOnOutage: () => over.open ?? false,
    applicationOf: (name) => (name === 'com.figma/desktop-mcp' ? { title: 'Figma', evidence: 'team T8' } : undefined),
    watchApplication: ({ title }) => ({
      url: 'http://127.0.0.1:3845/mcp',
      authority: (authority) => authority,
      open: (open) => open,
      close: () => told.push(`${title} is watched no more`),
    }),
    recordConsent: (connector, hash, by) => told.push(`consent ${connector} ${hash.slice(0, 4)} by ${by}`),
    record: (event, detail, connector) => told.push(`${event} ${JSON.stringify(detail)} ${connector ?? ''}`.trim()),
    changed: () => undefined,
  });
  const runtimes = new ConnectorRuntimes(() => 0);
  const spawned: SpawnOptions[] = [];
  const opened: TenantBench['opened'] = [];
  const stopped: number[] = [];
  const prepare: PrepareDependencies = {
    pending: () => undefined,
    find: (name) => settings.read().connectors.find((connector) => connector.name === name),
    runtimes,
    vault: { resolve: () => Promise.reject(new Error('nothing is in the keychain')) },
    live,
    login: { get: () => Promise.resolve({ env: { PATH: '/login/bin', HOME: '/login' } }) },
    policyOf: (name) => compilePolicy({ connector: name, default: 'allow', rules: [] }),
    spawn: (options) => {
      spawned.push(options);
      throw new Error('nothing starts here');
    },
    track: { started: () => undefined, ended: () => undefined },
    identitySeen: () => Promise.resolve(),
    openHttp: (_name, definition, extras = {}) => {
      opened.push({ definition, extras });
      const ended = Promise.withResolvers<UpstreamEnd>();
      return Promise.resolve({
        release: () => told.push('released'),
        open: () => ({
          pid: 0,
          peer: { write: () => true, backlog: () => 0, pause: () => {}, resume: () => {}, end: () => {} },
          ended: ended.promise,
          stop: (graceMs) => {
            stopped.push(graceMs);
            ended.resolve({ byItself: false, code: null, signal: null });
            return Promise.resolve();
          },
        }),
      });
    },
    startTenant: connectors.start,
  };
  return {
    time,
    settings,
    api,
    live,
    connectors,
    prepare,
    runtimes,
    spawned,
    opened,
    stopped,
    told,
    says: (connector) => {
      saying = connector;
    },
    settingsChanged,
  };
}
