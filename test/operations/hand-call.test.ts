import { expect, it } from 'vitest';
import { handCallHandlers, STARTING_WEAKENS } from '../../main/operations/hand-call.ts';
import type { HandCall } from '../../preload/contract/index.ts';
import { CLI } from './fakes.ts';

const answer: HandCall = {
  call: 'c',
  decision: null,
  outcome: 'answered',
  message: '',
  parts: [],
  isCut: false,
  durationMs: 1,
};

it('passes on the text of an object as it stands', async () => {
  const called: unknown[] = [];
  const handlers = handCallHandlers({
    call: async (request) => {
      called.push(request);
      return answer;
    },
  });
  const input = { name: 'files', tool: 'read', arguments: '{ "n": 12345678901234567890 }' };
  expect(await handlers['connectors.callTool'](input, CLI)).toBe(answer);
  expect(called).toEqual([{ connector: 'files', tool: 'read', arguments: '{ "n": 12345678901234567890 }' }]);
});

it.each(['', '[]', '"x"', '1', 'null', '{', '{"a":1,"a":2}', '{"a":1}}', '{} {}'])('refuses %s', (text) => {
  const handlers = handCallHandlers({ call: () => Promise.reject(new Error('called')) });
  expect(() => handlers['connectors.callTool']({ name: 'files', tool: 'read', arguments: text }, CLI)).toThrow(
    /arguments/,
  );
});

it('a page never starts anything by itself', () => {
  for (const test of Object.values(STARTING_WEAKENS)) {
    const look = test as (input: unknown, context: typeof CLI) => boolean;
    expect(look({}, { ...CLI, caller: 'ui' })).toBe(true);
    expect(look({}, CLI)).toBe(false);
  }
});
