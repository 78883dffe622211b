import { z } from 'zod';
import { Connector, HubSettings, Rule, SecretEntry } from '../../preload/contract/index.ts';

/** Raised with every change of shape; an older file is migrated forward, a newer one is refused. */
export const SETTINGS_VERSION = 2;

/** Everything that a person decided. Never a secret: only names of secrets and where they are kept, hashes of tokens. */
export const Settings = z.strictObject({
  version: z.literal(SETTINGS_VERSION),
  connectors: z.array(Connector),
  rules: z.array(Rule),
  secrets: z.array(SecretEntry),
  hub: HubSettings,
});
export type Settings = z.infer<typeof Settings>;

export const EMPTY_HUB: HubSettings = { port: null, configs: [], bindings: [], listeners: [], origins: [] };

export const EMPTY_SETTINGS: Settings = {
  version: SETTINGS_VERSION,
  connectors: [],
  rules: [],
  secrets: [],
  hub: EMPTY_HUB,
};

/** Before the hub. */
const SettingsV1 = Settings.omit({ hub: true }).extend({ version: z.literal(1) });

export type Stored =
  /** `document` is what lay in the file, in the shape of its own version; `settings` is the same in today's. */
  { readonly document: Readonly<Record<string, unknown>>; readonly settings: Settings } | undefined;

/** Reads the settings of this version or an older one; undefined for what fits none. */
export function readStored(value: Readonly<Record<string, unknown>>): Stored {
  if (value['version'] === 1) {
    const old = SettingsV1.safeParse(value);
    if (!old.success) return undefined;
    return { document: old.data, settings: { ...old.data, version: SETTINGS_VERSION, hub: EMPTY_HUB } };
  }
  const { success, data } = Settings.safeParse(value);
  return success ? { document: data, settings: data } : undefined;
}
