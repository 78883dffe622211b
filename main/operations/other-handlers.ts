import type { CompanionEvent, Status } from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { ClientEnvironment } from '../clients/environment.ts';
import { install, listClients } from '../clients/operations.ts';
import { unknownConnector } from '../connectors/prepare-server.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers } from './dispatch.ts';

export interface OtherParts {
  readonly settings: SettingsStore;
  readonly index: Pick<AuditIndex, 'query'>;
  readonly clock: () => Date;
  readonly status: () => Promise<Status>;
  readonly mintLink: () => Promise<string>;
  readonly handOver: () => Promise<{ chainId: string; sessions: number }>;
  /** With `installLauncher`, what client files name is put in its place first. */
  readonly clientEnvironment: (installLauncher: boolean) => Promise<ClientEnvironment>;
  readonly recordClient: (client: string, action: string, by: string) => void;
  readonly announce: (event: CompanionEvent) => void;
}

type OtherHandlers = Pick<
  Handlers,
  Extract<keyof Handlers, `${'status' | 'host' | 'interface' | 'logs' | 'clients'}.${string}`>
>;

export function otherHandlers(parts: OtherParts): OtherHandlers {
  const { settings } = parts;
  return {
    'status.get': () => parts.status(),
    'host.handOver': () => parts.handOver(),
    'interface.link': async () => ({ url: await parts.mintLink() }),

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
