/**
 * Connectors of tenants, from their word to a session: asked of the tenant at each start, agreed to here, held in memory only. A
 * tenant that nobody is signed in to is asked nothing.
 */

import { isTenantDefinition, type TenantConsent } from '../../../preload/contract/index.ts';
import type { TenantApi, Tenants } from '../../backend/tenant-api.ts';
import { createIdentityForward } from '../../identity/identity-forward.ts';
import type { LoginShellEnvironment } from '../../process/login-shell-environment.ts';
import type { LiveSecrets } from '../../secrets/live-secrets.ts';
import type { SettingsStore } from '../../settings/settings-store.ts';
import type { HttpExtras, WatchedApplication } from '../http-extras.ts';
import { createAgreement, type Agreement } from './agreement.ts';
import { createApprovedLists } from './approved-lists.ts';
import { createConsentWait, type WaitingConsent } from './consent-wait.ts';
import { createDefinitionCache } from './definition-cache.ts';
import { createEndable } from './endable.ts';
import { createOutages } from './outages.ts';
import type { StartedTenant, StartTenant } from './started-tenant.ts';
import { connectorChanged } from './tenant-refusals.ts';
import { createTenantGate, type RunningGate } from './tenant-policy-gate.ts';
import { signedInAnew } from './tenant-refusals.ts';
import type { Application, ApplicationOf, TenantSubject } from './tenant-subject.ts';
import type { Schedule } from './time-limit.ts';

export interface TenantConnectorsParts<A extends Application> {
  readonly tenants: Pick<Tenants, 'api' | 'apiWithKey' | 'defaultHost'>;
  /** Whose key it is asked with: another text for another account, '' for none. */
  readonly signedInAs: (host: string) => string;
  /** What a tenant's own proxy is sent to prove who asks; `key` in place of the stored one. Rejects where it cannot be had. */
  readonly credentials: (host: string, key: string | undefined) => Promise<Readonly<Record<string, string>>>;
  readonly settings: Pick<SettingsStore, 'read' | 'update'>;
  readonly onSettingsChanged: (listener: () => void) => () => void;
  readonly login: LoginShellEnvironment;
  readonly live: Pick<LiveSecrets, 'add'>;
  readonly clock: () => Date;
  readonly schedule: Schedule;
  /** Both of managed settings, looked at each time. */
  readonly vouchedHosts: () => readonly string[];
  readonly openOnOutage: () => boolean;
  readonly applicationOf: ApplicationOf<A>;
  readonly watchApplication: (application: A) => WatchedApplication;
  readonly recordConsent: (connector: string, hash: string, by: string) => void;
  /** Never throws. */
  readonly record: (
    event: 'enforcement_opened' | 'enforcement_closed' | 'capabilities_synced',
    detail: Record<string, string | number>,
    connector?: string,
  ) => void;
  /** Something that the status shows is another. */
  readonly changed: () => void;
}

export interface TenantConnectors<A extends Application = Application> {
  readonly agreement: Agreement<A>;
  readonly start: StartTenant;
  /** Of `host`, or of the default one; with a key, for this session. Refused where nobody signed in. */
  api(host: string | undefined, key?: string): Promise<TenantApi>;
  /** Runs that wait, or lately waited, for somebody to agree. */
  waitingConsents(): WaitingConsent[];
  /** Hosts whose calls pass unasked right now. */
  openHosts(): string[];
  /** Somebody signed in or out there: what was said to the one before counts no more. */
  forget(host: string): void;
}

export function createTenantConnectors<A extends Application>(parts: TenantConnectorsParts<A>): TenantConnectors<A> {
  const { tenants, schedule, live } = parts;
  const now = (): number => parts.clock().getTime();
  const running = new Set<{ readonly api: TenantApi; readonly gate: RunningGate }>();
  // One that asks with another key may be told something else, which says nothing of the others.
  const definitions = createDefinitionCache(now, (asked, connector) => {
    for (const { api: its, gate } of running) if (its === asked && gate.server === connector.id) gate.noted(connector);
  });
  const approved = createApprovedLists(now);
  const waits = createConsentWait({
    onSettingsChanged: parts.onSettingsChanged,
    schedule,
    now,
    changed: parts.changed,
  });
  const outages = createOutages((host, isOpen) => {
    parts.record(isOpen ? 'enforcement_opened' : 'enforcement_closed', { host });
    parts.changed();
  });
  const agreement = createAgreement<A>({ ...parts, definitions, waits });

  const api: TenantConnectors<A>['api'] = async (host, key) => {
    if (key === undefined) return tenants.api(host);
    // A reader of its own: what this key is told counts for no other session, nor what others were told for this one.
    return { ...tenants.apiWithKey(host, key) };
  };

  const extrasOf = (
    { run, application }: TenantSubject<A>,
    open: { readonly api: TenantApi; readonly key: string | undefined; readonly gate: RunningGate },
    releases: (() => void)[],
  ): HttpExtras => {
    if (run.kind !== 'http') return {};
    const { host } = open.api;
    const identity = createIdentityForward({
      read: async () => {
        const connector = await open.api.connector(open.gate.server);
        open.gate.noted(connector);
        return connector.identity_forward;
      },
      now,
      schedule,
      live,
    });
    releases.push(() => identity.close());
    const watched = application === undefined ? undefined : parts.watchApplication(application);
    if (watched !== undefined) releases.push(() => watched.close());
    return {
      identity,
      ...(run.isOwnProxy ? { credentials: () => parts.credentials(host, open.key) } : {}),
      ...(watched === undefined ? {} : { application: watched }),
    };
  };

  const runOf = ({ run }: TenantSubject<A>, consent: TenantConsent, extras: HttpExtras): StartedTenant['run'] => {
    if (run.kind === 'http') return { kind: 'http', definition: run.definition, extras };
    if (consent.program === null) throw new Error('consent was checked');
    return { kind: 'program', definition: run.definition, program: consent.program.path };
  };

  const start: StartTenant = async (wanted, { key, log }) => {
    if (!isTenantDefinition(wanted.definition)) throw new Error('not of a tenant');
    const { tenant: host, server } = wanted.definition;
    const startedAs = parts.signedInAs(host);
    /** What it may know and do was another account's. Signed out, the tenant is asked nothing anyway. */
    const isAnothers = (): boolean => {
      const as = parts.signedInAs(host);
      return key === undefined && startedAs !== '' && as !== '' && as !== startedAs;
    };
    const asked = await api(host, key);
    const { connector, consent, subject } = await agreement.agreed(asked, server);
    // What a running session is told of its connector holds for the one that is started next.
    const askedAgain: TenantApi = { ...asked, connector: (id) => definitions.fresh(asked, id) };
    if (isAnothers()) throw signedInAnew(host);
    const releases: (() => void)[] = [];
    const release = (): void => {
      for (const one of releases.splice(0)) one();
    };
    try {
      if (key !== undefined) releases.push(live.add(key));
      if (subject.run.kind === 'program') for (const value of subject.run.secretValues) releases.push(live.add(value));
      const ended = createEndable();
      releases.push(
        parts.onSettingsChanged(() => {
          if (!isAnothers()) return;
          log(`[tenant] ${signedInAnew(host).message}`);
          ended.end(signedInAnew(host));
        }),
      );
      const outage = outages.of(host);
      const gate = createTenantGate({
        api: askedAgain,
        connector: subject.wire,
        applicationOf: parts.applicationOf,
        // What another key may see is no business of this one.
        approved: key === undefined ? approved : createApprovedLists(now),
        isAnothers,
        openOnOutage: parts.openOnOutage,
        now,
        schedule,
        log,
        onOutage: outage.set,
        onSynced: (counts) => {
          parts.record('capabilities_synced', { host, server, ...counts }, connector.name);
          definitions.forget(host);
        },
        stop: () => ended.end(connectorChanged(host, connector.name)),
      });
      const session = { api: asked, gate };
      running.add(session);
      releases.push(
        () => running.delete(session),
        () => gate.close(),
        outage.end,
      );
      const extras = extrasOf(subject, { api: askedAgain, key, gate }, releases);
      return { run: runOf(subject, consent, extras), gate, endable: ended.wrap, release };
    } catch (error) {
      release();
      throw error;
    }
  };

  return {
    agreement,
    start,
    api,
    waitingConsents: () => waits.list(),
    openHosts: () => outages.open(),
    forget: (host) => {
      definitions.forget(host);
      approved.forget(host);
    },
  };
}
