/**
 * Whether somebody agreed to what a tenant says of its connector now; and where nobody did: a moment for a person, or the word of this
 * machine's administrator, who may vouch for a tenant. A program that was replaced on this machine is never vouched for.
 */
import {
  CompanionError,
  isTenantDefinition,
  type Connector,
  type TenantConsent,
} from '../../../preload/contract/index.ts';
import type { TenantApi } from '../../backend/tenant-api.ts';
import type { LoginShellEnvironment } from '../../process/login-shell-environment.ts';
import type { SettingsStore } from '../../settings/settings-store.ts';
import type { ConsentCheck } from '../consent.ts';
import { resolveCommand } from '../resolve-command.ts';
import { withConnector } from '../with-connector.ts';
import { isWritableByOthers } from '../writable-by-others.ts';
import { freeName, nameFromTitle } from './connector-name.ts';
import type { ConsentWait } from './consent-wait.ts';
import type { DefinitionCache } from './definition-cache.ts';
import { checkTenantConsent, consentOf, tenantConsent, type FoundProgram } from './tenant-consent.ts';
import { shownTitle } from './tenant-definition.ts';
import { subjectOf, type Application, type ApplicationOf, type TenantSubject } from './tenant-subject.ts';
import { connectorGone } from './tenant-refusals.ts';

export interface AgreementParts<A extends Application> {
  readonly settings: Pick<SettingsStore, 'read' | 'update'>;
  readonly definitions: DefinitionCache;
  readonly waits: ConsentWait;
  readonly login: LoginShellEnvironment;
  readonly applicationOf: ApplicationOf<A>;
  readonly vouchedHosts: () => readonly string[];
  readonly recordConsent: (connector: string, hash: string, by: string) => void;
  readonly clock: () => Date;
}

export interface Agreed<A extends Application> {
  readonly connector: Connector;
  readonly consent: TenantConsent;
  readonly subject: TenantSubject<A>;
}

export interface Agreement<A extends Application> {
  /** Of this tenant, whatever it is called here. */
  stored(host: string, server: string): Connector | undefined;
  /** What the tenant says now. */
  subject(api: TenantApi, id: string, age: 'recent' | 'fresh'): Promise<TenantSubject<A>>;
  /** The file that its command means now, on the login shell's PATH; nothing for an address. */
  find(subject: TenantSubject): Promise<FoundProgram>;
  /** Stores a yes; the connector keeps what it has here. */
  give(
    subject: TenantSubject,
    found: FoundProgram,
    given: Pick<Connector, 'name' | 'default'> & {
      readonly operation: string;
      readonly by: TenantConsent['by'];
      readonly caller: string;
    },
  ): Connector;
  /** Waits a moment where nobody has agreed yet. @throws CompanionError with what to do */
  agreed(api: TenantApi, id: string): Promise<Agreed<A>>;
}

function refusal(check: ConsentCheck & { readonly ok: false }): CompanionError {
  const { code, message, next } = check.failure;
  return new CompanionError(code, message, next, { exitCode: check.exitCode });
}

export function createAgreement<A extends Application>(parts: AgreementParts<A>): Agreement<A> {
  const { settings, definitions, waits } = parts;

  const stored: Agreement<A>['stored'] = (host, server) =>
    settings
      .read()
      .connectors.find(
        ({ definition }) =>
          isTenantDefinition(definition) && definition.tenant === host && definition.server === server,
      );

  const subject: Agreement<A>['subject'] = async (api, id, age) => {
    const wire = await definitions[age](api, id).catch((error: unknown) => {
      throw connectorGone(error, api.host, stored(api.host, id)?.name ?? id);
    });
    return subjectOf(wire, api.host, parts.applicationOf);
  };

  const find: Agreement<A>['find'] = async ({ run, host }) => {
    if (run.kind === 'http') return undefined;
    const { env } = await parts.login.get();
    const resolved = await resolveCommand(run.definition.command, env['PATH']);
    if (resolved === undefined) {
      throw new CompanionError(
        'E_COMMAND_NOT_FOUND',
        `The program that the connector of ${host} starts was not found on your login shell's PATH.`,
        `See what it is with the people who look after ${host}, and install it. Nothing was stored.`,
      );
    }
    return { resolved, writableByOthers: await isWritableByOthers(resolved.realPath) };
  };

  const give: Agreement<A>['give'] = (of, found, given) => {
    const at = parts.clock().toISOString();
    const consent = tenantConsent(of, found?.resolved, { at, by: given.by });
    parts.recordConsent(given.name, consent.hash, given.caller);
    const next = settings.update(given.operation, given.caller, (current) =>
      withConnector(
        current,
        {
          name: given.name,
          definition: { tenant: of.host, server: of.server, title: of.title },
          default: given.default,
          consent,
        },
        at,
      ),
    );
    waits.settled(of.host, of.server);
    const saved = next.connectors.find(({ name }) => name === given.name);
    if (saved === undefined) throw new Error('what was stored is not there');
    return saved;
  };

  const vouch = async (of: TenantSubject): Promise<void> => {
    const found = await find(of);
    // Another session may have been quicker, and a person's own choice of mode stays.
    const before = stored(of.host, of.server);
    const isTaken = (name: string): boolean => settings.read().connectors.some((other) => other.name === name);
    give(of, found, {
      name: before?.name ?? freeName(nameFromTitle(of.title, of.server), isTaken),
      default: before?.default ?? 'allow',
      operation: 'tenant.accept',
      by: 'managed',
      caller: 'managed settings',
    });
  };

  const look = async (api: TenantApi, id: string) => {
    const of = await subject(api, id, 'recent');
    const connector = stored(api.host, id);
    if (connector === undefined) return { of, connector, check: undefined };
    const program = consentOf(connector)?.program;
    const resolved = program === undefined || program === null ? undefined : await resolveCommand(program.path, '');
    return { of, connector, check: checkTenantConsent(connector, of, resolved) };
  };

  const agreedNow = async (api: TenantApi, id: string): Promise<Agreed<A> | undefined> => {
    const { of, connector, check } = await look(api, id);
    const consent = connector === undefined ? undefined : consentOf(connector);
    if (connector === undefined || consent === undefined || !check?.ok) return undefined;
    return { connector, consent, subject: of };
  };

  const refuse = async (api: TenantApi, id: string): Promise<Agreed<A>> => {
    const { of, check } = await look(api, id);
    if (check !== undefined && !check.ok) throw refusal(check);
    throw new CompanionError(
      'E_CONSENT_MISSING',
      `Nobody has agreed to what "${shownTitle(of.title)}" of ${api.host} does.`,
      `Look at it and agree with "runlayer connectors accept ${id} --host ${api.host}".`,
      { exitCode: 2 },
    );
  };

  return {
    stored,
    subject,
    find,
    give,
    agreed: async (api, id) => {
      const settled = await agreedNow(api, id);
      if (settled !== undefined) return settled;
      const { of, check } = await look(api, id);
      const code = check === undefined ? 'E_CONSENT_MISSING' : check.ok ? '' : check.failure.code;
      if (code !== 'E_CONSENT_MISSING' && code !== 'E_CONSENT_CHANGED') {
        return (await agreedNow(api, id)) ?? refuse(api, id);
      }
      if (parts.vouchedHosts().includes(api.host)) {
        await vouch(of);
        return (await agreedNow(api, id)) ?? refuse(api, id);
      }
      const about = { host: api.host, server: id, title: shownTitle(of.title) };
      return (await waits.until(about, () => agreedNow(api, id))) ?? refuse(api, id);
    },
  };
}
