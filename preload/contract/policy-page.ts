/** What the page about rules is given and gives: rules as sentences, a rule while it is typed, what a change would do. */
import { z } from 'zod';
import { ConnectorName } from './connector.ts';
import { GuardAction, GuardCategory, GuardSettings } from './guard.ts';
import { Chain, DefaultMode, Effect, NewChain, NewRule, Rule, RuleSet } from './policy.ts';

const shown = {
  sentence: z.string(),
  /** JSON of all of it, where the sentence had to leave something out. */
  full: z.string().optional(),
  /** What stands out about it, one sentence each. */
  findings: z.array(z.string()),
};

export const RuleRow = z.strictObject({
  rule: Rule,
  ...shown,
  /** `suggestion`: put in force with the others that were learned from calls. */
  from: z.enum(['person', 'suggestion']),
});
export type RuleRow = z.infer<typeof RuleRow>;

export const ChainRow = z.strictObject({ chain: Chain, ...shown });
export type ChainRow = z.infer<typeof ChainRow>;

export const PolicyView = z.strictObject({
  rules: z.array(RuleRow),
  chains: z.array(ChainRow),
  /** What stands out and is about no single rule. */
  findings: z.array(z.string()),
  /** What each does with a tool that no rule names. */
  connectors: z.array(z.strictObject({ name: z.string(), default: DefaultMode, enabled: z.boolean() })),
  /** What happens to a tool that a server offers for the first time. */
  newItems: z.enum(['pin', 'ask']),
  /** A suggestion is in force that can be taken back. */
  canUndo: z.boolean(),
});
export type PolicyView = z.infer<typeof PolicyView>;

/** How often rules and chains decided, of the calls that were looked at: the newest ones. */
export const DecidedCounts = z.strictObject({
  since: z.string(),
  calls: z.number().int(),
  /** There are older calls in the period that were not looked at. */
  isCut: z.boolean(),
  rules: z.array(z.strictObject({ id: z.string(), times: z.number().int(), last: z.string() })),
});
export type DecidedCounts = z.infer<typeof DecidedCounts>;

/** `path`: members joined by dots as in the text, `when.and.0.at`; "" is all of it. */
export const RuleProblem = z.strictObject({ path: z.string(), text: z.string() });
export type RuleProblem = z.infer<typeof RuleProblem>;

/** A rule or chain as somebody is typing it. */
export const CheckedRule = z.strictObject({
  /** It can be saved. */
  ok: z.boolean(),
  /** What it is, where it fits the shape; one of them. */
  rule: NewRule.optional(),
  chain: NewChain.optional(),
  /** "" where it does not fit. */
  sentence: z.string(),
  full: z.string().optional(),
  problems: z.array(RuleProblem),
  findings: z.array(z.string()),
  /** Saving it needs a person's yes in the approval window. */
  weakens: z.boolean(),
  /** Id of one that says the same already. */
  same: z.string().optional(),
});
export type CheckedRule = z.infer<typeof CheckedRule>;

export const DraftWidth = z.enum(['these_arguments', 'like_these', 'this_client', 'any_arguments', 'whole_connector']);
export type DraftWidth = z.infer<typeof DraftWidth>;

const Outcome = z.enum(['allow', 'ask', 'deny', 'unknown']);

/** Rules that a recorded or waiting call suggests, the narrowest first. */
export const RuleDraft = z.strictObject({
  about: z.strictObject({
    kind: z.enum(['call', 'approval']),
    id: z.string(),
    time: z.string(),
    connector: z.string(),
    /** What it calls itself. */
    client: z.string().optional(),
    subject: z.enum(['tool', 'resource', 'prompt']),
    name: z.string(),
    /** What was decided, where it was. */
    effect: Effect.optional(),
    reason: z.string(),
    /** As JSON text, as far as they were kept; "" where there were none. */
    arguments: z.string(),
  }),
  choices: z.array(
    z.strictObject({
      width: DraftWidth,
      rule: NewRule,
      sentence: z.string(),
      full: z.string().optional(),
      /** What the rules would say of this very call then. */
      outcome: Outcome,
      /** Arguments that may be anything then; JSON Pointers. */
      leavesOpen: z.array(z.string()),
    }),
  ),
  /** A rule in force that has the last word on such calls, whichever of the choices is added. */
  stoppedBy: z.strictObject({ rule: Rule, sentence: z.string() }).optional(),
  /** What a rule cannot do here, and what was not kept; one sentence each. */
  notes: z.array(z.string()),
});
export type RuleDraft = z.infer<typeof RuleDraft>;

/** One change of what decides. */
export const PolicyChange = z.union([
  z.strictObject({ add: NewRule }),
  z.strictObject({ replace: z.strictObject({ id: z.string(), rule: NewRule }) }),
  z.strictObject({ remove: z.string() }),
  z.strictObject({ default: z.strictObject({ connector: ConnectorName, mode: DefaultMode }) }),
  z.strictObject({ import: z.strictObject({ set: RuleSet, replace: z.boolean() }) }),
]);
export type PolicyChange = z.infer<typeof PolicyChange>;

/** What a change would do to the newest calls: those that the rules of now and the changed ones decide otherwise. */
export const ChangePreview = z.strictObject({
  calls: z.number().int(),
  /** Of the oldest call that was looked at; null where there is none. */
  since: z.string().nullable(),
  same: z.number().int(),
  changed: z.number().int(),
  /** What was not kept of them would decide. */
  unknown: z.number().int(),
  rows: z.array(
    z.strictObject({
      id: z.string(),
      time: z.string(),
      connector: z.string(),
      client: z.string(),
      tool: z.string(),
      before: Outcome,
      after: Outcome,
      /** What decides then, as a sentence. */
      because: z.string(),
      /** Recorded arguments as JSON text. */
      arguments: z.string(),
    }),
  ),
  /** There are more than are listed. */
  isCut: z.boolean(),
});
export type ChangePreview = z.infer<typeof ChangePreview>;

/** What taking in a file would do. Without `set` it is no set of rules, and `problems` says why. */
export const ImportPreview = z.strictObject({
  set: RuleSet.optional(),
  problems: z.array(RuleProblem),
  lines: z.array(
    z.strictObject({
      mark: z.enum(['+', '-']),
      sentence: z.string(),
      full: z.string().optional(),
      note: z.string().optional(),
    }),
  ),
  findings: z.array(z.string()),
  weakens: z.boolean(),
});
export type ImportPreview = z.infer<typeof ImportPreview>;

/** What the guard looks for, what it does without being told otherwise, and what a person chose. */
export const GuardView = z.strictObject({
  categories: z.array(
    z.strictObject({
      category: GuardCategory,
      /** What it is about, in words. */
      text: z.string(),
      /** By what is looked at: what goes to a server, what comes from one, what it says of its tools. */
      builtIn: z.strictObject({ input: GuardAction, output: GuardAction, 'tool-definition': GuardAction }),
    }),
  ),
  settings: GuardSettings,
  connectors: z.array(z.string()),
});
export type GuardView = z.infer<typeof GuardView>;
