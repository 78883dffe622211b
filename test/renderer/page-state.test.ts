import { describe, expect, it } from 'vitest';
import type { ApprovalView } from '../../preload/contract/approval.ts';
import { applyEvent, initialState } from '../../renderer/state/page-state.ts';

const approval = (id: string): ApprovalView => ({
  id,
  connector: 'git',
  tool: 'push',
  client: 'Cursor',
  hash: 'f00d',
  about: 'call',
  arguments: '{}',
  reason: '',
  createdAt: '',
  expiresAt: '',
  state: 'waiting',
});

describe('events', () => {
  it('add and end approvals, each once', () => {
    let state = applyEvent(initialState, { type: 'approval_waiting', approval: approval('a') });
    state = applyEvent(state, { type: 'approval_waiting', approval: approval('b') });
    state = applyEvent(state, { type: 'approval_waiting', approval: approval('a') });
    expect(state.approvals?.map(({ id }) => id)).toEqual(['b', 'a']);
    state = applyEvent(state, { type: 'approval_ended', id: 'b' });
    state = applyEvent(state, { type: 'approval_ended', id: 'never' });
    expect(state.approvals?.map(({ id }) => id)).toEqual(['a']);
  });

  it('change nothing where pages ask for themselves', () => {
    const entry = { id: 'x', time: '2026-11-21T10:00:00.000Z', kind: 'call' } as const;
    expect(applyEvent(initialState, { type: 'log', entry })).toBe(initialState);
    expect(applyEvent(initialState, { type: 'status_changed' })).toBe(initialState);
  });

  it('keep what was weakened, newest first, bounded', () => {
    let state = initialState;
    for (let n = 0; n < 30; n += 1) {
      state = applyEvent(state, { type: 'weakened', operation: 'policy.add', text: String(n), caller: 'cli' });
    }
    expect(state.weakened).toHaveLength(20);
    expect(state.weakened[0]?.text).toBe('29');
  });
});
