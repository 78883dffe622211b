import { z } from 'zod';
import { Condition } from './policy.ts';

/** A call that waits for a person. */
export const ApprovalView = z.strictObject({
  id: z.string(),
  /** SHA-256, hex, of what is shown of the call: a yes in our window names it. */
  hash: z.string(),
  connector: z.string(),
  tool: z.string(),
  client: z.string(),
  /** `answer`: the call was made, and what its server answered is kept until a person says so. */
  about: z.enum(['call', 'answer']),
  /** Whole arguments (or the whole answer) as JSON text with invisible characters escaped; live secret values are redacted. */
  arguments: z.string(),
  reason: z.string(),
  ruleId: z.string().optional(),
  /**
   * What differs from the last call of this tool by this client that was put to a person: lines, each with `-`, `+` or a
   * space before it. Absent where there was none.
   */
  changes: z.array(z.string()).optional(),
  createdAt: z.string(),
  /** After it no answer counts. */
  expiresAt: z.string(),
  /** `waiting`: its client still waits; `pending`: the client was told to call again; `approved`: and has not yet. */
  state: z.enum(['waiting', 'pending', 'approved']),
});
export type ApprovalView = z.infer<typeof ApprovalView>;

/** Nobody is asked about this client's calls for a while: what would be asked is denied. */
export const PauseView = z.strictObject({ client: z.string(), by: z.string(), endsAt: z.string() });
export type PauseView = z.infer<typeof PauseView>;

/** How long a yes counts. `once`: this call alone. */
export const GrantScope = z.enum(['once', 'session', 'hour']);
export type GrantScope = z.infer<typeof GrantScope>;

/** A remembered yes. It answers questions, never a denial; a companion that starts anew has none. */
export const GrantView = z.strictObject({
  id: z.string(),
  client: z.string(),
  connector: z.string(),
  tool: z.string(),
  /** Only calls whose arguments fit. */
  when: Condition.optional(),
  scope: z.enum(['session', 'hour']),
  createdAt: z.string(),
  /** Absent for a session. */
  endsAt: z.string().optional(),
});
export type GrantView = z.infer<typeof GrantView>;
