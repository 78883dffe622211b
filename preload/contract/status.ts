import { z } from 'zod';
import { KeychainState } from './secret.ts';

export const HostKind = z.enum(['app', 'headless']);
export type HostKind = z.infer<typeof HostKind>;

/** `runlayer status --json`. */
export const Status = z.strictObject({
  companion: z.strictObject({
    running: z.literal(true),
    version: z.string(),
    kind: HostKind,
    pid: z.number().int(),
    startedAt: z.string(),
    home: z.string(),
    draining: z.boolean(),
    sessions: z.number().int(),
    connectors: z.number().int(),
    waitingApprovals: z.number().int(),
    keychain: KeychainState,
    audit: z.strictObject({ state: z.enum(['ok', 'unavailable']), detail: z.string(), seq: z.number().int() }),
    /** Each: what is wrong and what to do. Empty when all is well. */
    warnings: z.array(z.string()),
  }),
});
export type Status = z.infer<typeof Status>;
