import { z } from 'zod';
import {
  AuditEndpoint,
  Connector,
  HubSettings,
  Rule,
  SecretEntry,
  Tenant,
  TenantHost,
} from '../../preload/contract/index.ts';

/** Raised with every change of shape; an older file is migrated forward, a newer one is refused. */
export const SETTINGS_VERSION = 3;

/** Everything that a person decided. Never a secret: only names of secrets and where they are kept, hashes of tokens. */
export const Settings = z.strictObject({
  version: z.literal(SETTINGS_VERSION),
  connectors: z.array(Connector),
  rules: z.array(Rule),
  secrets: z.array(SecretEntry),
  hub: HubSettings,
  tenants: z.array(Tenant),
  /** Used where no host is named; one of `tenants`. */
  defaultTenant: TenantHost.nullable(),
  /** Null: the journal stays on this machine. */
  auditEndpoint: AuditEndpoint.nullable(),
});
export type Settings = z.infer<typeof Settings>;

export const EMPTY_HUB: HubSettings = { port: null, configs: [], bindings: [], listeners: [], origins: [] };

const NO_TENANT = { tenants: [], defaultTenant: null, auditEndpoint: null };

export const EMPTY_SETTINGS: Settings = {
  version: SETTINGS_VERSION,
  connectors: [],
  rules: [],
  secrets: [],
  hub: EMPTY_HUB,
  ...NO_TENANT,
};

/** Before tenants and delivery. */
const SettingsV2 = Settings.omit({ tenants: true, defaultTenant: true, auditEndpoint: true }).extend({
  version: z.literal(2),
});
/** Before the hub. */
const SettingsV1 = SettingsV2.omit({ hub: true }).extend({ version: z.literal(1) });

export type Stored =
  /** `document` is what lay in the file, in the shape of its own version; `settings` is the same in today's. */
  { readonly document: Readonly<Record<string, unknown>>; readonly settings: Settings } | undefined;

/** Reads the settings of this version or an older one; undefined for what fits none. */
export function readStored(value: Readonly<Record<string, unknown>>): Stored {
  if (value['version'] === 1) {
    const old = SettingsV1.safeParse(value);
    if (!old.success) return undefined;
    return {
      document: old.data,
      settings: { ...old.data, version: SETTINGS_VERSION, hub: EMPTY_HUB, ...NO_TENANT },
    };
  }
  if (value['version'] === 2) {
    const old = SettingsV2.safeParse(value);
    if (!old.success) return undefined;
    return { document: old.data, settings: { ...old.data, version: SETTINGS_VERSION, ...NO_TENANT } };
  }
  const { success, data } = Settings.safeParse(value);
  return success ? { document: data, settings: data } : undefined;
}
