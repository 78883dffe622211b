import { z } from 'zod';
import { DeliveryState } from './delivery.ts';
import { KeychainState } from './secret.ts';
import { TenantView } from './tenant.ts';

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
    audit: z.strictObject({
      state: z.enum(['ok', 'unavailable']),
      detail: z.string(),
      seq: z.number().int(),
      /** Whether it is signed: with which key, or why not. Absent where an older companion answers. */
      signing: z.strictObject({ signed: z.boolean(), detail: z.string() }).optional(),
    }),
    delivery: DeliveryState,
    tenants: z.array(TenantView),
    /** What happens to a call while its tenant cannot be asked; `open` only by managed settings or the companion's environment. */
    enforcement: z.enum(['closed', 'open']),
    /** Connectors of tenants that a client wanted and that nobody has agreed to yet. */
    waitingConsents: z.array(z.strictObject({ host: z.string(), server: z.string(), title: z.string() })),
    /** Approvals that wait at tenants, as they were last asked. */
    waitingTenantApprovals: z.number().int().optional(),
    /** Nothing is let through until a person ends it; null: calls are made. */
    lockdown: z.strictObject({ since: z.string(), by: z.string() }).nullable(),
    /** Items of servers that are held back because they are not what was agreed to. */
    drifted: z.number().int(),
    /** Each: what is wrong and what to do. Empty when all is well. */
    warnings: z.array(z.string()),
  }),
});
export type Status = z.infer<typeof Status>;
