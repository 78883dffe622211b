import { CompanionError, ConnectorName, type Connector } from '../../preload/contract/index.ts';
import type { ConnectorRuntimes } from './runtimes.ts';

export function unknownConnector(name: string): CompanionError {
  return new CompanionError(
    'E_CONNECTOR_UNKNOWN',
    `There is no connector named "${name.slice(0, 64)}".`,
    'See what there is with "runlayer connectors list", or add one with "runlayer connectors add".',
    { exitCode: 2 },
  );
}

/** Finds the connector or says why it cannot be started now. */
export function startableConnector(
  name: string,
  deps: { readonly find: (name: string) => Connector | undefined; readonly runtimes: ConnectorRuntimes },
): Connector {
  const connector = ConnectorName.safeParse(name).success ? deps.find(name) : undefined;
  if (connector === undefined) throw unknownConnector(name);
  if (!connector.enabled) {
    throw new CompanionError(
      'E_CONNECTOR_DISABLED',
      `The connector "${name}" is switched off.`,
      `Switch it on with "runlayer connectors enable ${name}".`,
      { exitCode: 2 },
    );
  }
  const start = deps.runtimes.of(name).crashes.state();
  if (start.kind === 'paused') {
    throw new CompanionError(
      'E_CONNECTOR_PAUSED',
      `The server of "${name}" crashed ${start.crashes} times in a minute and is paused for ${Math.ceil(start.retryInMs / 1000)} more seconds.`,
      `See why with "runlayer connectors logs ${name}"; it is tried again by itself.`,
    );
  }
  return connector;
}
