import { z } from 'zod';
import { HostKind } from './status.ts';

/** What runs here, and where it keeps things. Nothing in it is secret; paths hold the name of the person's home. */
export const AboutView = z.strictObject({
  version: z.string(),
  kind: HostKind,
  startedAt: z.string(),
  /** `linux x64`, as Node names it, and the release of the system. */
  platform: z.string(),
  /** Parts that it is made of: Node, Electron and Chromium where they are, SQLite. */
  versions: z.array(z.strictObject({ name: z.string(), version: z.string() })),
  home: z.string(),
  paths: z.array(z.strictObject({ what: z.string(), path: z.string() })),
  /** Of the journal that this companion writes. */
  chainId: z.string(),
});
export type AboutView = z.infer<typeof AboutView>;

/** One package that is shipped. */
export const LicencedPackage = z.strictObject({ name: z.string(), version: z.string(), licence: z.string() });
export type LicencedPackage = z.infer<typeof LicencedPackage>;

/** What decides besides rules, and who set it. */
export const SettingsView = z.strictObject({
  newItems: z.enum(['pin', 'ask']),
  lockdown: z.strictObject({ since: z.string(), by: z.string() }).nullable(),
  /** The journal is kept at least this long, unless it grows larger than `bytes`. */
  retention: z.strictObject({ days: z.number().int(), bytes: z.number().int() }),
  defaultTenant: z.string().nullable(),
  /** What the administrator of this machine, or the environment that the companion was started with, decided. */
  managed: z.strictObject({
    /** Null: this platform has no such file. */
    path: z.string().nullable(),
    /** `refused`: it is there and opens nothing, because it cannot be trusted or read. */
    file: z.enum(['none', 'used', 'refused']),
    problem: z.string(),
    enforcementFailureMode: z.enum(['closed', 'open']),
    allowInsecureTransport: z.boolean(),
    vouchedHosts: z.array(z.string()),
    defaultHost: z.string().nullable(),
  }),
});
export type SettingsView = z.infer<typeof SettingsView>;
