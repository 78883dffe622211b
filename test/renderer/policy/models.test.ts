/** The small models of the policy page. */
import { describe, expect, it } from 'vitest';
import type { PinView } from '../../../preload/contract/pin.ts';
import type { GuardView } from '../../../preload/contract/policy-page.ts';
import { chainToText, EMPTY_CHAIN } from '../../../renderer/features/policy/chain-form.ts';
import { explainInput } from '../../../renderer/features/policy/explain-input.ts';
import { builtInText, choiceOf, EVERYWHERE } from '../../../renderer/features/policy/guard-model.ts';
import { heldBack, pinnedCounts } from '../../../renderer/features/policy/pins-model.ts';
import { many } from '../../../renderer/features/policy/policy-words.ts';
import { problemOf } from '../../../renderer/features/policy/problem-of.ts';

const AT = '2026-01-01T00:00:00.000Z';
const pin = (connector: string, over: Partial<PinView> = {}): PinView => ({
  connector,
  kind: 'tool',
  name: 'read',
  state: 'pinned',
  fingerprint: 'a',
  firstSeenAt: AT,
  ...over,
});

describe('what is held back', () => {
  it('is gathered by connector', () => {
    const pins = [
      pin('files', { state: 'changed', seen: 'b' }),
      pin('files'),
      pin('mail', { state: 'new', seen: 'c' }),
      pin('mail', { name: 'x' }),
      pin('mail', { name: 'y' }),
    ];
    expect(heldBack(pins)).toEqual([
      { connector: 'files', held: [pins[0]], isUnreadable: false },
      { connector: 'mail', held: [pins[2]], isUnreadable: false },
    ]);
    expect([...pinnedCounts(pins)]).toEqual([
      ['files', 1],
      ['mail', 2],
    ]);
  });

  it('can be unreadable as a whole, and a changed identity is not', () => {
    const { fingerprint: _none, ...lost } = pin('files', { kind: 'identity', name: '', state: 'changed' });
    expect(heldBack([lost])).toMatchObject([{ isUnreadable: true }]);
    expect(heldBack([{ ...lost, fingerprint: 'a', seen: 'b' }])).toMatchObject([{ isUnreadable: false }]);
    expect(heldBack([])).toEqual([]);
  });
});

describe('what the guard does', () => {
  const view = {
    categories: [],
    settings: { all: { pii: 'block' }, connectors: { files: { pii: 'off' } } },
    connectors: ['files'],
  } satisfies GuardView;
  it.each([
    [EVERYWHERE, 'block'],
    ['files', 'off'],
    ['mail', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
  ])('for %j is %j', (on, action) => {
    expect(choiceOf(view, on, 'pii')).toBe(action);
  });

  it('as built in is said once where it is the same everywhere', () => {
    const of = (input: 'block' | 'mask', output: 'block' | 'mask') =>
      builtInText({ category: 'pii', text: '', builtIn: { input, output, 'tool-definition': 'block' } });
    expect(of('block', 'block')).toBe('Stop it');
    expect(of('block', 'mask')).toBe('sent: stop it; answered: take it out; about tools: stop it');
  });
});

describe('what is asked of the companion', () => {
  it('names one subject, and arguments only where there are some', () => {
    const question = { connector: ' files ', subject: 'tool', name: 'a b', client: '', args: ' ' } as const;
    expect(explainInput(question)).toEqual({ connector: 'files', subject: { tool: 'a b', arguments: '{}' } });
    expect(explainInput({ ...question, subject: 'resource', client: 'c' })).toEqual({
      connector: 'files',
      subject: { resource: 'a b' },
      client: 'c',
    });
    expect(explainInput({ ...question, subject: 'prompt', args: '{"a":1}' }).subject).toEqual({
      prompt: 'a b',
      arguments: '{"a":1}',
    });
  });

  it('of a chain has no empty note', () => {
    expect(JSON.parse(chainToText({ ...EMPTY_CHAIN, before: { connector: ' a', tool: 'b ' }, note: ' ' }))).toEqual({
      effect: 'ask',
      after: { connector: '*', tool: '*', holding: 'anything' },
      before: { connector: 'a', tool: 'b' },
    });
  });
});

describe('a problem', () => {
  it('is found at its place and below it, each text once', () => {
    const problems = [
      { path: 'when.and.1.eq', text: 'A.' },
      { path: 'when.and.10', text: 'B.' },
      { path: 'when.and.1', text: 'A.' },
      { path: 'when.and.1.at', text: 'C.' },
    ];
    expect(problemOf(problems, 'when.and.1')).toBe('A. C.');
    expect(problemOf(problems, 'tool')).toBeUndefined();
  });
});

it('counts in words', () => {
  expect([many(0, 'call'), many(1, 'call'), many(2000, 'rule')]).toEqual(['0 calls', '1 call', '2,000 rules']);
});
