import { z } from 'zod';
import { PROTOCOL_VERSION } from './wire/frames.ts';

/**
 * The thin client's opening message. Everything in it is the caller's claim: what proves the caller is the owner-only
 * folder that the socket lies in.
 */
export const Hello = z.strictObject({
  v: z.literal(PROTOCOL_VERSION),
  kind: z.enum(['run', 'hook', 'command', 'operation']),
  argv: z.array(z.string()).max(1024),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  tty: z.boolean(),
  cols: z.number().int().min(0).max(10_000),
  pid: z.number().int().positive(),
});
export type Hello = z.infer<typeof Hello>;
