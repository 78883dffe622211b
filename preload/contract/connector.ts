import { z } from 'zod';
import { DefaultMode } from './policy.ts';

export const ConnectorName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'a connector name is 1 to 63 of a-z, 0-9, "-" and "_", and starts with a letter or digit',
  );

export const EnvName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'an environment variable name is letters, digits and "_"');

export const SecretName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'a secret name is 1 to 128 letters, digits, ".", "-" and "_"');

/** `keychain:<name>`: names a secret, is not one. */
export const SecretReference = z
  .string()
  .regex(/^keychain:[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'a secret reference is keychain:<name>');

const text = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    // eslint-disable-next-line no-control-regex
    .regex(/^[^\u0000]*$/, 'must not hold a NUL character');

/** Name of an HTTP header that a definition may set; what the transport itself sends is refused. */
export const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'a header name is letters, digits and "-"')
  .refine(
    (name) =>
      !/^(host|content-.*|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|accept.*|origin|cookie|mcp-.*|last-event-id|proxy-.*|sec-.*|x-runlayer-.*)$/i.test(
        name,
      ),
    'this header belongs to the transport and cannot be set',
  );

/** Printable ASCII: what every HTTP program reads in the same way. */
const headerValue = z
  .string()
  .max(8192)
  .regex(/^[\x20-\x7e]*$/, 'a header value is printable ASCII');

/** A header whose value is a secret, with what stands before it: `Bearer keychain:github`. No ":" before the reference. */
export const HeaderSecret = z
  .string()
  .regex(
    /^[\x21-\x39\x3b-\x7e]{0,64} ?keychain:[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
    'a secret header is keychain:<name>, or a scheme before it: Bearer keychain:<name>',
  );

/** True for `127.0.0.0/8`, `::1` and `localhost`, as a URL's host. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Fits an address, and what it is written out as. */
const MAX_URL = 2048;

function isServerUrl(value: string): boolean {
  if (!URL.canParse(value) || /[\s\\#]/.test(value)) return false;
  const { protocol, username, password, href } = new URL(value);
  return (
    (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' && href.length <= MAX_URL
  );
}

/**
 * Address of an MCP server: http or https, no user name, no fragment. Given back in the one form that is contacted (host
 * in ASCII, path resolved), so that what a person reads and agrees to is where requests go.
 */
export const ServerUrl = z
  .string()
  .max(MAX_URL)
  .refine(isServerUrl, 'an address is https://… (or http://… on this machine), without a user name and without "#"')
  .transform((value) => new URL(value).href);

export const HttpTransport = z.enum(['streamable-http', 'sse']);
export type HttpTransport = z.infer<typeof HttpTransport>;

function isSafeForSecrets(url: string): boolean {
  // What is no address is told by the address's own check.
  if (!URL.canParse(url)) return true;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isLoopbackHost(hostname);
}

/** A client id that a person got from whoever runs the authorization server. The id is no secret and is shown. */
export const OAuthClient = z.strictObject({
  id: z.string().regex(/^[\x21-\x7e]{1,512}$/, 'a client id is 1 to 512 printable characters of ASCII, without spaces'),
  secret: SecretReference.optional(),
});
export type OAuthClient = z.infer<typeof OAuthClient>;

/** A server that is reached over HTTP. Everything here is covered by the consent hash. */
export const HttpDefinition = z
  .strictObject({
    url: ServerUrl,
    transport: HttpTransport,
    headers: z.record(HeaderName, headerValue),
    /** Headers whose values are in the keychain. */
    secrets: z.record(HeaderName, HeaderSecret),
    /** The server asks for OAuth; its tokens are in the keychain. */
    oauth: z.boolean(),
    /** For an authorization server that does not register programs by itself. */
    oauthClient: OAuthClient.optional(),
  })
  .refine(
    ({ oauth, oauthClient }) => oauth || oauthClient === undefined,
    'a client id belongs to a server that somebody signs in to with OAuth',
  )
  .refine(
    ({ url, secrets, oauth }) => isSafeForSecrets(url) || (Object.keys(secrets).length === 0 && !oauth),
    'a secret is sent over https only, or to this machine',
  )
  .refine(({ headers, secrets }) => {
    const names = [...Object.keys(headers), ...Object.keys(secrets)].map((name) => name.toLowerCase());
    return new Set(names).size === names.length;
  }, 'a header is given once, in whatever case');
export type HttpDefinition = z.infer<typeof HttpDefinition>;

/** A program that is run. Everything here is covered by the consent hash. */
export const ProgramDefinition = z.strictObject({
  command: text(4096).min(1),
  args: z.array(text(32_768)).max(256),
  env: z.record(EnvName, text(32_768)),
  secrets: z.record(EnvName, SecretReference),
  /** Working directory of the child; without one, the client's own. */
  cwd: text(4096).optional(),
});
export type ProgramDefinition = z.infer<typeof ProgramDefinition>;

export const ConnectorDefinition = z.union([ProgramDefinition, HttpDefinition]);
export type ConnectorDefinition = z.infer<typeof ConnectorDefinition>;

export function isHttpDefinition(definition: ConnectorDefinition): definition is HttpDefinition {
  return 'url' in definition;
}

/** Name of the secret that a reference means, in `keychain:<name>` and in `Bearer keychain:<name>` alike. */
export function secretNameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('keychain:') + 'keychain:'.length);
}

/** Every reference to a secret in a definition, wherever it stands. */
export function secretReferencesOf(definition: ConnectorDefinition): string[] {
  const references = Object.values(definition.secrets);
  const ofClient = isHttpDefinition(definition) ? definition.oauthClient?.secret : undefined;
  return ofClient === undefined ? references : [...references, ofClient];
}

/** What is sent before the secret's value: `Bearer ` of `Bearer keychain:<name>`, nothing of `keychain:<name>`. */
export function secretPrefixOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf('keychain:'));
}

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

export const Consent = z.union([ProgramConsent, HttpConsent]);
export type Consent = z.infer<typeof Consent>;

export const Connector = z.strictObject({
  name: ConnectorName,
  definition: ConnectorDefinition,
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
  ]),
  /** The argument, or part of the address, escaped for display, that shows it. */
  evidence: z.string(),
  text: z.string(),
});
export type Risk = z.infer<typeof Risk>;

/** What would be run or reached, in full. Every text is escaped for display. */
export const ConsentTarget = z.discriminatedUnion('kind', [
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

export const ConnectorState = z.enum(['ready', 'disabled', 'needs_consent', 'paused']);
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
