import { z } from 'zod';

export const Effect = z.enum(['deny', 'ask', 'allow']);
export type Effect = z.infer<typeof Effect>;

/**
 * What a connector does with a tool that no rule names. `read-only` allows what the server's own annotations call
 * read-only (and whose name and schema hold no word for writing, sending or executing) and asks for the rest.
 */
export const DefaultMode = z.enum(['allow', 'read-only', 'ask', 'deny']);
export type DefaultMode = z.infer<typeof DefaultMode>;

/** `*` matches any run of characters, `?` one; nothing else is special. */
export const Glob = z
  .string()
  .min(1)
  .max(128)
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u0020\u007f-\u009f]+$/, 'a glob holds no spaces or control characters');

/** The same for an address: longer, and spaces stand for themselves. */
export const UriGlob = z
  .string()
  .min(1)
  .max(2048)
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f-\u009f]+$/, 'an address holds no control characters');

/** RFC 6901; `""` is the arguments as a whole. */
export const JsonPointer = z
  .string()
  .max(512)
  .regex(
    /^(?:\/(?:[^~/]|~[01])*)*$/,
    'a JSON Pointer is empty or begins with "/", with "~" written as "~0", "/" as "~1"',
  );

const Scalar = z.union([z.string().max(4096), z.number(), z.boolean(), z.null()]);
const Texts = z.array(z.string().min(1).max(1024)).min(1).max(100);

/** What one value of the arguments must be. Exactly one of these stands beside `at`. */
export const ValueTest = z.union([
  z.strictObject({ at: JsonPointer, eq: Scalar }),
  z.strictObject({ at: JsonPointer, in: z.array(Scalar).min(1).max(1000) }),
  /** Of a string, the whole of it. */
  z.strictObject({ at: JsonPointer, glob: z.string().min(1).max(1024) }),
  /** RE2 syntax, unanchored; runs in linear time. */
  z.strictObject({ at: JsonPointer, regex: z.string().min(1).max(1024) }),
  z.strictObject({ at: JsonPointer, gt: z.number() }),
  z.strictObject({ at: JsonPointer, gte: z.number() }),
  z.strictObject({ at: JsonPointer, lt: z.number() }),
  z.strictObject({ at: JsonPointer, lte: z.number() }),
  /** Characters (code points) of a string, elements of an array, members of an object. */
  z.strictObject({
    at: JsonPointer,
    length: z
      .strictObject({ min: z.number().int().min(0).optional(), max: z.number().int().min(0).optional() })
      .refine(({ min, max }) => min !== undefined || max !== undefined, 'give "min", "max" or both'),
  }),
  /** Of a string: this text in it; of an array: an element that equals it. */
  z.strictObject({ at: JsonPointer, contains: Scalar }),
  /** The only test that a missing value does not make undecidable. */
  z.strictObject({ at: JsonPointer, exists: z.boolean() }),
  /** A path that resolves into one of these folders; `~/` is the person's home. */
  z.strictObject({ at: JsonPointer, path_under: Texts }),
  /** The host of a URL matches one of these globs; `example.com` is that host alone, `*.example.com` all below it. */
  z.strictObject({ at: JsonPointer, url_host: Texts }),
]);
export type ValueTest = z.infer<typeof ValueTest>;

/** Three-valued: true, false, or undecidable (a value that is missing or of another type than the test is about). */
export type Condition =
  | ValueTest
  | { readonly and: readonly Condition[] }
  | { readonly or: readonly Condition[] }
  | { readonly not: Condition };

export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    ValueTest,
    z.strictObject({ and: z.array(Condition).min(1).max(100) }),
    z.strictObject({ or: z.array(Condition).min(1).max(100) }),
    z.strictObject({ not: Condition }),
  ]),
);

const RuleId = z.string().min(1).max(64);

/** What a rule is about: exactly one of tool, resource and prompt is named. */
const ruleMembers = {
  effect: Effect,
  /** Whose calls. A client's own word may tighten, so an allow rule that names one needs a proven client (a hub token). */
  client: Glob.optional(),
  connector: Glob,
  tool: Glob.optional(),
  /** Address of a resource that is read. */
  resource: UriGlob.optional(),
  prompt: Glob.optional(),
  /** About `params.arguments` of a tools/call or prompts/get. */
  when: Condition.optional(),
  /** For people; decides nothing. */
  note: z.string().max(500).optional(),
};

function namesOneThing(rule: { tool?: unknown; resource?: unknown; prompt?: unknown; when?: unknown }): boolean {
  const named = [rule.tool, rule.resource, rule.prompt].filter((one) => one !== undefined).length;
  return named === 1 && !(rule.resource !== undefined && rule.when !== undefined);
}
const ONE_THING = 'name exactly one of "tool", "resource" and "prompt"; a resource has no "when"';

/** A rule before it has its id. */
export const NewRule = z.strictObject(ruleMembers).refine(namesOneThing, ONE_THING);
export type NewRule = z.infer<typeof NewRule>;

export const Rule = z
  .strictObject({ id: RuleId, ...ruleMembers, createdAt: z.iso.datetime() })
  .refine(namesOneThing, ONE_THING);
export type Rule = z.infer<typeof Rule>;

/** `anything`: each result of these tools is untrusted; the others: only one in which the guard found that. */
export const TaintLabel = z.enum(['anything', 'secret', 'injection']);
export type TaintLabel = z.infer<typeof TaintLabel>;

const chainMembers = {
  effect: z.enum(['ask', 'deny']),
  after: z.strictObject({ connector: Glob, tool: Glob, holding: TaintLabel }),
  before: z.strictObject({ connector: Glob, tool: Glob }),
  note: z.string().max(500).optional(),
};

export const NewChain = z.strictObject(chainMembers);
export type NewChain = z.infer<typeof NewChain>;

/** After such a result in a session, such a call in the same session (or of the same client) is asked about or denied. */
export const Chain = z.strictObject({ id: RuleId, ...chainMembers, createdAt: z.iso.datetime() });
export type Chain = z.infer<typeof Chain>;

export const RULE_SET_VERSION = 1;
export const MAX_RULES = 10_000;

/** A file of rules, as it is exported and imported. */
export const RuleSet = z.strictObject({
  version: z.literal(RULE_SET_VERSION),
  rules: z.array(NewRule).max(MAX_RULES),
  chains: z.array(NewChain).max(1000).default([]),
});
export type RuleSet = z.infer<typeof RuleSet>;

/** What the rules say of one another. `rules`: their ids, the one that is spoken of first. */
export const LintFinding = z.strictObject({
  kind: z.enum(['never_matches', 'shadowed', 'wider_than_it_looks', 'narrower_than_it_looks', 'unknown_name']),
  rules: z.array(z.string()),
  /** One sentence for the person. */
  text: z.string(),
});
export type LintFinding = z.infer<typeof LintFinding>;
