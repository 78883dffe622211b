import { z } from 'zod';
import { GrantView } from './approval.ts';
import { ConnectorName } from './connector.ts';
import { Decision } from './decision.ts';
import { GuardAction, GuardCategory, GuardFinding, GuardSettings, GuardVerdict, ScanLine } from './guard.ts';
import { cliOnly, everyone, none, operation, people, type OperationShape } from './operation.ts';
import { PinDiff, PinKind, PinView } from './pin.ts';
import { Chain, DefaultMode, Effect, LintFinding, NewChain, Rule, RuleSet } from './policy.ts';

/** One rule that was looked at, and what it says of the call. */
export const ConsideredRule = z.strictObject({
  rule: Rule,
  /** `true`: it decides unless a stricter one does; `undecidable`: counts as true for deny and ask, as false for allow. */
  says: z.enum(['true', 'false', 'undecidable']),
  /** Why not, or which value could not be evaluated; one sentence. */
  because: z.string(),
});
export type ConsideredRule = z.infer<typeof ConsideredRule>;

export const Explanation = z.strictObject({
  connector: z.string(),
  /** What was asked about: `tool read_file`, `resource file:///x`, `prompt review`. */
  subject: z.string(),
  decision: Decision,
  /** Of the rule that decided; absent where a default or something built in did. */
  rule: Rule.optional(),
  /** In words: `local rule`, `default of the connector`, `built in`, `tenant …: asked at the call`. */
  source: z.string(),
  /** All rules and, of those not about this subject, only how many. */
  considered: z.array(ConsideredRule),
  notAbout: z.number().int(),
  /** What else decides at a call: the guard, pins, chains, a tenant; in sentences. */
  also: z.array(z.string()),
});
export type Explanation = z.infer<typeof Explanation>;

const Effects = z.enum(['allow', 'ask', 'deny', 'unknown']);

/** One past call, or several alike, on which a candidate differs from what was decided. */
export const ReplayChange = z.strictObject({
  time: z.string(),
  connector: z.string(),
  client: z.string(),
  tool: z.string(),
  before: Effect,
  after: Effects,
  /** Rule of the candidate that decides, as a sentence. */
  because: z.string(),
  /** Recorded arguments as JSON text, redacted. */
  arguments: z.string(),
});
export type ReplayChange = z.infer<typeof ReplayChange>;

export const ReplayReport = z.strictObject({
  since: z.string(),
  calls: z.number().int(),
  /** Recorded values are too short to tell: what was not kept decides. */
  unknown: z.number().int(),
  same: z.number().int(),
  changes: z.array(ReplayChange),
  /** There are more changes than are listed, or calls that there was no time for. */
  isCut: z.boolean(),
});
export type ReplayReport = z.infer<typeof ReplayReport>;

/** The smallest rule set that would have allowed what was done, not yet in force. */
export const Suggestion = z.strictObject({
  /** Digest of what it would put in force; applying names it. */
  id: z.string(),
  since: z.string(),
  calls: z.number().int(),
  rules: z.array(z.strictObject({ rule: Rule, sentence: z.string(), calls: z.number().int() })),
  /** What connectors do with everything else, from then on. */
  defaults: z.array(z.strictObject({ connector: z.string(), from: DefaultMode, to: DefaultMode })),
  /** Rules of now that it does without. */
  dropped: z.array(Rule),
  unusedTools: z.array(z.strictObject({ connector: z.string(), tools: z.array(z.string()) })),
  replay: ReplayReport,
});
export type Suggestion = z.infer<typeof Suggestion>;

const since = z.iso.datetime();

/** What is decided, and what decides it. */
export const policyOperations = {
  'policy.chains': operation(none, z.array(Chain), everyone),
  /** Only tightens. */
  'policy.addChain': operation(NewChain, Chain, people),
  'policy.removeChain': operation(z.strictObject({ id: z.string() }), Chain, people, 'always'),
  'policy.export': operation(none, RuleSet, everyone),
  /** `replace`: the rules and chains of now go. All of it or nothing. */
  'policy.import': operation(
    z.strictObject({ set: RuleSet, replace: z.boolean() }),
    z.strictObject({ rules: z.array(Rule), chains: z.array(Chain), removed: z.number().int() }),
    people,
    'depends',
  ),
  /** Without a set: of the rules in force. Rules of a set are named `#1`, `#2` … by their place. */
  'policy.lint': operation(z.strictObject({ set: RuleSet.optional() }), z.array(LintFinding), everyone),
  'policy.explain': operation(
    z.strictObject({
      connector: ConnectorName,
      subject: z.union([
        z.strictObject({ tool: z.string().min(1).max(256), arguments: z.string().max(16 * 1024 * 1024) }),
        z.strictObject({ resource: z.string().min(1).max(8192) }),
        z.strictObject({ prompt: z.string().min(1).max(256), arguments: z.string().max(16 * 1024 * 1024) }),
      ]),
      client: z.string().max(256).optional(),
    }),
    Explanation,
    everyone,
  ),
  'policy.replay': operation(z.strictObject({ set: RuleSet, since }), ReplayReport, everyone),
  'policy.suggest': operation(
    z.strictObject({ since, connectors: z.array(ConnectorName).max(1000).optional() }),
    Suggestion,
    everyone,
  ),
  /** Puts a suggestion in force; refused where it would be another one by now. */
  'policy.apply': operation(
    z.strictObject({ id: z.string(), since, connectors: z.array(ConnectorName).max(1000).optional() }),
    z.strictObject({ rules: z.number().int() }),
    people,
    'always',
  ),
  /** What undoing would put in force; null where there is nothing to undo. */
  'policy.undoes': operation(
    none,
    z
      .strictObject({ rules: z.array(Rule), chains: z.array(Chain), defaults: z.record(z.string(), DefaultMode) })
      .nullable(),
    everyone,
  ),
  /** Back to what was in force before the last suggestion. */
  'policy.undo': operation(none, z.strictObject({ rules: z.number().int() }), people, 'always'),

  /** Looks at texts as the relay would; stores nothing. Answers in their order. */
  'guard.scan': operation(
    z.strictObject({ lines: z.array(ScanLine).max(1000), connector: ConnectorName.optional() }),
    z.array(z.strictObject({ verdict: GuardVerdict, findings: z.array(GuardFinding) })),
    cliOnly,
  ),
  'guard.settings': operation(none, GuardSettings, everyone),
  /** Connector null: for all. Action null: as built in. */
  'guard.set': operation(
    z.strictObject({
      connector: ConnectorName.nullable(),
      category: GuardCategory,
      action: GuardAction.nullable(),
    }),
    GuardSettings,
    people,
    'depends',
  ),
  /** The value is shown here and never again. */
  'guard.canary': operation(
    z.strictObject({ note: z.string().max(200).optional() }),
    z.strictObject({ name: z.string(), value: z.string() }),
    cliOnly,
  ),
  'guard.canaries': operation(none, z.array(z.strictObject({ name: z.string(), createdAt: z.string() })), everyone),
  'guard.removeCanary': operation(z.strictObject({ name: z.string() }), none, cliOnly, 'always'),

  'pins.list': operation(z.strictObject({ connector: ConnectorName.optional() }), z.array(PinView), everyone),
  'pins.diff': operation(
    z.strictObject({ connector: ConnectorName, kind: PinKind.optional(), name: z.string().max(8192).optional() }),
    z.array(PinDiff),
    everyone,
  ),
  /** A yes to exactly what was shown: `seen` of each. */
  'pins.accept': operation(
    z.strictObject({
      connector: ConnectorName,
      items: z
        .array(z.strictObject({ kind: PinKind, name: z.string().max(8192), seen: z.string() }))
        .min(1)
        .max(5000)
        .refine((items) => new Set(items.map(({ kind, name }) => `${kind} ${name}`)).size === items.length, {
          error: 'An item is named twice',
        }),
    }),
    z.array(PinView),
    people,
    'always',
  ),
  /** Forgets what was agreed to; what is seen next is pinned. */
  'pins.reset': operation(
    z.strictObject({ connector: ConnectorName, kind: PinKind.optional(), name: z.string().max(8192).optional() }),
    z.strictObject({ forgotten: z.number().int() }),
    people,
    'always',
  ),
  'pins.newItems': operation(z.strictObject({ mode: z.enum(['pin', 'ask']) }), none, people, 'depends'),

  'grants.list': operation(none, z.array(GrantView), everyone),
  'grants.revoke': operation(z.strictObject({ id: z.string() }), none, everyone),

  /** Every call is refused from now on, running ones are cancelled. */
  'lockdown.on': operation(none, z.strictObject({ since: z.string(), cancelled: z.number().int() }), everyone),
  'lockdown.off': operation(none, none, everyone, 'always'),
} as const satisfies Record<string, OperationShape>;
