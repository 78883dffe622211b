import type { Connector } from '../../preload/contract/connector.ts';
import type { Settings } from '../settings/schema.ts';

/** The settings with a connector that somebody agreed to just now; one of that name keeps whether it is on, and since when it is there. */
export function withConnector(
  settings: Settings,
  agreed: Omit<Connector, 'enabled' | 'createdAt'>,
  at: string,
): Settings {
  const before = settings.connectors.find(({ name }) => name === agreed.name);
  const connector: Connector = {
    ...agreed,
    enabled: before?.enabled ?? true,
    createdAt: before?.createdAt ?? at,
  };
  return {
    ...settings,
    connectors:
      before === undefined
        ? [...settings.connectors, connector]
        : settings.connectors.map((other) => (other === before ? connector : other)),
  };
}
