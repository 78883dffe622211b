/** What the companion says of itself: what runs, where it keeps things, what it is made of, and what was decided about it. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  CompanionError,
  isHttpDefinition,
  isTenantDefinition,
  type AboutView,
  type Connector,
  type HostKind,
  type SettingsView,
  type Status,
} from '../../preload/contract/index.ts';
import { KEEP_BYTES, KEEP_MS } from '../audit/disk/retention.ts';
import type { VerificationJob } from '../audit/disk/verification.ts';
import { platformName, runtimeVersions } from '../host/runtime-versions.ts';
import type { Managed } from '../settings/managed.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { diagnosticsText } from './diagnostics.ts';
import type { Handlers } from './dispatch.ts';
import { readLicences } from './licences.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface AboutParts {
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly managed: Managed;
  readonly version: string;
  readonly kind: HostKind;
  readonly home: string;
  readonly startedAt: Date;
  readonly clock: () => Date;
  readonly chainId: () => string;
  /** What the build wrote. */
  readonly licencesPath: string;
  readonly verification: VerificationJob;
  readonly status: () => Promise<Status>;
  readonly redact: (text: string) => string;
}

type AboutHandlers = Pick<
  Handlers,
  | Extract<keyof Handlers, `about.${string}`>
  | 'settings.get'
  | 'audit.verify'
  | 'audit.verification'
  | 'audit.verifyCancel'
>;

export function aboutHandlers(parts: AboutParts): AboutHandlers {
  const { home, verification } = parts;

  const about = (): AboutView => ({
    version: parts.version,
    kind: parts.kind,
    startedAt: parts.startedAt.toISOString(),
    platform: platformName(),
    versions: runtimeVersions(),
    home,
    paths: pathsOf(home, parts.managed.path),
    chainId: parts.chainId(),
  });

  const settingsView = (): SettingsView => {
    const { newItems, lockdown, defaultTenant } = parts.settings.read();
    const { settings: managed, path, file, problem = '' } = parts.managed;
    return {
      newItems,
      lockdown,
      defaultTenant,
      retention: { days: KEEP_MS / DAY_MS, bytes: KEEP_BYTES },
      managed: {
        path: path ?? null,
        file,
        problem,
        enforcementFailureMode: managed.enforcementFailureMode,
        allowInsecureTransport: managed.allowInsecureTransport,
        vouchedHosts: [...managed.vouchedHosts],
        defaultHost: managed.defaultHost ?? null,
      },
    };
  };

  return {
    'settings.get': settingsView,
    'about.get': about,
    'about.licences': async () =>
      (await readLicences(parts.licencesPath)).map(({ name, version, licence }) => ({ name, version, licence })),
    'about.licence': async ({ name, version }) => {
      const all = await readLicences(parts.licencesPath);
      const found = all.find((entry) => entry.name === name && entry.version === version);
      if (found !== undefined) return found;
      throw new CompanionError(
        'E_LICENCE_UNKNOWN',
        'Nothing of that name and version is shipped.',
        'Load the list again.',
        {
          exitCode: 2,
        },
      );
    },
    'about.diagnostics': async () => {
      const { connectors, rules, secrets, hub, tenants } = parts.settings.read();
      return {
        text: diagnosticsText({
          about: about(),
          status: (await parts.status()).companion,
          settings: settingsView(),
          connectors: connectors.map(wordFor),
          counts: {
            rules: rules.length,
            secrets: secrets.length,
            bindings: hub.bindings.length,
            tenants: tenants.length,
          },
          now: parts.clock().toISOString(),
          homeFolder: homedir(),
          redact: parts.redact,
        }),
      };
    },
    'audit.verify': () => verification.begin(),
    'audit.verification': () => verification.state(),
    'audit.verifyCancel': () => verification.cancel(),
  };
}

function wordFor({ definition, enabled }: Connector): string {
  const kind = isHttpDefinition(definition) ? 'http' : isTenantDefinition(definition) ? 'tenant' : 'program';
  return enabled ? kind : `${kind} off`;
}

/** The last two only where they are. */
function pathsOf(home: string, managedPath: string | undefined): { what: string; path: string }[] {
  const vault = join(home, 'vault.jwe');
  return [
    { what: 'Settings', path: join(home, 'settings.json') },
    { what: 'Audit journal', path: join(home, 'audit') },
    { what: 'Search index', path: join(home, 'companion.db') },
    { what: 'Logs', path: join(home, 'logs') },
    ...(existsSync(vault) ? [{ what: 'Encrypted secrets', path: vault }] : []),
    ...(managedPath !== undefined && existsSync(managedPath) ? [{ what: 'Managed settings', path: managedPath }] : []),
  ];
}
