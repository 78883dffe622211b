/**
 * Everything of tenants in one companion: who is signed in where, their connectors, what waits there, and what is told to them.
 * Only the companion's own environment and the administrator's settings open anything here; a client's never do.
 */
import { homedir } from 'node:os';
import { isTenantDefinition, type AuditRecord, type EventRecord, type Status } from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import { createApprovalsPoll } from '../backend/approvals-poll.ts';
import { createHookReport } from '../backend/hook-report.ts';
import { createMergedLogs } from '../backend/merged-logs.ts';
import { officialDefaultHost } from '../backend/official-config.ts';
import { signedInHosts } from '../backend/signed-in.ts';
import { createTenants, type TenantRegistry } from '../backend/tenants.ts';
import { createApplicationSession } from '../connectors/application/application-session.ts';
import { createApplicationOf } from '../connectors/application/applications.ts';
import { createRecognise } from '../connectors/application/recognise.ts';
import { createTenantConnectors, type TenantConnectors } from '../connectors/tenant/tenant-connectors.ts';
import { listenersOf } from '../process/listener-owner.ts';
import type { LoginShellEnvironment } from '../process/login-shell-environment.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import type { SecretVault } from '../secrets/vault.ts';
import { readManaged, type Managed } from '../settings/managed.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

export interface TenantHostParts {
  readonly settings: SettingsStore;
  readonly onSettingsChanged: (listener: () => void) => () => void;
  readonly vault: SecretVault;
  readonly live: LiveSecrets;
  readonly login: LoginShellEnvironment;
  readonly index: AuditIndex;
  /** The companion's own; empty where a client started it, because then it is the client's. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly clock: () => Date;
  readonly schedule: (ms: number, then: () => void) => () => void;
  readonly newId: () => string;
  /** Throws where nothing can be recorded. */
  readonly event: (
    name: EventRecord['event'],
    detail: Record<string, string | number | boolean>,
    connector?: string,
  ) => void;
  /** The same, and never throws. */
  readonly tryEvent: TenantHostParts['event'];
  /** Something that the status shows is another. */
  readonly changed: () => void;
  readonly warn: (text: string) => void;
}

export interface TenantHost {
  readonly tenants: TenantRegistry;
  readonly connectors: TenantConnectors;
  readonly logs: ReturnType<typeof createMergedLogs>;
  readonly managed: Managed;
  status(): Pick<Status['companion'], 'tenants' | 'enforcement' | 'waitingConsents' | 'waitingTenantApprovals'>;
  /** One was decided here. */
  approvalDecided(host: string): void;
  recorded(record: AuditRecord): void;
  /** Another host asks from now on; sessions that still run here go on reporting. */
  handOver(): void;
  close(): void;
}

export function createTenantHost(parts: TenantHostParts): TenantHost {
  const { settings, vault, live, login, index, env, clock, schedule, event, tryEvent, changed, warn } = parts;
  const managed = readManaged({ env });
  if (managed.problem !== undefined) warn(managed.problem);
  const { enforcementFailureMode, vouchedHosts } = managed.settings;
  const tenants = createTenants({
    settings,
    vault,
    live,
    env,
    managed: managed.settings,
    officialDefault: () => officialDefaultHost(homedir()),
    userAgent: `runlayer-companion/${parts.version}`,
    clock,
    newId: parts.newId,
    record: (name, detail) => {
      // What the one before was told is not for the next one.
      if (detail['host'] !== undefined) connectors.forget(detail['host']);
      event(name, detail);
    },
    warn,
  });
  tenants.onStateChange(({ host, state }) => {
    tryEvent('tenant_state_changed', { host, state });
    changed();
  });

  const recognise = createRecognise();
  const connectors = createTenantConnectors({
    tenants,
    signedInAs: (host) => tenants.signedInAs(host),
    credentials: (host, key) => tenants.credentials(host, key),
    settings,
    onSettingsChanged: parts.onSettingsChanged,
    login,
    live,
    clock,
    schedule,
    vouchedHosts: () => vouchedHosts,
    openOnOutage: () => enforcementFailureMode === 'open',
    applicationOf: createApplicationOf(process.platform),
    watchApplication: (application) =>
      createApplicationSession({
        application,
        listenersOf,
        recognise,
        now: () => performance.now(),
        schedule,
        record: (name, detail) => tryEvent(name, detail),
      }),
    recordConsent: (connector, hash, by) => event('consent_given', { hash, by }, connector),
    record: tryEvent,
    changed,
  });

  const poll = createApprovalsPoll({
    hosts: () => signedInHosts(tenants.views()),
    // Nobody is prompted for a keychain because something is looked at in the background.
    api: (host) => (vault.peekState().state === 'locked' ? Promise.reject(new Error('locked')) : tenants.api(host)),
    schedule,
    now: () => performance.now(),
  });
  poll.onChange(changed);
  const stopWatching = parts.onSettingsChanged(() => poll.refresh());
  poll.refresh();

  const nameOf = (host: string, server: string) =>
    settings
      .read()
      .connectors.find(
        ({ definition }) =>
          isTenantDefinition(definition) && definition.tenant === host && definition.server === server,
      )?.name;
  const hookReport = createHookReport({
    tenants,
    tenantOf: (wanted) => {
      const { connectors: all, hub } = settings.read();
      const definition = all.find(({ name }) => name === wanted)?.definition;
      // An address of the hub is called like its config.
      if (definition === undefined) return hub.configs.some(({ name }) => name === wanted) ? undefined : 'gone';
      return isTenantDefinition(definition) ? { host: definition.tenant, server: definition.server } : undefined;
    },
    warn,
  });
  const logs = createMergedLogs({
    tenants,
    views: () => tenants.views(),
    index,
    clock,
    connectorOf: nameOf,
  });

  return {
    tenants,
    connectors,
    logs,
    managed,
    status: () => ({
      tenants: tenants.views(),
      enforcement: enforcementFailureMode,
      waitingConsents: connectors.waitingConsents(),
      waitingTenantApprovals: poll.current().length,
    }),
    approvalDecided: (host) => poll.decided(host),
    recorded: (record) => hookReport.recorded(record),
    handOver: () => {
      stopWatching();
      poll.close();
    },
    close: () => {
      stopWatching();
      poll.close();
      hookReport.close();
      tenants.close();
    },
  };
}
