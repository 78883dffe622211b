import { z } from 'zod';
import {
  AuditEndpoint,
  Chain,
  Connector,
  DefaultMode,
  GuardSettings,
  HubSettings,
  Rule,
  SecretEntry,
  Tenant,
  TenantHost,
} from '../../preload/contract/index.ts';

/** Raised with every change of shape; an older file is migrated forward, a newer one is refused. */
export const SETTINGS_VERSION = 4;

/** What was in force before a proposal was put in force, to go back to in one step. */
export const PolicyBefore = z.strictObject({
  rules: z.array(Rule),
  chains: z.array(Chain),
  defaults: z.record(z.string(), DefaultMode),
  at: z.iso.datetime(),
});
export type PolicyBefore = z.infer<typeof PolicyBefore>;

/** Who stopped everything, and when. */
export const Lockdown = z.strictObject({ since: z.iso.datetime(), by: z.string() });
export type Lockdown = z.infer<typeof Lockdown>;

/** Everything that a person decided. Never a secret: only names of secrets and where they are kept, hashes of tokens. */
export const Settings = z.strictObject({
  version: z.literal(SETTINGS_VERSION),
  connectors: z.array(Connector),
  rules: z.array(Rule),
  chains: z.array(Chain),
  guard: GuardSettings,
  /** Whether an item of a server that was never seen is pinned as it is, or a person is asked first. */
  newItems: z.enum(['pin', 'ask']),
  /** Null: calls are made. */
  lockdown: Lockdown.nullable(),
  policyBefore: PolicyBefore.nullable(),
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

const NO_DECISIONS = {
  chains: [],
  guard: { all: {}, connectors: {} },
  newItems: 'pin',
  lockdown: null,
  policyBefore: null,
} as const satisfies Partial<Settings>;

export const EMPTY_SETTINGS: Settings = {
  version: SETTINGS_VERSION,
  connectors: [],
  rules: [],
  ...NO_DECISIONS,
  secrets: [],
  hub: EMPTY_HUB,
  ...NO_TENANT,
};

/** Before conditions, chains, the guard's settings and the stop of everything. */
const SettingsV3 = Settings.omit({
  chains: true,
  guard: true,
  newItems: true,
  lockdown: true,
  policyBefore: true,
}).extend({
  version: z.literal(3),
});
/** Before tenants and delivery. */
const SettingsV2 = SettingsV3.omit({ tenants: true, defaultTenant: true, auditEndpoint: true }).extend({
  version: z.literal(2),
});
/** Before the hub. */
const SettingsV1 = SettingsV2.omit({ hub: true }).extend({ version: z.literal(1) });

export type Stored =
  /** `document` is what lay in the file, in the shape of its own version; `settings` is the same in today's. */
  { readonly document: Readonly<Record<string, unknown>>; readonly settings: Settings } | undefined;

/** Reads the settings of this version or an older one; undefined for what fits none. */
export function readStored(value: Readonly<Record<string, unknown>>): Stored {
  const older = readOlder(value);
  if (older !== undefined) return older;
  const { success, data } = Settings.safeParse(value);
  return success ? { document: data, settings: data } : undefined;
}

/** A file of an earlier version, in the shape that it has, with what came later as it is where nobody chose. */
function readOlder(value: Readonly<Record<string, unknown>>): Stored {
  switch (value['version']) {
    case 1: {
      const { data } = SettingsV1.safeParse(value);
      return data && { document: data, settings: { ...EMPTY_SETTINGS, ...data, version: SETTINGS_VERSION } };
    }
    case 2: {
      const { data } = SettingsV2.safeParse(value);
      return data && { document: data, settings: { ...EMPTY_SETTINGS, ...data, version: SETTINGS_VERSION } };
    }
    case 3: {
      const { data } = SettingsV3.safeParse(value);
      return data && { document: data, settings: { ...EMPTY_SETTINGS, ...data, version: SETTINGS_VERSION } };
    }
    default:
      return undefined;
  }
}
