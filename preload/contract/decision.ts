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
  'audit_unavailable',
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
});
export type Decision = z.infer<typeof Decision>;
