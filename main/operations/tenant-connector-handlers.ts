/** What a tenant offers, and a person's yes to one of it. */
import { isDeepStrictEqual } from 'node:util';
import {
  CompanionError,
  isTenantDefinition,
  type Connector,
  type ConnectorView,
  type ConsentRequest,
  type OperationInput,
  type TenantServer,
} from '../../preload/contract/index.ts';
import type { TenantServerRow } from '../backend/wire.ts';
import { displayText } from '../connectors/display.ts';
import type { ConnectorRuntimes } from '../connectors/runtimes.ts';
import { freeName, nameFromTitle } from '../connectors/tenant/connector-name.ts';
import { serverIdOf } from '../connectors/tenant/prepare-run.ts';
import { tenantConsentRequest, type FoundProgram } from '../connectors/tenant/tenant-consent.ts';
import type { TenantConnectors } from '../connectors/tenant/tenant-connectors.ts';
import type { TenantSubject } from '../connectors/tenant/tenant-subject.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { viewConnector } from './connector-view.ts';
import type { Handlers, WeakeningByInput } from './dispatch.ts';

export interface TenantConnectorParts {
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly tenants: Pick<TenantConnectors, 'api' | 'agreement'>;
  readonly runtimes: ConnectorRuntimes;
}

type TenantConnectorHandlers = Pick<Handlers, 'tenant.servers' | 'tenant.preview' | 'tenant.accept'>;

export interface TenantConnectorOperations {
  readonly handlers: TenantConnectorHandlers;
  /** What was shown under this hash lately; for whoever asks once more before it is agreed to. */
  readonly shown: (consentHash: string) => ConsentRequest | undefined;
}

const MAX_SHOWN = 16;
const MAX_NAME = 128;
const MAX_DESCRIPTION = 500;

function clean(text: string | null | undefined, maxCharacters: number): string {
  return displayText((text ?? '').slice(0, maxCharacters));
}

function serverView(row: TenantServerRow, connector: Connector | undefined): TenantServer {
  return {
    id: row.id,
    name: clean(row.name, MAX_NAME),
    description: clean(row.description, MAX_DESCRIPTION),
    status: clean(row.status, MAX_NAME),
    deploymentMode: clean(row.deployment_mode, MAX_NAME),
    ...(connector === undefined ? {} : { connector: connector.name }),
  };
}

/** What an administrator vouches for comes back by itself, without what a person had set: off, or stricter. */
export function removalWeakeningTests(
  settings: Pick<SettingsStore, 'read'>,
  vouchedHosts: readonly string[],
): WeakeningByInput {
  return {
    'connectors.remove': ({ name }) => {
      const definition = settings.read().connectors.find((connector) => connector.name === name)?.definition;
      return definition !== undefined && isTenantDefinition(definition) && vouchedHosts.includes(definition.tenant);
    },
  };
}

interface Looked {
  readonly subject: TenantSubject;
  readonly found: FoundProgram;
  readonly request: ConsentRequest;
}

export function tenantConnectorHandlers(parts: TenantConnectorParts): TenantConnectorOperations {
  const { settings, tenants } = parts;
  const { agreement } = tenants;
  const shown = new Map<string, ConsentRequest>();

  /** An accepted one keeps its name; another connector's is never taken. */
  const nameFor = ({ host, server, title }: TenantSubject, wanted: string | undefined): string => {
    const kept = agreement.stored(host, server)?.name;
    const isTaken = (name: string): boolean => settings.read().connectors.some((other) => other.name === name);
    if (kept === undefined && (wanted === undefined || !isTaken(wanted)))
      return wanted ?? freeName(nameFromTitle(title, server), isTaken);
    if (kept !== undefined && (wanted === undefined || wanted === kept)) return kept;
    throw new CompanionError(
      'E_CONNECTOR_EXISTS',
      kept === undefined
        ? `There is a connector named "${wanted ?? ''}" already.`
        : `It is accepted already, and is named "${kept}" here.`,
      kept === undefined ? 'Give another name with --name.' : 'Leave --name away, or remove that connector first.',
      { exitCode: 2 },
    );
  };

  const look = async (input: OperationInput<'tenant.preview'>): Promise<Looked> => {
    const api = await tenants.api(input.host);
    const server = await serverIdOf(api, input.target);
    const subject = await agreement.subject(api, server, 'fresh');
    const found = await agreement.find(subject);
    const request = tenantConsentRequest(subject, found, {
      name: nameFor(subject, input.name),
      default: input.default,
    });
    return { subject, found, request };
  };

  const handlers: TenantConnectorHandlers = {
    'tenant.servers': async ({ host }) => {
      const api = await tenants.api(host);
      const rows = await api.servers();
      return rows.map((row) => serverView(row, agreement.stored(api.host, row.id)));
    },
    'tenant.preview': async (input) => {
      const { subject, request } = await look(input);
      shown.delete(request.hash);
      // Whoever agrees may leave the name away, and then gets this one.
      shown.set(request.hash, { ...request, connector: nameFor(subject, undefined) });
      for (const old of [...shown.keys()].slice(0, -MAX_SHOWN)) shown.delete(old);
      return request;
    },
    'tenant.accept': async (input, context): Promise<ConnectorView> => {
      // What the question was made of; its name and default are the input's.
      const agreed = shown.get(input.consentHash);
      const { subject, found, request } = await look(input);
      if (
        request.hash !== input.consentHash ||
        !isDeepStrictEqual([agreed?.target, agreed?.risks], [request.target, request.risks])
      ) {
        throw new CompanionError(
          'E_CONSENT_CHANGED',
          `What you would agree to was changed at ${subject.host}, or on this machine, since you looked at it.`,
          'Look at it again, then say yes.',
          { exitCode: 2 },
        );
      }
      // From here to the write nothing can come between; the name was free a moment ago and is looked at again.
      const saved = agreement.give(subject, found, {
        name: nameFor(subject, input.name),
        default: input.default,
        operation: 'tenant.accept',
        by: 'person',
        caller: context.by,
      });
      parts.runtimes.forget(saved.name);
      // It has just said what this is.
      return viewConnector(saved, { runtimes: parts.runtimes, isSignedIn: () => true });
    },
  };
  return { handlers, shown: (hash) => shown.get(hash) };
}
