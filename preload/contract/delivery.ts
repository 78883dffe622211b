import { z } from 'zod';
import { HeaderSecret, ServerUrl, isSafeForSecrets } from './connector.ts';

/** Where the audit journal is delivered to: an address that takes batches of CloudEvents. */
export const AuditEndpoint = z
  .strictObject({
    url: ServerUrl,
    /** Sent as `Authorization`: `Bearer keychain:<name>`. */
    authorization: HeaderSecret.optional(),
  })
  .refine(({ url }) => isSafeForSecrets(url), 'the audit journal is sent over https only, or to this machine');
export type AuditEndpoint = z.infer<typeof AuditEndpoint>;

/** How far delivery is. Figures count records that a configured endpoint has not taken yet. */
export const DeliveryState = z.strictObject({
  /** `waiting`: the endpoint is away or refuses, tried again by itself; `stopped`: a person has to do something. */
  state: z.enum(['off', 'delivering', 'waiting', 'stopped']),
  /** Without secrets and without a query; null while off. */
  endpoint: z.string().nullable(),
  lagEvents: z.number().int(),
  lagBytes: z.number().int(),
  /** RFC 3339; null before the first. */
  lastSuccessAt: z.string().nullable(),
  /** Records that the endpoint refuses whatever is done; kept beside the journal, and the others go on. */
  parked: z.number().int(),
  /** How full: `warn` from 70 % of the bound on, `lean` from 85 % (details are left out), `full` from 95 % (calls are denied). */
  pressure: z.enum(['none', 'warn', 'lean', 'full']),
  /** What is wrong and what to do; empty while all is well. */
  problem: z.string(),
});
export type DeliveryState = z.infer<typeof DeliveryState>;
