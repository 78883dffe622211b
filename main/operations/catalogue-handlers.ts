/** Installing from the catalogue: what there is, what it would be here, and a person's yes to exactly that. */
import { stat } from 'node:fs/promises';
import { CompanionError } from '../../preload/contract/index.ts';
import { definitionOf, foldersOf } from '../catalogue/definition-of.ts';
import { installedAs } from '../catalogue/installed.ts';
import type { CatalogueFile } from '../catalogue/read-catalogue.ts';
import type { LoginShellEnvironment } from '../process/login-shell-environment.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { notShown } from './consent-changed.ts';
import { previewDefinition } from './definition-preview.ts';
import type { Handlers } from './dispatch.ts';
import { keptHere, localHere, type Local } from './elsewhere.ts';
import type { ShownConsents } from './shown-consents.ts';

export interface CatalogueParts {
  readonly catalogue: CatalogueFile;
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly vault: Pick<SecretVault, 'list'>;
  readonly login: LoginShellEnvironment;
  readonly settingsFile: string;
  readonly shown: ShownConsents;
  /** Stores what was agreed to. */
  readonly save: Handlers['connectors.save'];
  /** A person may open this address now: where a server comes from, and where its key is made. */
  readonly hold: (address: string) => void;
  /** Which paths are of this machine; undefined: as its system says. */
  readonly local?: Local;
}

type CatalogueHandlers = Pick<Handlers, 'connectors.catalogue' | 'connectors.draft' | 'connectors.install'>;

async function refuseMissing(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    if ((await stat(folder).catch(() => undefined))?.isDirectory() === true) continue;
    throw new CompanionError(
      'E_FOLDER_MISSING',
      `There is no folder "${folder.slice(0, 200)}".`,
      'Make it, or give another.',
      {
        exitCode: 2,
      },
    );
  }
}

export function catalogueHandlers(parts: CatalogueParts): CatalogueHandlers {
  const { catalogue, settings, shown } = parts;
  return {
    'connectors.catalogue': async () => {
      const entries = await catalogue.entries();
      const { connectors } = settings.read();
      for (const { homepage, secrets } of entries)
        for (const one of [homepage, ...secrets.map(({ url }) => url)]) parts.hold(one);
      return entries.map((entry) => ({ entry, installed: installedAs(entry, connectors) }));
    },
    'connectors.draft': async ({ entry: id, name, default: mode, parameters, secrets }) => {
      if (settings.read().connectors.some((connector) => connector.name === name)) {
        throw new CompanionError(
          'E_CONNECTOR_EXISTS',
          `There is a connector named "${name}" already.`,
          'Give this one another name.',
          { exitCode: 2 },
        );
      }
      const entry = await catalogue.entry(id);
      const definition = definitionOf(entry, { parameters, secrets });
      await refuseMissing(keptHere('A folder', foldersOf(entry, parameters), parts.local ?? localHere()));
      const { request } = await previewDefinition(
        { name, definition, default: mode },
        { login: parts.login, stored: () => parts.vault.list() },
      );
      shown.remember({ request, definition, title: entry.title });
      return { request, settingsFile: parts.settingsFile };
    },
    'connectors.install': (input, context) => {
      const agreed = shown.find(input);
      if (agreed?.title === undefined) throw notShown();
      const { definition } = agreed;
      return parts.save({ ...input, definition, replace: false, check: true }, context);
    },
  };
}
