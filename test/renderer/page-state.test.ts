import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApprovalView } from '../../preload/contract/approval.ts';
import type { LogEntry } from '../../preload/contract/audit.ts';
import { applyEvent, initialState, MAX_ENTRIES, mergeEntries } from '../../renderer/state/page-state.ts';

const entry = (n: number, change: Partial<LogEntry> = {}): LogEntry => ({
  id: `id-${n}`,
  time: new Date(1_800_000_000_000 + n * 1000).toISOString(),
  kind: 'call',
  ...change,
});
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

describe('entries', () => {
  it('are newest first, each once, the later word wins', () => {
    const merged = mergeEntries([entry(1), entry(2)], [entry(3), entry(1, { outcome: 'ok' })]);
    expect(merged.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['id-3', undefined],
      ['id-2', undefined],
      ['id-1', 'ok'],
    ]);
  });

  it('are bounded, and keep the newest', () => {
    const merged = mergeEntries(
      [],
      Array.from({ length: MAX_ENTRIES + 50 }, (_, n) => entry(n)),
    );
    expect(merged).toHaveLength(MAX_ENTRIES);
    expect(merged[0]?.id).toBe(`id-${MAX_ENTRIES + 49}`);
  });

  it('do not depend on the order of arrival', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(400)), (numbers) => {
        const together = mergeEntries(
          [],
          numbers.map((n) => entry(n)),
        );
        const oneByOne = numbers.reduce<LogEntry[]>((known, n) => mergeEntries(known, [entry(n)]), []);
        expect(oneByOne).toEqual(together);
      }),
    );
  });
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

  it('keep what was weakened, newest first, bounded', () => {
    let state = initialState;
    for (let n = 0; n < 30; n += 1) {
      state = applyEvent(state, { type: 'weakened', operation: 'policy.add', text: String(n), caller: 'cli' });
    }
    expect(state.weakened).toHaveLength(20);
    expect(state.weakened[0]?.text).toBe('29');
  });
});
