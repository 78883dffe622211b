import { z } from 'zod';
import { ConnectorName, EnvName, HeaderName, HeaderSecret, ServerUrl } from './connector.ts';
import { DefaultMode, Glob } from './policy.ts';

/**
 * The hub: one local endpoint, an opaque token per binding. A config says what may be used (a connector or an address, and
 * which of its tools); a binding joins a config with secrets and has the token.
 */
export const HubConfigName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'a config name is 1 to 63 of a-z, 0-9, "-" and "_", and starts with a letter or digit',
  );

export const HubTarget = z.union([
  z.strictObject({ connector: ConnectorName }),
  /** Reached over Streamable HTTP; consent to the address is given with the config. */
  z.strictObject({ endpoint: ServerUrl, default: DefaultMode }),
]);
export type HubTarget = z.infer<typeof HubTarget>;

/** Matched against the tool's name and against `<service>.<tool>`; service is the config's name up to its first `-`. */
export const AllowedTools = z.array(Glob).min(1).max(256);

export const HubDescription = z.string().max(1024);

export const HubConfig = z.strictObject({
  name: HubConfigName,
  target: HubTarget,
  allowedTools: AllowedTools,
  description: HubDescription,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type HubConfig = z.infer<typeof HubConfig>;

export const BindingId = z.string().regex(/^b[0-9a-f]{8}$/, 'a binding is named by its id, such as b1f3a5c7e');

/** Environment variables of a program, headers of an HTTP server. */
export const BindingSecrets = z
  .record(z.union([EnvName, HeaderName]), HeaderSecret)
  .refine((secrets) => Object.keys(secrets).length <= 64, 'a binding takes at most 64 secrets');
export type BindingSecrets = z.infer<typeof BindingSecrets>;

export const ClientLabel = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'a client is named like claude_code');

export const HubBinding = z.strictObject({
  id: BindingId,
  /** Null: the aggregate of all connectors. */
  config: HubConfigName.nullable(),
  secrets: BindingSecrets,
  /**
   * What its secrets may go to: the hash that was agreed to of the connector, or of the address, when the token was bound or
   * its config was aimed elsewhere. Absent without secrets; with secrets, nothing else may have them.
   */
  consentHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Which client it was made for; shown, recorded, and never a reason to allow. */
  client: ClientLabel.optional(),
  /** Shell variable that holds its token by convention; its own, and the same for as long as the binding lives. */
  variable: z.string().regex(/^RL_TOKEN_[A-Z0-9_]{1,160}$/),
  /** SHA-256 of the token, hex. The token itself is nowhere. */
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  rotatedAt: z.iso.datetime().optional(),
});
export type HubBinding = z.infer<typeof HubBinding>;

/** A binding as it is shown. */
export const HubBindingView = HubBinding.omit({ tokenHash: true, consentHash: true }).extend({
  sessions: z.number().int(),
  lastUsedAt: z.string().optional(),
  /** Why its token would be refused now, and what to do; empty while it would not. */
  problem: z.string(),
});
export type HubBindingView = z.infer<typeof HubBindingView>;

/** A token as it is handed out: once, to the person who asked for it. */
export const HubToken = z.strictObject({ binding: HubBindingView, token: z.string() });
export type HubToken = z.infer<typeof HubToken>;

const ListenerId = z.string().regex(/^l[0-9a-f]{8}$/, 'a listener is named by its id, such as l1f3a5c7e');
/** What a client may send as Host: a name or address, with its port where there is one. */
const hosts = z
  .array(
    z
      .string()
      .max(255)
      .regex(
        /^(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/,
        'a host is a name or address, with ":port" or not',
      ),
  )
  .min(1)
  .max(16);

const SocketListener = z.strictObject({
  id: ListenerId,
  kind: z.literal('socket'),
  /** Absolute path of a Unix socket in a folder that only this user can enter or that is mounted into a sandbox. */
  path: z
    .string()
    .max(100)
    // eslint-disable-next-line no-control-regex
    .regex(/^\/[^\u0000-\u001f\u007f]+$/, 'a socket is named by its absolute path'),
  hosts,
});
const AddressListener = z.strictObject({
  id: ListenerId,
  kind: z.literal('address'),
  /** An address of this machine, such as that of a container bridge; never 0.0.0.0 or ::. */
  address: z.union([z.ipv4(), z.ipv6()]),
  port: z.number().int().min(1024).max(65_535),
  hosts,
  /** A person agreed that other machines reach it. */
  lan: z.literal(true).optional(),
});

/** Besides loopback, for sandboxes and containers of this machine. Hub tokens only, off by default. */
export const HubListener = z.discriminatedUnion('kind', [SocketListener, AddressListener]);
export type HubListener = z.infer<typeof HubListener>;

/** A listener that is to be opened. */
export const NewHubListener = z.discriminatedUnion('kind', [
  SocketListener.omit({ id: true }),
  AddressListener.omit({ id: true }),
]);
export type NewHubListener = z.infer<typeof NewHubListener>;

export const HubListenerId = ListenerId;

/** What a client sends as `Origin`, in its one spelling. Pages have no way in all the same: there are no CORS answers. */
export const HubOrigin = z
  .string()
  .max(255)
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text,
    'an origin is written like http://localhost:6274: scheme, host and port, and nothing behind it',
  );

export const HubEndpoint = z.strictObject({
  /** `http://127.0.0.1:<port>/mcp`; the same for every binding. Null before the first binding. */
  url: z.string().nullable(),
  state: z.enum(['off', 'listening', 'failed']),
  /** What is wrong and what to do, with a hub that listens too; empty while all is well. */
  problem: z.string(),
  /** A command started the companion: it leaves when nobody uses it, and no client can start it over HTTP. */
  onDemand: z.boolean(),
  /** What clients may send as their Origin. */
  origins: z.array(HubOrigin),
  listeners: z.array(
    z.strictObject({ listener: HubListener, state: z.enum(['listening', 'failed']), problem: z.string() }),
  ),
});
export type HubEndpoint = z.infer<typeof HubEndpoint>;

/** Part of the settings. */
export const HubSettings = z.strictObject({
  /** Chosen once and kept. */
  port: z.number().int().min(1024).max(65_535).nullable(),
  configs: z.array(HubConfig),
  bindings: z.array(HubBinding),
  listeners: z.array(HubListener),
  /** Empty unless a person listed one: a request that names any other origin is refused. */
  origins: z.array(HubOrigin).max(64),
});
export type HubSettings = z.infer<typeof HubSettings>;
