/**
 * What the journal holds of past calls, as far as a proposal looks at it: which were made and answered, and which a rule, a
 * default, a tenant or a person refused. What failed for any other reason (a pin, the guard, a server that ended) says nothing
 * about what should be allowed.
 */
import type { Effect, LogEntry } from '../../../preload/contract/index.ts';

export type SubjectKind = 'tool' | 'resource' | 'prompt';

/** One recorded call that rules can be about. */
export interface PastCall {
  readonly time: string;
  readonly connector: string;
  /** The caller's claim. */
  readonly client: string | undefined;
  readonly kind: SubjectKind;
  /** Name of the tool or prompt, address of the resource. */
  readonly name: string;
  /** As the journal keeps them: short redacted values, markers for the rest. */
  readonly arguments: unknown;
  readonly effect: Effect;
  /** `made`: it left and was answered. `refused`: somebody or something that decides said no. */
  readonly fate: 'made' | 'refused' | 'other';
  /** The last word on it was a person's or a rule's, and not merely that nobody answered. */
  readonly isAnswered: boolean;
  readonly ruleId: string | undefined;
}

const KINDS: Readonly<Record<string, SubjectKind>> = {
  'tools/call': 'tool',
  'resources/read': 'resource',
  'prompts/get': 'prompt',
};
const DECIDERS: ReadonlySet<string> = new Set(['local', 'approval', 'tenant']);
/** Nobody could be asked, or nobody answered: no call was made, and nobody said no either. */
const UNANSWERED: ReadonlySet<string> = new Set([
  'approval_timeout',
  'approval_cancelled',
  'approval_unavailable',
  'approval_pending',
  'approval_locked',
  'approval_quit',
]);
/** The tenant did not decide. */
const UNDECIDED: ReadonlySet<string> = new Set(['tenant_unavailable', 'tenant_unauthorized', 'tenant_invalid']);

function fateOf({ effect, outcome, decidedBy = '', code = '' }: LogEntry): PastCall['fate'] {
  if (effect === 'allow') return outcome === 'ok' || outcome === 'tool_error' ? 'made' : 'other';
  return DECIDERS.has(decidedBy) && !UNDECIDED.has(code) ? 'refused' : 'other';
}

/** The call of a log entry; undefined for what no rule names, and for a call whose decision is not known any more. */
export function pastCall(entry: LogEntry): PastCall | undefined {
  const kind = entry.kind === 'call' && entry.method !== undefined ? KINDS[entry.method] : undefined;
  const { connector, tool, effect } = entry;
  if (kind === undefined || connector === undefined || tool === undefined || entry.origin === 'tenant')
    return undefined;
  if (effect !== 'allow' && effect !== 'ask' && effect !== 'deny') return undefined;
  return {
    time: entry.time,
    connector,
    client: entry.client,
    kind,
    name: tool,
    arguments: entry.arguments,
    effect,
    fate: fateOf(entry),
    isAnswered: !UNANSWERED.has(entry.code ?? ''),
    ruleId: entry.ruleId,
  };
}

/** Calls that no rule could tell apart have the same key. */
export function sameCallKey(call: PastCall): string {
  return JSON.stringify([call.connector, call.kind, call.name, call.arguments ?? null]);
}
