/** What is done to the configuration of AI clients, and with the servers that stand there. */
import { CompanionError, type ClientChange, type Connector, type ConnectorView } from '../../preload/contract/index.ts';
import type { BroughtBack } from '../clients/brought-back.ts';
import type { ClientEnvironment } from '../clients/environment.ts';
import { foreignServers, foreignServersIn } from '../clients/foreign-servers.ts';
import { listClients, type ClientFacts } from '../clients/list-clients.ts';
import { install, replaceEntry, undo, uninstall } from '../clients/operations.ts';
import { unknownConnector } from '../connectors/startable-connector.ts';
import { bringIn, previewBringIn, type BringInParts } from './bring-in.ts';
import { createClientConsents } from './client-consents.ts';
import { consentChanged } from './consent-changed.ts';
import { bringBackWords, clientDescriptions } from './describe-clients.ts';
import type { Descriptions } from './describe.ts';
import type { CallContext, Handlers, WeakeningTests } from './dispatch.ts';
import { foundServers } from './found-servers.ts';

export interface ClientParts extends Omit<BringInParts, 'consents'> {
  readonly seen: NonNullable<ClientFacts['seen']>;
  readonly view: (connector: Connector) => Promise<ConnectorView>;
  readonly recordClient: (client: string, action: string, by: string) => void;
  /** Something that the list of clients shows changed. */
  readonly changed: () => void;
}

export interface ClientOperations {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `clients.${string}`>>;
  readonly weakens: WeakeningTests;
  readonly descriptions: Descriptions;
}

type Connect = Parameters<Handlers['clients.connect']>[0];

export function clientOperations(parts: ClientParts): ClientOperations {
  const { settings } = parts;
  const consents = createClientConsents();
  const bringing: BringInParts = { ...parts, consents };
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: each looks at the files, the names and the secrets that there are. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = last.then(task, task);
    last = turn.catch(() => undefined);
    return turn;
  };

  const connect = async ({ client, connectors, inPlaceOf }: Connect, dryRun: boolean): Promise<ClientChange> => {
    const known = new Set(settings.read().connectors.map(({ name }) => name));
    for (const name of connectors) if (!known.has(name)) throw unknownConnector(name);
    const [connector, ...more] = connectors;
    if (inPlaceOf !== undefined && (connector === undefined || more.length > 0)) throw oneOnly();
    const environment = await parts.clientEnvironment(!dryRun);
    return inPlaceOf === undefined || connector === undefined
      ? install(environment, { client, connectors, dryRun })
      : replaceEntry(environment, { client, entry: inPlaceOf, connector, dryRun });
  };

  const written = (change: ClientChange, { by }: CallContext): ClientChange => {
    if (!change.dryRun) {
      if (change.action !== 'unchanged') parts.recordClient(change.client, change.action, by);
      parts.changed();
    }
    return change;
  };

  /** Over what runs without the companion again: one hash for exactly these servers. */
  const backHash = (client: ClientChange['client'], back: readonly BroughtBack[]): string =>
    consents.hash(['undo', client, back.map(({ key, source }) => [key, source])]);

  const undoPreview = async (
    environment: ClientEnvironment,
    client: ClientChange['client'],
  ): Promise<{ change: ClientChange; consentHash?: string }> => {
    let back: readonly BroughtBack[] = [];
    const change = await undo(environment, {
      client,
      dryRun: true,
      bringsBack: (servers) => {
        back = servers;
      },
    });
    if (back.length === 0) return { change };
    const hash = backHash(client, back);
    consents.show(hash, bringBackWords(client, foreignServersIn(environment, client, back)));
    return { change, consentHash: hash };
  };

  const handlers: ClientOperations['handlers'] = {
    'clients.list': async () =>
      listClients(await parts.clientEnvironment(false), {
        connectors: new Set(settings.read().connectors.map(({ name }) => name)),
        seen: parts.seen,
      }),
    'clients.preview': (input) => connect(input, true),
    'clients.connect': (input, context) => inTurn(async () => written(await connect(input, false), context)),
    'clients.disconnect': ({ client, connector, dryRun }, context) =>
      inTurn(async () => {
        const only = connector === undefined ? {} : { connector };
        return written(await uninstall(await parts.clientEnvironment(false), { client, dryRun, ...only }), context);
      }),
    'clients.undoPreview': async ({ client }) => undoPreview(await parts.clientEnvironment(false), client),
    'clients.undo': ({ client, consentHash }, context) =>
      inTurn(async () => {
        const change = await undo(await parts.clientEnvironment(false), {
          client,
          bringsBack: (servers) => {
            const agreed = servers.length === 0 ? undefined : backHash(client, servers);
            if (agreed !== undefined && consentHash === undefined) throw bringsBack(servers.length);
            if (agreed !== consentHash) throw consentChanged();
          },
        });
        return written(change, context);
      }),
    'clients.found': async () =>
      foundServers(await foreignServers(await parts.clientEnvironment(false)), settings.read().connectors),
    'clients.bringInPreview': (input) => previewBringIn(bringing, input),
    'clients.bringIn': (input, context) =>
      inTurn(async () => {
        const { connector, change, secrets } = await bringIn(bringing, input, context.by);
        written(change, context);
        return { connector: await parts.view(connector), change, secrets };
      }),
  };
  return {
    handlers,
    // The handler refuses to bring anything back that this hash was not given for.
    weakens: { 'clients.undo': ({ consentHash }) => consentHash !== undefined },
    descriptions: clientDescriptions((hash) => consents.shown(hash)),
  };
}

function oneOnly(): CompanionError {
  return new CompanionError(
    'E_INPUT',
    'One entry starts one connector.',
    'Name one connector for the entry that it takes the place of.',
    { exitCode: 2 },
  );
}

function bringsBack(count: number): CompanionError {
  return new CompanionError(
    'E_UNDO_BRINGS_BACK',
    `This would let ${count === 1 ? 'a server' : `${String(count)} servers`} start without the companion again. Nothing was changed.`,
    'Look at what it brings back, then say yes.',
    { exitCode: 2 },
  );
}
