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

/** What is run. Everything here is covered by the consent hash. */
export const ConnectorDefinition = z.strictObject({
  command: text(4096).min(1),
  args: z.array(text(32_768)).max(256),
  env: z.record(EnvName, text(32_768)),
  secrets: z.record(EnvName, SecretReference),
  /** Working directory of the child; without one, the client's own. */
  cwd: text(4096).optional(),
});
export type ConnectorDefinition = z.infer<typeof ConnectorDefinition>;

/** A person's yes to one exact definition and the file that its command resolved to. */
export const Consent = z.strictObject({
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
  ]),
  /** The argument, escaped for display, that shows it. */
  evidence: z.string(),
  text: z.string(),
});
export type Risk = z.infer<typeof Risk>;

/** What a person is shown before the first start and after each change. `hash` is what a yes is bound to. */
export const ConsentRequest = z.strictObject({
  connector: ConnectorName,
  hash: z.string(),
  /** argv, one element each, with control and invisible characters escaped. */
  argv: z.array(z.string()),
  path: z.string(),
  realPath: z.string(),
  /** `NAME=value`, escaped: a value can aim a server elsewhere, and it is no secret. */
  env: z.array(z.string()),
  secrets: z.array(z.strictObject({ env: z.string(), reference: z.string(), stored: z.boolean() })),
  cwd: z.string().optional(),
  risks: z.array(Risk),
  default: DefaultMode,
});
export type ConsentRequest = z.infer<typeof ConsentRequest>;

export const ConnectorState = z.enum(['ready', 'disabled', 'needs_consent', 'paused']);
export type ConnectorState = z.infer<typeof ConnectorState>;

/** A connector as it is shown: values of environment variables and secrets are not part of it. */
export const ConnectorView = z.strictObject({
  name: ConnectorName,
  argv: z.array(z.string()),
  envNames: z.array(z.string()),
  secrets: z.record(z.string(), SecretReference),
  cwd: z.string().optional(),
  default: DefaultMode,
  enabled: z.boolean(),
  state: ConnectorState,
  /** Why it is not ready, and what to do; absent when ready. */
  next: z.string().optional(),
  sessions: z.number().int(),
  createdAt: z.string(),
});
export type ConnectorView = z.infer<typeof ConnectorView>;
