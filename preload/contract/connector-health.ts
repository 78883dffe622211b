import { z } from 'zod';
import { ConnectorName, ConnectorState } from './connector.ts';

/** A server that was started or reached once, to see that it answers. In memory: since the companion started. */
export const ConnectorCheck = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('running'), at: z.iso.datetime() }),
  /** `tools`: how many a client would see. */
  z.strictObject({
    state: z.literal('passed'),
    at: z.iso.datetime(),
    durationMs: z.number().int(),
    tools: z.number().int(),
  }),
  z.strictObject({
    state: z.literal('failed'),
    at: z.iso.datetime(),
    durationMs: z.number().int(),
    code: z.string(),
    message: z.string(),
    next: z.string(),
  }),
]);
export type ConnectorCheck = z.infer<typeof ConnectorCheck>;

/** How a connector does, as far as this companion saw since it started. Nothing is started to answer this. */
export const ConnectorHealth = z.strictObject({
  name: ConnectorName,
  state: ConnectorState,
  sessions: z.number().int(),
  /** How often a server of it was started or reached. */
  starts: z.number().int(),
  lastStartAt: z.iso.datetime().nullable(),
  /** Servers that ended by themselves and not cleanly. */
  crashes: z.number().int(),
  /** Until the next start is tried, after crashes; 0: at once. */
  retryInMs: z.number(),
  /** Why a start was refused, or a server ended; without secrets. */
  lastError: z.strictObject({ at: z.iso.datetime(), text: z.string() }).nullable(),
  check: ConnectorCheck.nullable(),
  signIn: z.enum(['not_needed', 'signed_in', 'signed_out']),
});
export type ConnectorHealth = z.infer<typeof ConnectorHealth>;
