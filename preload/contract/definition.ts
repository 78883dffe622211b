import { z } from 'zod';
import { isLoopbackHost } from './loopback-host.ts';
import { TenantHost, TenantServerId } from './tenant.ts';

export { isLoopbackHost };

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

/** Over https, or to this machine. */
export function isSafeForSecrets(url: string): boolean {
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

/** What a person writes down themselves. */
export const ConnectorDefinition = z.union([ProgramDefinition, HttpDefinition]);
export type ConnectorDefinition = z.infer<typeof ConnectorDefinition>;

/** A connector of a tenant: what it runs or reaches is asked of the tenant at each start, and stored nowhere but as a hash. */
export const TenantDefinition = z.strictObject({
  tenant: TenantHost,
  server: TenantServerId,
  /** The tenant's own name of it when it was accepted; for people. */
  title: z.string().max(256),
});
export type TenantDefinition = z.infer<typeof TenantDefinition>;

/** A definition as it is stored. */
export const StoredDefinition = z.union([ProgramDefinition, HttpDefinition, TenantDefinition]);
export type StoredDefinition = z.infer<typeof StoredDefinition>;

export function isHttpDefinition(definition: StoredDefinition): definition is HttpDefinition {
  return 'url' in definition;
}

export function isTenantDefinition(definition: StoredDefinition): definition is TenantDefinition {
  return 'tenant' in definition;
}

/** Name of the secret that a reference means, in `keychain:<name>` and in `Bearer keychain:<name>` alike. */
export function secretNameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('keychain:') + 'keychain:'.length);
}

/** Every reference to a secret in a definition, wherever it stands. */
export function secretReferencesOf(definition: StoredDefinition): string[] {
  if (isTenantDefinition(definition)) return [];
  const references = Object.values(definition.secrets);
  const ofClient = isHttpDefinition(definition) ? definition.oauthClient?.secret : undefined;
  return ofClient === undefined ? references : [...references, ofClient];
}

/** What is sent before the secret's value: `Bearer ` of `Bearer keychain:<name>`, nothing of `keychain:<name>`. */
export function secretPrefixOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf('keychain:'));
}
