import {
  CompanionError,
  secretNameOf,
  secretReferencesOf,
  type CompanionEvent,
  type SecretView,
  type Status,
} from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { ClientEnvironment } from '../clients/environment.ts';
import { secretReserved } from '../identity/identity-failures.ts';
import { isReservedSecret } from '../secrets/reserved-names.ts';
import { install, listClients } from '../clients/operations.ts';
import { unknownConnector } from '../connectors/prepare-server.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers } from './dispatch.ts';

export interface OtherParts {
  readonly settings: SettingsStore;
  readonly vault: SecretVault;
  readonly index: Pick<AuditIndex, 'query'>;
  readonly clock: () => Date;
  /** Secrets can be read now. */
  readonly unlocked: () => void;
  readonly status: () => Promise<Status>;
  readonly mintLink: () => Promise<string>;
  readonly handOver: () => Promise<{ chainId: string; sessions: number }>;
  /** With `installLauncher`, what client files name is put in its place first. */
  readonly clientEnvironment: (installLauncher: boolean) => Promise<ClientEnvironment>;
  readonly recordSecret: (name: string, change: 'set' | 'removed', by: string) => void;
  readonly recordClient: (client: string, action: string, by: string) => void;
  readonly announce: (event: CompanionEvent) => void;
}

type OtherHandlers = Pick<
  Handlers,
  Extract<keyof Handlers, `${'status' | 'host' | 'interface' | 'secrets' | 'logs' | 'clients'}.${string}`>
>;

export function otherHandlers(parts: OtherParts): OtherHandlers {
  const { settings, vault } = parts;
  const secretView = (entry: ReturnType<SecretVault['list']>[number]): SecretView => {
    const names = (references: readonly string[]): boolean =>
      references.some((reference) => secretNameOf(reference) === entry.name);
    const { connectors, hub, auditEndpoint } = settings.read();
    const authorization = auditEndpoint?.authorization;
    return {
      ...entry,
      usedBy: [
        ...(authorization !== undefined && names([authorization]) ? ['audit endpoint'] : []),
        ...connectors.filter(({ definition }) => names(secretReferencesOf(definition))).map(({ name }) => name),
        ...(isReservedSecret(entry.name) ? ['the companion'] : []),
        ...hub.bindings.filter(({ secrets }) => names(Object.values(secrets))).map(({ id }) => `hub binding ${id}`),
      ],
    };
  };

  return {
    'status.get': () => parts.status(),
    'host.handOver': () => parts.handOver(),
    'interface.link': async () => ({ url: await parts.mintLink() }),

    'secrets.list': () => vault.list().map(secretView),
    'secrets.set': async ({ name, value }, context) => {
      if (isReservedSecret(name)) throw secretReserved(name);
      const entry = await vault.set(name, value);
      parts.recordSecret(name, 'set', context.by);
      return secretView(entry);
    },
    'secrets.remove': async ({ name }, context) => {
      if (isReservedSecret(name)) throw notRemoved(name);
      await vault.remove(name);
      parts.recordSecret(name, 'removed', context.by);
      return {};
    },
    'secrets.keychain': () => vault.state({ again: true }),
    'secrets.createVault': async ({ passphrase }) => {
      const state = await vault.createVault(passphrase);
      parts.unlocked();
      return state;
    },
    'secrets.unlock': async ({ passphrase }) => {
      const state = await vault.unlock(passphrase);
      parts.unlocked();
      return state;
    },

    'logs.query': (filter) => parts.index.query(filter),

    'clients.list': async () => listClients(await parts.clientEnvironment(false)),
    'clients.install': async (input, context) => {
      if (!settings.read().connectors.some((connector) => connector.name === input.connector))
        throw unknownConnector(input.connector);
      const change = await install(await parts.clientEnvironment(!input.dryRun), input);
      if (!change.dryRun) parts.recordClient(input.client, change.action, context.by);
      return change;
    },
  };
}

/** Without a question it would sign somebody out, or make the next key of the audit trail look like the only one. */
function notRemoved(name: string): CompanionError {
  return new CompanionError('E_SECRET_RESERVED', `The secret "${name}" is the companion's own.`, insteadOf(name), {
    exitCode: 2,
  });
}

function insteadOf(name: string): string {
  const [kind] = name.toLowerCase().split('.');
  if (kind === 'tenant') return 'To sign out of a tenant, run "runlayer logout --host https://…".';
  if (kind === 'oauth') return 'To sign out of a server, run "runlayer connectors logout <name>".';
  if (kind === 'canary') return `To take a canary away, run "runlayer guard canary remove ${name}".`;
  return 'It proves the audit trail and stays as long as the trail does; see "runlayer audit verify".';
}
