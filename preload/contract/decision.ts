import { z } from 'zod';
import { Effect } from './policy.ts';

export const DecidedBy = z.enum(['tenant', 'local', 'pin', 'guard', 'approval', 'engine']);
export type DecidedBy = z.infer<typeof DecidedBy>;

/**
 * Stable, machine-readable reason of a decision. It is what the agent sees in `_meta["com.runlayer/decision"].code`, so
 * a value is never renamed.
 */
export const DecisionCode = z.enum([
  'rule_allow',
  'rule_ask',
  'rule_deny',
  'default_allow',
  'default_read_only',
  'default_ask',
  'default_deny',
  'protected_path',
  'unknown_tool',
  'invalid_tool_name',
  'ambiguous_tool_name',
  'oversized_tool',
  'invalid_header_annotation',
  'outside_binding',
  'method_denied',
  'approval_granted',
  'approval_denied',
  'approval_timeout',
  'approval_cancelled',
  'approval_unavailable',
  /** The tenant's policy allows it, and nothing here objects. */
  'tenant_allow',
  'tenant_deny',
  /** The tenant answered in the server's place. */
  'tenant_answered',
  /** The tenant left the tool out of its list. */
  'tenant_hidden',
  'tenant_unavailable',
  'tenant_unauthorized',
  /** The tenant answered with something that cannot be used. */
  'tenant_invalid',
  /** The tenant could not be asked, and managed settings let calls through then. */
  'tenant_outage_open',
  'audit_unavailable',
  /** A deny rule on the arguments holds, or cannot be evaluated for them; the tool stays listed. */
  'argument_deny',
  /** A result before made this call one that is asked about, or denied. */
  'chain_ask',
  'chain_deny',
  /** A person's remembered answer. */
  'grant_allow',
  /** It is not what was agreed to. */
  'pin_changed',
  /** Nobody agreed to it yet, and the settings ask about new items. */
  'pin_new',
  /** What the guard found keeps it back. */
  'guard_block',
  'guard_ask',
  /** The definition of the tool or prompt itself. */
  'guard_hidden',
  /** It could not be scanned whole. */
  'guard_unscannable',
  /** Nobody answered yet; the question stays open, and the same call finds the answer. */
  'approval_pending',
  /** The screen is locked. */
  'approval_locked',
  /** The companion is ending. */
  'approval_quit',
  /** A person stopped everything. */
  'lockdown',
  'engine_error',
]);
export type DecisionCode = z.infer<typeof DecisionCode>;

export const Decision = z.strictObject({
  effect: Effect,
  decidedBy: DecidedBy,
  code: DecisionCode,
  /** One sentence for the person, never for the agent. */
  reason: z.string(),
  /** The rule that decided, where one did. */
  ruleId: z.string().optional(),
  /** The question that stays open; with `approval_pending`. */
  approvalId: z.string().optional(),
});
export type Decision = z.infer<typeof Decision>;
