import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../preload/contract/audit.ts';
import {
  attemptsOf,
  callsOf,
  decisionOf,
  deciderText,
  durationOf,
  findingsOf,
  matchesFilter,
  outcomeText,
  subjectOf,
  totalsOf,
} from '../../renderer/features/activity/activity-model.ts';

const entry = (change: Partial<LogEntry>): LogEntry => ({
  id: 'x',
  time: '2026-11-21T10:00:00.000Z',
  kind: 'call',
  ...change,
});

describe('what the guard found', () => {
  const found = { category: 'live_secret', rule: 'live-secret', tier: 'hard', at: '/a', action: 'mask' } as const;

  it('is named once for each kind, with what was done', () => {
    expect(findingsOf(entry({ findings: [found, { ...found, at: '/b' }, { ...found, action: 'alert' }] }))).toEqual([
      'live secret (live-secret), masked',
      'live secret (live-secret), noted',
    ]);
    expect(findingsOf(entry({}))).toEqual([]);
  });

  it('counts as denied where it kept an answer back', () => {
    const kept = entry({ effect: 'allow', outcome: 'withheld', errorType: 'guard_block', findings: [found] });
    expect(matchesFilter(kept, 'denied')).toBe(true);
    expect(totalsOf([kept]).denied).toBe(1);
    expect(outcomeText(kept)).toBe('The guard kept it back. (guard_block)');
  });
});

describe('decisions', () => {
  it.each<[string, Partial<LogEntry>, string, boolean]>([
    ['allowed and answered', { effect: 'allow', outcome: 'ok' }, 'allowed', false],
    ['under way', { effect: 'allow' }, 'allowed', false],
    ['a tool’s own error', { effect: 'allow', outcome: 'tool_error' }, 'allowed', false],
    ['taken back', { effect: 'allow', outcome: 'cancelled' }, 'allowed', false],
    ['denied', { effect: 'deny', outcome: 'refused' }, 'denied', false],
    ['denied, outcome still to come', { effect: 'deny' }, 'denied', false],
    ['asked, waiting', { effect: 'ask' }, 'asked', true],
    ['asked and approved', { effect: 'allow', code: 'approval_granted', outcome: 'ok' }, 'asked', true],
    ['asked and denied', { effect: 'deny', code: 'approval_denied', outcome: 'refused' }, 'denied', true],
    ['asked, nobody answered', { effect: 'ask', code: 'approval_timeout', outcome: 'refused' }, 'denied', true],
    ['the server died', { effect: 'allow', outcome: 'failed' }, 'failed', false],
    ['a protocol error', { effect: 'allow', outcome: 'error' }, 'failed', false],
    ['the companion died', { effect: 'allow', outcome: 'unknown' }, 'failed', false],
    ['answered, and the answer kept back', { effect: 'allow', outcome: 'withheld' }, 'withheld', false],
    ['an outcome of a later version', { effect: 'allow', outcome: 'postponed' }, 'allowed', false],
  ])('%s', (_title, change, decision, asked) => {
    expect(decisionOf(entry(change))).toBe(decision);
    expect(matchesFilter(entry(change), 'asked')).toBe(asked);
    expect(matchesFilter(entry(change), 'denied')).toBe(decision === 'denied' || decision === 'withheld');
    expect(matchesFilter(entry(change), 'all')).toBe(true);
  });

  it('counts calls, not events', () => {
    const calls = callsOf([
      entry({ effect: 'deny', code: 'approval_denied' }),
      entry({ effect: 'allow', outcome: 'failed' }),
      entry({ kind: 'event', event: 'session_started' }),
    ]);
    expect(totalsOf(calls)).toEqual({ calls: 2, denied: 1, asked: 1, failed: 1 });
    expect(totalsOf([])).toEqual({ calls: 0, denied: 0, asked: 0, failed: 0 });
  });
});

describe('words', () => {
  it.each([
    [undefined, '–'],
    [0.2, '< 1 ms'],
    [12.4, '12 ms'],
    [1500, '1.50 s'],
    [61_000, '61 s'],
  ])('%s ms: %s', (durationMs, text) => {
    expect(durationOf(entry(durationMs === undefined ? {} : { durationMs }))).toBe(text);
  });

  it('say how often a call was tried, where more than once, and what it waited for in vain', () => {
    expect(attemptsOf(entry({}))).toBeUndefined();
    expect(attemptsOf(entry({ attempts: 3 }))).toBe('3 attempts');
    expect(outcomeText(entry({ outcome: 'cancelled', errorType: 'input_not_given' }))).toBe(
      'The server asked for input that did not come. (input_not_given)',
    );
    expect(outcomeText(entry({ outcome: 'cancelled' }))).toBe('The client took it back.');
  });

  it('say what is known', () => {
    expect(subjectOf(entry({ tool: 'read', method: 'tools/call' }))).toBe('read');
    expect(subjectOf(entry({ method: 'resources/read' }))).toBe('resources/read');
    expect(subjectOf(entry({}))).toBe('–');
    expect(deciderText(entry({ decidedBy: 'local', code: 'rule_deny' }))).toBe(
      'a rule or default on this machine · rule_deny',
    );
    expect(deciderText(entry({}))).toBe('–');
    expect(outcomeText(entry({ effect: 'ask' }))).toBe('It waits for an answer.');
    expect(outcomeText(entry({ outcome: 'failed', errorType: 'server_exited' }))).toBe(
      'The server ended or broke the protocol. (server_exited)',
    );
  });
});
