import { describe, expect, it } from 'vitest';
import { AwaitedInput } from '../../main/relay/awaited-input.ts';
import type { Call } from '../../main/relay/call-audit.ts';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';

const call = (name: string): Call => ({
  startedAt: 0,
  attempt: 1,
  subject: { call: name, method: 'tools/call', session: 's', connector: 'c', claimed: {}, requestId: '1' },
});
const open = (maxAwaitingInput = 3): AwaitedInput =>
  new AwaitedInput({ ...DEFAULT_LIMITS, inputMs: 100, maxAwaitingInput });
const names = (calls: readonly Call[]): string[] => calls.map(({ subject }) => subject.call);

describe('calls that wait for input', () => {
  it('are taken once, the oldest of those with one key first', () => {
    const awaited = open();
    awaited.add(call('a'), 'k', 0);
    awaited.add(call('b'), 'other', 0);
    awaited.add(call('c'), 'k', 0);
    expect([1, 2, 3].map(() => awaited.take('k')?.subject.call)).toEqual(['a', 'c', undefined]);
    expect(awaited.isEmpty).toBe(false);
    expect(awaited.take('other')?.subject.call).toBe('b');
    expect(awaited.isEmpty).toBe(true);
  });

  it('without a key are nobody’s', () => {
    const awaited = open();
    awaited.add(call('a'), undefined, 0);
    expect(awaited.take(undefined)).toBeUndefined();
    expect(names(awaited.takeAll())).toEqual(['a']);
    expect(awaited.takeAll()).toEqual([]);
  });

  it('are overdue at their time and not before', () => {
    const awaited = open();
    awaited.add(call('a'), 'k', 0);
    awaited.add(call('b'), 'k', 50);
    expect(awaited.takeOverdue(99)).toEqual([]);
    expect(names(awaited.takeOverdue(100))).toEqual(['a']);
    expect(names(awaited.takeOverdue(1000))).toEqual(['b']);
    expect(awaited.takeOverdue(1000)).toEqual([]);
  });

  it('above the limit push out the oldest', () => {
    const awaited = open(2);
    expect(['a', 'b', 'c'].map((name) => awaited.add(call(name), name, 0)?.subject.call)).toEqual([
      undefined,
      undefined,
      'a',
    ]);
    expect(names(awaited.takeAll())).toEqual(['b', 'c']);
  });
});
