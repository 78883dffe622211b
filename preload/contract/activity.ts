import { z } from 'zod';
import { LogEntry } from './audit.ts';
import { GuardFinding } from './guard.ts';

/** What became of a call in one word. `withheld`: the answer was kept from the client. */
export const ActivityDecision = z.enum(['allowed', 'denied', 'withheld', 'failed', 'asked', 'event']);
export type ActivityDecision = z.infer<typeof ActivityDecision>;

const name = z.string().max(8192);

export const ActivityFilter = z.strictObject({
  /** Words; each must be part of some field of an entry. Never a syntax. Arguments are not searched. */
  text: z.string().max(16_384).default(''),
  /** `denied`: refused, or the answer withheld; `asked`: a person was asked, whatever came of it. */
  show: z.enum(['all', 'denied', 'asked', 'failed']).default('all'),
  connector: name.optional(),
  client: name.optional(),
  tool: name.optional(),
  session: name.optional(),
  /** Also what the companion itself did. */
  events: z.boolean().default(false),
  since: z.iso.datetime().optional(),
  /** Before this moment. */
  until: z.iso.datetime().optional(),
});
export type ActivityFilter = z.infer<typeof ActivityFilter>;

/** An entry of the list: without its arguments. */
export const ActivityRow = LogEntry.omit({ arguments: true }).extend({
  decision: ActivityDecision,
  /** What the call was about, out of its arguments as the journal keeps them: a path, an address, a query. */
  about: z.string().optional(),
});
export type ActivityRow = z.infer<typeof ActivityRow>;

export const ActivityWindow = z.strictObject({
  /** Newest first, from `offset` on. */
  rows: z.array(ActivityRow),
  /** How many fit now. */
  total: z.number().int(),
  /** How many `offset` was counted from: what came in since stands before it and moves nothing. */
  of: z.number().int(),
});
export type ActivityWindow = z.infer<typeof ActivityWindow>;

const count = z.number().int();
export const ActivityCounts = z.strictObject({
  allowed: count,
  /** Withheld answers too. */
  denied: count,
  asked: count,
  failed: count,
});
export type ActivityCounts = z.infer<typeof ActivityCounts>;

export const ActivityHistogram = z.strictObject({
  /** RFC 3339; null where nothing fits and no bounds were given. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** All of the same length, in order; each counts from its moment on. */
  buckets: z.array(ActivityCounts),
  counts: ActivityCounts,
});
export type ActivityHistogram = z.infer<typeof ActivityHistogram>;

/** What a filter can name. */
export const ActivityValues = z.strictObject({
  connectors: z.array(z.string()),
  clients: z.array(z.string()),
});
export type ActivityValues = z.infer<typeof ActivityValues>;

/** One thing that happened to a call, in order. */
export const CallStep = z.strictObject({
  kind: z.enum(['asked', 'rule', 'guard', 'pin', 'tenant', 'approval', 'sent', 'outcome']),
  /** RFC 3339, where it was recorded. */
  time: z.string().optional(),
  durationMs: z.number().optional(),
  title: z.string(),
  /** Sentences. */
  details: z.array(z.string()),
});
export type CallStep = z.infer<typeof CallStep>;

export const CallStory = z.strictObject({
  entry: LogEntry,
  decision: ActivityDecision,
  about: z.string().optional(),
  steps: z.array(CallStep),
  findings: z.array(GuardFinding),
  /** The rule that decided, as it is now; absent where none did or it is gone. */
  rule: z.strictObject({ id: z.string(), sentence: z.string() }).optional(),
  /** Arguments as JSON text; absent where the journal did not keep all of them. */
  arguments: z.string().optional(),
  /** Of the call in bytes. */
  argumentBytes: z.number().int().optional(),
});
export type CallStory = z.infer<typeof CallStory>;

export const TaskStep = z.strictObject({
  id: z.string(),
  time: z.string(),
  decision: ActivityDecision,
  connector: z.string().optional(),
  /** `read page "https://…"`, `tried to send file "~/x": stopped`. */
  sentence: z.string(),
  /** What led to a stop, or was found. */
  notes: z.array(z.string()),
  /** An earlier step that made this one be stopped or asked about. */
  because: z.string().optional(),
});
export type TaskStep = z.infer<typeof TaskStep>;

/** Calls of one session in order, the oldest first. */
export const TaskStory = z.strictObject({
  session: z.string(),
  client: z.string().optional(),
  connectors: z.array(z.string()),
  /** Of the whole session. */
  total: z.number().int(),
  /** Steps that come before the first and after the last one given. */
  before: z.number().int(),
  after: z.number().int(),
  steps: z.array(TaskStep),
  /** All of it in one sentence. */
  summary: z.string(),
});
export type TaskStory = z.infer<typeof TaskStory>;

export const ExportFormat = z.enum(['json', 'csv']);
export type ExportFormat = z.infer<typeof ExportFormat>;
