import { z } from 'zod';

/** A call that waits for a person. */
export const ApprovalView = z.strictObject({
  id: z.string(),
  connector: z.string(),
  tool: z.string(),
  client: z.string(),
  /** Whole arguments as JSON text with invisible characters escaped; live secret values are redacted. */
  arguments: z.string(),
  reason: z.string(),
  ruleId: z.string().optional(),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type ApprovalView = z.infer<typeof ApprovalView>;
