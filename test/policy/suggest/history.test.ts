import { describe, expect, it } from 'vitest';
import { pastCall, sameCallKey } from '../../../main/policy/suggest/history.ts';
import type { LogEntry } from '../../../preload/contract/index.ts';

const ENTRY: LogEntry = {
  id: 'c1',
  time: '2026-11-20T08:00:00.000Z',
  kind: 'call',
  connector: 'files',
  client: 'cursor',
  method: 'tools/call',
  tool: 'read_file',
  effect: 'allow',
  decidedBy: 'local',
  code: 'default_allow',
  outcome: 'ok',
  arguments: { path: '/a' },
};

describe('pastCall', () => {
  it.each<[string, Partial<LogEntry>, string | undefined]>([
    ['answered', {}, 'made'],
    ['answered with an error of the tool', { outcome: 'tool_error' }, 'made'],
    ['after a yes', { decidedBy: 'approval', code: 'approval_granted' }, 'made'],
    ['failed', { outcome: 'failed' }, 'other'],
    ['with an answer that was kept back', { outcome: 'withheld' }, 'other'],
    ['under way', { outcome: undefined }, 'other'],
    ['denied by a rule', { effect: 'deny', code: 'rule_deny', outcome: 'refused' }, 'refused'],
    ['asked about and denied', { effect: 'deny', decidedBy: 'approval', code: 'approval_denied' }, 'refused'],
    ['asked about and waiting', { effect: 'ask', decidedBy: 'approval', code: 'approval_pending' }, 'refused'],
    ['denied by a tenant', { effect: 'deny', decidedBy: 'tenant', code: 'tenant_deny' }, 'refused'],
    ['while no tenant answered', { effect: 'deny', decidedBy: 'tenant', code: 'tenant_unavailable' }, 'other'],
    ['kept back by the guard', { effect: 'deny', decidedBy: 'guard', code: 'guard_block' }, 'other'],
    ['of a changed tool', { effect: 'deny', decidedBy: 'pin', code: 'pin_changed' }, 'other'],
    ['of a tool that is not there', { effect: 'deny', decidedBy: 'engine', code: 'unknown_tool' }, 'other'],
    ['that no rule names', { method: 'completion/complete' }, undefined],
    ['whose decision was lost', { effect: undefined }, undefined],
    ['of a tenant alone', { origin: 'tenant' }, undefined],
    ['that is none', { kind: 'event' }, undefined],
  ])('a call %s', (_title, over, fate) => {
    expect(pastCall({ ...ENTRY, ...over })?.fate).toBe(fate);
  });

  it('tells a person who says no from nobody', () => {
    const asked = { ...ENTRY, effect: 'deny', decidedBy: 'approval' };
    expect(pastCall({ ...asked, code: 'approval_denied' })?.isAnswered).toBe(true);
    expect(pastCall({ ...asked, code: 'approval_timeout' })?.isAnswered).toBe(false);
  });

  it('tells calls apart as rules do', () => {
    const key = (over: Partial<LogEntry>): string | undefined => {
      const call = pastCall({ ...ENTRY, ...over });
      return call && sameCallKey(call);
    };
    expect(key({ client: 'other', time: '2026-11-21T08:00:00.000Z' })).toBe(key({}));
    expect(key({ arguments: { path: '/b' } })).not.toBe(key({}));
    expect(key({ method: 'prompts/get' })).not.toBe(key({}));
  });
});
