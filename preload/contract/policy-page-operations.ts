import { z } from 'zod';
import { ConnectorName } from './connector.ts';
import { everyone, none, operation, people, type OperationShape } from './operation.ts';
import {
  ChangePreview,
  CheckedRule,
  DecidedCounts,
  GuardView,
  ImportPreview,
  PolicyChange,
  PolicyView,
  RuleDraft,
} from './policy-page.ts';
import { DefaultMode, Effect, NewRule, Rule } from './policy.ts';

/** Longer is not looked at; a rule that can be kept is far shorter. */
const MAX_TYPED = 256 * 1024;
const MAX_FILE = 5_000_000;

/** What a person needs to see, write and change rules on a page. Only the last two change anything. */
export const policyPageOperations = {
  'policy.view': operation(none, PolicyView, everyone),
  /** Of the last seven days. */
  'policy.decided': operation(none, DecidedCounts, everyone),
  /** Connectors and what they were seen to offer, for whoever writes a rule. */
  'policy.names': operation(
    none,
    z.strictObject({
      connectors: z.array(
        z.strictObject({ name: z.string(), tools: z.array(z.string()), prompts: z.array(z.string()) }),
      ),
    }),
    everyone,
  ),
  /** Never refuses a text: what is wrong with it is the answer. `replaces`: the rule that is being edited. */
  'policy.validate': operation(
    z.strictObject({
      kind: z.enum(['rule', 'chain']),
      text: z.string().max(MAX_TYPED),
      replaces: z.string().max(64).optional(),
    }),
    CheckedRule,
    everyone,
  ),
  /** `id`: of a call in the journal. */
  'policy.fromCall': operation(z.strictObject({ id: z.string().max(128), effect: Effect }), RuleDraft, everyone),
  /** `id`: of a call that waits for an answer. */
  'policy.fromApproval': operation(z.strictObject({ id: z.string().max(128), effect: Effect }), RuleDraft, everyone),
  /** `calls`: how many of the newest calls are looked at. */
  'policy.preview': operation(
    z.strictObject({ change: PolicyChange, calls: z.number().int().min(1).max(1000) }),
    ChangePreview,
    everyone,
  ),
  'policy.previewImport': operation(
    z.strictObject({ text: z.string().max(MAX_FILE), replace: z.boolean() }),
    ImportPreview,
    everyone,
  ),
  /** Keeps the id. `was`: the rule as it was shown; refused where it is another one by now. */
  'policy.update': operation(z.strictObject({ id: z.string(), was: NewRule, rule: NewRule }), Rule, people, 'depends'),
  /** What the connector does with a tool that no rule names. */
  'policy.setDefault': operation(
    z.strictObject({ connector: ConnectorName, default: DefaultMode }),
    none,
    people,
    'depends',
  ),
  'guard.view': operation(none, GuardView, everyone),
} as const satisfies Record<string, OperationShape>;
