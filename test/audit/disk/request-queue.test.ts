import { describe, expect, it } from 'vitest';
import { createRequestQueue } from '../../../main/audit/disk/request-queue.ts';

function setUp() {
  const turns: (() => void)[] = [];
  const said: string[] = [];
  const queue = createRequestQueue<{ readonly name: string; readonly slot: string | undefined }>({
    carryOut: ({ name }) => said.push(name),
    supersede: ({ name }) => said.push(`-${name}`),
    later: (then) => turns.push(then),
  });
  const add = (name: string, slot?: string): void => queue.add({ name, slot });
  const turn = (): void => turns.shift()?.();
  const run = (): void => {
    while (turns.length > 0) turn();
  };
  return { add, turn, run, said };
}

describe('the order of the index', () => {
  it('is the one in which they came', () => {
    const { add, run, said } = setUp();
    add('1');
    add('2');
    run();
    add('3');
    run();
    expect(said).toEqual(['1', '2', '3']);
  });

  it('leaves out what somebody typed over, of each slot for itself', () => {
    const { add, turn, run, said } = setUp();
    add('a1', 'a');
    turn();
    add('a2', 'a');
    add('b1', 'b');
    add('other');
    add('a3', 'a');
    run();
    expect(said).toEqual(['a1', '-a2', 'b1', 'other', 'a3']);
  });
});
