import { describe, expect, it } from 'vitest';
import { endedText, facetOfCall, facetOfEvent, readEnded, readFacet } from '../../main/audit/facet.ts';
import type { EventRecord, IntentRecord, OutcomeRecord } from '../../preload/contract/audit.ts';
import { event, intent, outcome } from './records.ts';

const stamp = { v: 1, id: 'x', chain_id: 'c', seq: 0, time: '2026-01-02T03:04:05.000Z' } as const;
const none = {
  connector: null,
  client: null,
  method: null,
  effect: null,
  decidedBy: null,
  code: null,
  ruleId: null,
  event: null,
};

describe('what entries have in common', () => {
  it('is written and read', () => {
    const call: IntentRecord = { ...intent(1), ...stamp };
    const facet = { ...none, kind: 'call', connector: 'files', client: 'claude-ai', method: 'tools/call' };
    const decided = { effect: 'allow', decidedBy: 'local', code: 'rule_allow', ruleId: 'r1' };
    expect(readFacet(facetOfCall(call, call.decision))).toEqual({ ...facet, ...decided });
    expect(readFacet(facetOfCall(call))).toEqual(facet);
    expect(readFacet(facetOfCall({ ...call, claimed: {} }))).toEqual({ ...facet, client: null });
    const happened: EventRecord = { ...event(), ...stamp };
    expect(readFacet(facetOfEvent(happened))).toEqual({ ...none, kind: 'event', event: 'companion_started' });
    expect(readFacet(facetOfEvent({ ...happened, connector: 'git', claimed: { client: 'x' } }))).toEqual({
      ...none,
      kind: 'event',
      event: 'companion_started',
      connector: 'git',
      client: 'x',
    });
  });

  it('of an end is its outcome and its error', () => {
    const ended: OutcomeRecord = { ...outcome(1), ...stamp };
    expect(endedText(ended)).toBe('ok');
    expect(readEnded('ok')).toEqual({ outcome: 'ok', errorType: undefined });
    expect(readEnded(endedText({ ...ended, outcome: 'failed', 'error.type': 'a b' }))).toEqual({
      outcome: 'failed',
      errorType: 'a b',
    });
  });
});
