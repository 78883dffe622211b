import { describe, expect, it } from 'vitest';
import { callSteps } from '../../../main/audit/story/call-story.ts';
import type { IntentRecord, OutcomeRecord } from '../../../preload/contract/audit.ts';
import { intent, outcome } from '../records.ts';

const stamp = { v: 1, id: 'x', chain_id: 'c', seq: 0, time: '2026-01-02T03:04:05.000Z' } as const;
const asked = (extra: Partial<IntentRecord> = {}): IntentRecord => ({ ...intent(1), ...stamp, ...extra });
const ended = (extra: Partial<OutcomeRecord> = {}): OutcomeRecord => ({ ...outcome(1), ...stamp, ...extra });
const parts = { intent: asked(), latest: undefined, outcome: ended(), ruleSentence: 'Allow every tool.' };
const titles = (given: Parameters<typeof callSteps>[0]): string[] =>
  callSteps(given).map(({ kind, title }) => `${kind}: ${title}`);

describe('the story of a call', () => {
  it('goes from the question to the answer', () => {
    expect(titles(parts)).toEqual([
      'asked: claude-ai asked "files".',
      'rule: Allowed by a rule or default of this machine.',
      'sent: It was sent to the server.',
      'outcome: The server answered.',
    ]);
    const [, rule, , end] = callSteps(parts);
    expect(rule?.details).toEqual(['A rule allows it.', 'The rule, as it is now: Allow every tool.']);
    expect(end).toMatchObject({ durationMs: 1.5, details: ['The answer had 42 bytes.'] });
  });

  it('says that a rule is gone, and nothing of one where none decided', () => {
    expect(callSteps({ ...parts, ruleSentence: undefined })[1]?.details).toContain(
      'Rule r1 is not among the rules any more.',
    );
    const byDefault = { effect: 'allow', decidedBy: 'local', code: 'default_allow', reason: 'Default.' } as const;
    expect(
      callSteps({ ...parts, intent: asked({ decision: byDefault }), ruleSentence: undefined })[1]?.details,
    ).toEqual(['Default.']);
  });

  it('ends with a refusal where it never left', () => {
    const decision = {
      effect: 'deny',
      decidedBy: 'guard',
      code: 'guard_block',
      reason: 'The guard found: x.',
    } as const;
    const findings = [{ category: 'secret', rule: 'aws', tier: 'hard', at: '/x', action: 'block' }] as const;
    const refused = ended({ outcome: 'refused', 'error.type': 'guard_block', result_bytes: 0 });
    expect(titles({ ...parts, intent: asked({ decision, findings: [...findings] }), outcome: refused })).toEqual([
      'asked: claude-ai asked "files".',
      'guard: The guard looked at the request.',
      'guard: Refused by the guard.',
      'outcome: It never left this machine: the server was not asked.',
    ]);
  });

  it('tells of tenants, pins, masks and further attempts', () => {
    const tenant = { host: 'https://t.example', server: '00000000-0000-4000-8000-000000000001', correlation_id: 'abc' };
    const latest = asked({ attempt: 2, definition: 'f'.repeat(64), masked: true, tenant, arguments_from: 'tenant' });
    const steps = callSteps({ ...parts, latest, outcome: ended({ masked: true, result_from: 'tenant' }) });
    const all = JSON.stringify(steps);
    for (const part of [
      'attempt 2',
      'ffffffffffffffff.',
      'https://t.example was asked.',
      'abc',
      'The tenant replaced the arguments',
      'was masked',
      'The guard masked',
    ])
      expect(all).toContain(part);
  });

  it('is honest about what is not there', () => {
    expect(titles({ ...parts, outcome: undefined })).not.toContain('sent: It was sent to the server.');
    expect(titles({ ...parts, intent: undefined })[0]).toBe(
      'asked: The beginning of this call is not in the journal any more.',
    );
    expect(titles({ intent: undefined, latest: undefined, outcome: undefined, ruleSentence: undefined })).toHaveLength(
      1,
    );
    expect(titles({ ...parts, intent: asked({ claimed: {} }) })[0]).toBe(
      'asked: A client that gave no name asked "files".',
    );
  });
});
