import type { EventRecord, IntentRecord, LogEntry, OutcomeRecord } from '../../preload/contract/audit.ts';

/**
 * One line of the log for a call: its intent, and its outcome once there is one. The id is the call's, so an entry that
 * is under way and the finished one are the same entry. Of a call that was tried more than once `latest` is the intent of
 * the last time: its decision is the one that stands, while time and arguments are those of the call.
 */
export function toLogEntry(intent: IntentRecord, outcome?: OutcomeRecord, latest: IntentRecord = intent): LogEntry {
  const { decision, attempt, tenant } = latest;
  return {
    ...callFields(intent),
    effect: decision.effect,
    decidedBy: decision.decidedBy,
    code: decision.code,
    reason: decision.reason,
    ...(decision.ruleId === undefined ? {} : { ruleId: decision.ruleId }),
    ...(attempt === undefined ? {} : { attempts: attempt }),
    ...(intent.arguments === undefined ? {} : { arguments: intent.arguments }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(outcome === undefined ? {} : outcomeFields(outcome)),
    ...findingsOf(latest, outcome),
  };
}

/** What was found in the question and in the answer. */
function findingsOf(intent: IntentRecord | undefined, outcome: OutcomeRecord | undefined): Pick<LogEntry, 'findings'> {
  const findings = [...(intent?.findings ?? []), ...(outcome?.findings ?? [])];
  return findings.length === 0 ? {} : { findings };
}

/** An outcome whose intent is not in the journal any more (its segment was set aside or pruned): shown, not hidden. */
export function outcomeToLogEntry(outcome: OutcomeRecord): LogEntry {
  return { ...callFields(outcome), ...outcomeFields(outcome), ...findingsOf(undefined, outcome) };
}

/** One line of the log for something the companion itself did. */
export function eventToLogEntry(record: EventRecord): LogEntry {
  const session = record['mcp.session.id'];
  return {
    id: record.id,
    time: record.time,
    kind: 'event',
    event: record.event,
    ...(record.connector === undefined ? {} : { connector: record.connector }),
    ...(record.claimed?.client === undefined ? {} : { client: record.claimed.client }),
    ...(session === undefined ? {} : { session }),
    detail: record.detail,
  };
}

function callFields(record: IntentRecord | OutcomeRecord): LogEntry {
  // What the call is aimed at: a tool, else a prompt, else a resource.
  const tool = record['gen_ai.tool.name'] ?? record['gen_ai.prompt.name'] ?? record['mcp.resource.uri'];
  return {
    id: record.call,
    time: record.time,
    kind: 'call',
    connector: record.connector,
    ...(record.claimed.client === undefined ? {} : { client: record.claimed.client }),
    session: record['mcp.session.id'],
    method: record['mcp.method.name'],
    ...(tool === undefined ? {} : { tool }),
  };
}

function outcomeFields(outcome: OutcomeRecord): Pick<LogEntry, 'outcome' | 'errorType' | 'durationMs'> {
  const errorType = outcome['error.type'];
  return {
    outcome: outcome.outcome,
    ...(errorType === undefined ? {} : { errorType }),
    durationMs: outcome.duration_ms,
  };
}
