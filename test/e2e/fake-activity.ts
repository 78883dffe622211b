/** What the activity page asks for, out of a few entries in memory. */
import { aboutOf } from '../../main/audit/about.ts';
import { classOf, wasAsked } from '../../main/audit/decision-class.ts';
import { fold, wordsOf } from '../../main/audit/search-text.ts';
import { callSentence, capital, taskSteps, taskSummary } from '../../main/audit/story/task-story.ts';
import {
  CompanionError,
  operations,
  type ActivityCounts,
  type ActivityDecision,
  type ActivityFilter,
  type ActivityRow,
  type LogEntry,
  type OperationName,
} from '../../preload/contract/index.ts';

function decisionOf({ kind, effect, code, outcome }: LogEntry): ActivityDecision {
  return classOf({ kind, effect: effect ?? null, code: code ?? null }, outcome);
}

function toRow(entry: LogEntry): ActivityRow {
  const { arguments: shape, ...row } = entry;
  const about = aboutOf(shape);
  return { ...row, decision: decisionOf(entry), ...(about === undefined ? {} : { about }) };
}

function fits(entry: LogEntry, { text, show, connector, client, session }: ActivityFilter): boolean {
  const { effect = null, code = null } = entry;
  const decision = decisionOf(entry);
  const fields = [
    entry.connector,
    entry.client,
    entry.tool,
    entry.method,
    effect,
    code,
    entry.ruleId,
    entry.reason,
    entry.outcome,
    decision,
  ];
  return (
    wordsOf(text).every((word) => fields.some((field) => fold(field ?? '').includes(word))) &&
    (show === 'all' ||
      (show === 'asked' && wasAsked({ effect, code })) ||
      (show === 'denied' && (decision === 'denied' || decision === 'withheld')) ||
      show === decision) &&
    (connector === undefined || entry.connector === connector) &&
    (client === undefined || entry.client === client) &&
    (session === undefined || entry.session === session)
  );
}

function countsOf(entries: readonly LogEntry[]): ActivityCounts {
  const count = (...wanted: ActivityDecision[]): number =>
    entries.filter((entry) => wanted.includes(decisionOf(entry))).length;
  return {
    allowed: count('allowed'),
    denied: count('denied', 'withheld'),
    asked: count('asked'),
    failed: count('failed'),
  };
}

/** `entries`: as they are now, the newest first. */
export function fakeActivity(
  entries: () => readonly LogEntry[],
): Partial<Record<OperationName, (input: unknown) => unknown>> {
  return {
    'activity.search': (input) => {
      const { filter, offset, limit, of } = operations['activity.search'].input.parse(input);
      const all = entries().filter((entry) => fits(entry, filter));
      const counted = Math.min(of ?? all.length, all.length);
      const first = all.length - counted + offset;
      return { rows: all.slice(first, first + limit).map(toRow), total: all.length, of: counted };
    },
    'activity.histogram': (input) => {
      const { filter, buckets } = operations['activity.histogram'].input.parse(input);
      const all = entries().filter((entry) => fits(entry, filter));
      const times = all.map(({ time }) => Date.parse(time));
      const [from, to] = [Math.min(...times), Math.max(...times) + 1];
      if (all.length === 0) return { from: null, to: null, buckets: [], counts: countsOf([]) };
      const within = (bucket: number): LogEntry[] =>
        all.filter(({ time }) => Math.floor(((Date.parse(time) - from) / (to - from)) * buckets) === bucket);
      return {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        buckets: Array.from({ length: buckets }, (_, bucket) => countsOf(within(bucket))),
        counts: countsOf(all),
      };
    },
    'activity.values': () => ({
      connectors: [...new Set(entries().flatMap(({ connector }) => connector ?? []))].sort(),
      clients: [...new Set(entries().flatMap(({ client }) => client ?? []))].sort(),
    }),
    'activity.call': (input) => {
      const { id } = operations['activity.call'].input.parse(input);
      const entry = entries().find((one) => one.id === id);
      if (entry === undefined)
        throw new CompanionError('E_CALL_UNKNOWN', 'The journal holds no such call.', 'Look for it.');
      return {
        entry,
        decision: decisionOf(entry),
        steps: [
          {
            kind: 'asked',
            time: entry.time,
            title: `${entry.client ?? ''} asked.`,
            details: [`${capital(callSentence(entry))}.`],
          },
          { kind: 'rule', title: 'It was decided.', details: [entry.reason ?? '', entry.ruleId ?? ''] },
        ],
        findings: [],
      };
    },
    'activity.task': (input) => {
      const { session } = operations['activity.task'].input.parse(input);
      const steps = taskSteps(
        entries()
          .filter((entry) => entry.session === session)
          .toReversed(),
      );
      return {
        session,
        connectors: ['files'],
        total: steps.length,
        before: 0,
        after: 0,
        steps,
        summary: taskSummary(steps),
      };
    },
  };
}
