import { describe, expect, it } from 'vitest';
import { createJournal } from '../../main/audit/journal.ts';
import { eventToLogEntry, outcomeToLogEntry, toLogEntry } from '../../main/audit/log-entry.ts';
import { GENESIS } from '../../main/audit/chain.ts';
import { EventRecord, IntentRecord, LogEntry, OutcomeRecord } from '../../preload/contract/audit.ts';
import { memoryStore } from './memory-store.ts';
import { asIs, callId, countingIds, event, intent, outcome, steppingClock } from './records.ts';

const start = { chainId: 'c0ffee', seq: -1, hash: GENESIS };
const journal = createJournal({
  store: memoryStore(),
  clock: steppingClock(),
  newId: countingIds(),
  redact: asIs,
  start,
});
const theIntent = IntentRecord.parse(journal.append(intent(9)));
const theOutcome = OutcomeRecord.parse(
  journal.append(outcome(9, { outcome: 'failed', 'error.type': 'server_exited' })),
);
const theEvent = EventRecord.parse(
  journal.append(event({ sessions: 2 }, { connector: 'files', claimed: { client: 'x' } })),
);

const call = {
  id: callId(9),
  kind: 'call',
  connector: 'files',
  client: 'claude-ai',
  session: 'session-1',
  method: 'tools/call',
  tool: 'read_file',
};
const decided = {
  effect: 'allow',
  decidedBy: 'local',
  code: 'rule_allow',
  reason: 'A rule allows it.',
  ruleId: 'r1',
  arguments: { path: 'notes.txt' },
};
const ended = { outcome: 'failed', errorType: 'server_exited', durationMs: 1.5 };

describe('log entries', () => {
  it.each<[string, LogEntry, unknown]>([
    ['a call under way', toLogEntry(theIntent), { ...call, ...decided, time: '2026-01-02T03:04:05.000Z' }],
    ['a call that ended', toLogEntry(theIntent, theOutcome), { ...call, ...decided, ...ended, time: theIntent.time }],
    ['an outcome without its intent', outcomeToLogEntry(theOutcome), { ...call, ...ended, time: theOutcome.time }],
    [
      'an event',
      eventToLogEntry(theEvent),
      {
        id: callId(3),
        time: theEvent.time,
        kind: 'event',
        event: 'companion_started',
        connector: 'files',
        client: 'x',
        detail: { sessions: 2 },
      },
    ],
  ])('%s', (_, entry, expected) => {
    expect(entry).toEqual(expected);
    expect(LogEntry.parse(entry)).toEqual(entry);
  });

  it('of a call that was tried more than once carry its own time and arguments, and the decision of the last time', () => {
    const { ruleId: _, ...ruled } = theIntent.decision;
    const decision = { ...ruled, effect: 'deny', code: 'default_deny', reason: 'It is closed now.' } as const;
    const latest: IntentRecord = {
      ...theIntent,
      time: '2026-01-02T03:09:00.000Z',
      attempt: 3,
      decision,
      arguments: {},
    };
    const { ruleId: __, ...rest } = decided;
    const expected = { ...call, ...rest, ...decision, ...ended, time: theIntent.time, attempts: 3 };
    const entry = toLogEntry(theIntent, theOutcome, latest);
    expect(entry).toEqual(expected);
    expect(LogEntry.parse(entry)).toEqual(entry);
    expect(toLogEntry(latest)).toMatchObject({ attempts: 3, time: latest.time });
  });

  it('name the prompt or the resource of a call that has no tool', () => {
    const { 'gen_ai.tool.name': _, ...rest } = theIntent;
    expect(toLogEntry({ ...rest, 'gen_ai.prompt.name': 'greet' }).tool).toBe('greet');
    expect(toLogEntry({ ...rest, 'mcp.resource.uri': 'file:///x' }).tool).toBe('file:///x');
    expect(toLogEntry(rest)).not.toHaveProperty('tool');
  });
});
