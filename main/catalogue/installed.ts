import {
  isHttpDefinition,
  isTenantDefinition,
  type CatalogueEntry,
  type Connector,
} from '../../preload/contract/index.ts';
import { readPackageSpec } from '../connectors/risk/package-spec.ts';

/** Names of the connectors that run the package of an entry, whatever version, or reach its address. */
export function installedAs({ runs }: CatalogueEntry, connectors: readonly Connector[]): string[] {
  return connectors
    .filter(({ definition }) => {
      if (isTenantDefinition(definition)) return false;
      if (isHttpDefinition(definition)) return runs.kind === 'http' && definition.url === runs.url;
      if (runs.kind === 'http') return false;
      const spec = readPackageSpec([definition.command, ...definition.args]);
      return spec?.ecosystem === 'npm' && spec.name === runs.package.name;
    })
    .map(({ name }) => name);
}
