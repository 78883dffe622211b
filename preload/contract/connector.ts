import { z } from 'zod';
import {
  ConnectorName,
  HeaderSecret,
  HttpTransport,
  OAuthClient,
  SecretReference,
  StoredDefinition,
} from './definition.ts';
import { DefaultMode } from './policy.ts';
import { TenantHost, TenantServerId } from './tenant.ts';

export * from './definition.ts';

/** A person's yes to one exact definition and the file that its command resolved to. */
export const ProgramConsent = z.strictObject({
  /** SHA-256, hex, over the definition and the resolved command (main/connectors/definition-hash.ts). */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Absolute path that is executed, as found on PATH when consent was given. */
  path: z.string(),
  /** The same with symbolic links resolved; it must still be so at each start. */
  realPath: z.string(),
  /** SHA-256 of the file, where this user could replace it; it must still be so at each start. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  at: z.iso.datetime(),
});
export type ProgramConsent = z.infer<typeof ProgramConsent>;

/** A person's yes to one exact address with its headers. */
export const HttpConsent = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), at: z.iso.datetime() });

/** A person's yes to exactly what a tenant said that its connector runs or reaches. */
export const TenantConsent = z.strictObject({
  /** Over the tenant, the connector's id and the definition it gave (main/connectors/tenant/). */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime(),
  /** The file that its command meant; nothing where it is an address. */
  program: ProgramConsent.pick({ path: true, realPath: true, sha256: true }).nullable(),
  /** `managed`: nobody was asked, the settings of this machine's administrator vouch for the tenant. */
  by: z.enum(['person', 'managed']),
});
export type TenantConsent = z.infer<typeof TenantConsent>;

export const Consent = z.union([ProgramConsent, HttpConsent, TenantConsent]);
export type Consent = z.infer<typeof Consent>;

export const Connector = z.strictObject({
  name: ConnectorName,
  definition: StoredDefinition,
  default: DefaultMode,
  enabled: z.boolean(),
  consent: Consent.optional(),
  createdAt: z.iso.datetime(),
});
export type Connector = z.infer<typeof Connector>;

/** Something about a definition that a person should weigh before saying yes. */
export const Risk = z.strictObject({
  code: z.enum([
    'elevated',
    'inline_code',
    'shell',
    'unpinned_package',
    'remote_source',
    'container_mount',
    'container_privileged',
    'relative_path',
    'secret_literal',
    'writable_by_others',
    'plain_http',
    'foreign_letters',
    'typed_secret',
  ]),
  /** The argument, or part of the address, escaped for display, that shows it. */
  evidence: z.string(),
  text: z.string(),
});
export type Risk = z.infer<typeof Risk>;

/** What would be run or reached, in full. Every text is escaped for display. */
export const OwnTarget = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('program'),
    /** One element each, quoted so that no two different ones look alike. */
    argv: z.array(z.string()),
    path: z.string(),
    realPath: z.string(),
    /** `NAME=value`: a value can aim a server elsewhere, and it is no secret. */
    env: z.array(z.string()),
    secrets: z.array(z.strictObject({ env: z.string(), reference: z.string(), stored: z.boolean() })),
    cwd: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('http'),
    url: z.string(),
    transport: HttpTransport,
    /** `Name: value`. */
    headers: z.array(z.string()),
    /** `prefix` is sent before the value. */
    secrets: z.array(
      z.strictObject({ header: z.string(), prefix: z.string(), reference: z.string(), stored: z.boolean() }),
    ),
    oauth: z.boolean(),
    /** `reference`: of the secret that belongs to the id. */
    oauthClient: z
      .strictObject({
        id: z.string(),
        secret: z.strictObject({ reference: z.string(), stored: z.boolean() }).optional(),
      })
      .optional(),
  }),
]);
export type OwnTarget = z.infer<typeof OwnTarget>;

export const ConsentTarget = z.union([
  OwnTarget,
  z.strictObject({
    kind: z.literal('tenant'),
    host: TenantHost,
    server: TenantServerId,
    title: z.string(),
    version: z.number().int(),
    /** Values of variables that look like secrets are shown as `***`: the tenant gives them, and they are kept nowhere. */
    runs: OwnTarget,
    /** The desktop application whose own endpoint this is, and how the program that listens is recognised; null for all others. */
    application: z.string().nullable(),
  }),
]);
export type ConsentTarget = z.infer<typeof ConsentTarget>;

/** What a person is shown before the first start and after each change. `hash` is what a yes is bound to. */
export const ConsentRequest = z.strictObject({
  connector: ConnectorName,
  hash: z.string(),
  target: ConsentTarget,
  risks: z.array(Risk),
  default: DefaultMode,
});
export type ConsentRequest = z.infer<typeof ConsentRequest>;

/** `signed_out`: its tenant decides about it, and nobody is signed in there. */
export const ConnectorState = z.enum(['ready', 'disabled', 'needs_consent', 'signed_out', 'paused']);
export type ConnectorState = z.infer<typeof ConnectorState>;

/** What a connector runs or reaches, as it is shown: without values of environment variables and headers. */
export const ConnectorTarget = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('program'),
    argv: z.array(z.string()),
    envNames: z.array(z.string()),
    secrets: z.record(z.string(), SecretReference),
    cwd: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('http'),
    url: z.string(),
    transport: HttpTransport,
    headerNames: z.array(z.string()),
    secrets: z.record(z.string(), HeaderSecret),
    oauth: z.boolean(),
    oauthClient: OAuthClient.optional(),
  }),
  z.strictObject({ kind: z.literal('tenant'), host: TenantHost, server: TenantServerId, title: z.string() }),
]);
export type ConnectorTarget = z.infer<typeof ConnectorTarget>;

export const ConnectorView = z.strictObject({
  name: ConnectorName,
  target: ConnectorTarget,
  default: DefaultMode,
  enabled: z.boolean(),
  state: ConnectorState,
  /** Why it is not ready, and what to do; absent when ready. */
  next: z.string().optional(),
  sessions: z.number().int(),
  createdAt: z.string(),
});
export type ConnectorView = z.infer<typeof ConnectorView>;
