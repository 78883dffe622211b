import { z } from 'zod';
import { SecretName } from './connector.ts';

export const SecretBackend = z.enum(['keytar', 'secret-service', 'vault']);
export type SecretBackend = z.infer<typeof SecretBackend>;

/** What is known about a stored secret; never its value. */
export const SecretEntry = z.strictObject({
  name: SecretName,
  backend: SecretBackend,
  /** False for a value that is too short or too plain to be found again in text: it cannot be redacted. */
  redactable: z.boolean(),
  updatedAt: z.iso.datetime(),
  /** The value came through the interface, where a page could have chosen it; absent for one that was typed at a terminal. */
  typedIn: z.literal('interface').optional(),
});
export type SecretEntry = z.infer<typeof SecretEntry>;

/** One place that a secret goes to. */
export const SecretUse = z.strictObject({
  by: z.enum(['connector', 'binding', 'audit_endpoint', 'companion']),
  /** Of the connector, or the id of the binding; empty for the others. */
  name: z.string(),
  /** Environment variable or header that carries it there, in words where it is neither; empty for the companion's own. */
  as: z.string(),
});
export type SecretUse = z.infer<typeof SecretUse>;

/** `usedBy`: the same as `uses`, in words. */
export const SecretView = SecretEntry.extend({ usedBy: z.array(z.string()), uses: z.array(SecretUse) });
export type SecretView = z.infer<typeof SecretView>;

export const KeychainState = z.strictObject({
  backend: SecretBackend.nullable(),
  state: z.enum(['ready', 'locked', 'absent', 'unknown']),
  detail: z.string(),
});
export type KeychainState = z.infer<typeof KeychainState>;
