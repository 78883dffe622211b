import { z } from 'zod';
import { Connector, Rule, SecretEntry } from '../../preload/contract/index.ts';

/** Raised with every change of shape; an older file is migrated forward, a newer one is refused. */
export const SETTINGS_VERSION = 1;

/** Everything that a person decided. Never a secret: only names of secrets and where they are kept. */
export const Settings = z.strictObject({
  version: z.literal(SETTINGS_VERSION),
  connectors: z.array(Connector),
  rules: z.array(Rule),
  secrets: z.array(SecretEntry),
});
export type Settings = z.infer<typeof Settings>;

export const EMPTY_SETTINGS: Settings = { version: SETTINGS_VERSION, connectors: [], rules: [], secrets: [] };
