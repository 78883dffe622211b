import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_SETTINGS, type Settings } from '../../main/settings/schema.ts';
import { tightened } from '../../main/settings/tighten.ts';
import { tightenedGuard } from '../../main/settings/tighten-guard.ts';
import {
  GuardCategory,
  type Chain,
  type GuardAction,
  type GuardSettings,
  type Rule,
} from '../../preload/contract/index.ts';
import { aConnector, aRule } from '../operations/fakes.ts';

const AT = '2026-11-21T08:00:00.000Z';
const aChain = (id: string): Chain => ({
  id,
  effect: 'ask',
  after: { connector: 'a', tool: '*', holding: 'anything' },
  before: { connector: 'b', tool: '*' },
  createdAt: AT,
});
const before = { rules: [], chains: [], defaults: {}, at: AT };
const lockdown = { since: AT, by: 'x' };
const after = (good: Partial<Settings>, suspect: Partial<Settings>): Settings =>
  tightened({ ...EMPTY_SETTINGS, ...good }, { ...EMPTY_SETTINGS, ...suspect });

describe('of a rejected file, what decides', () => {
  it.each<[string, Partial<Settings>, Partial<Settings>, Partial<Settings>]>([
    ['a chain added', {}, { chains: [aChain('c')] }, { chains: [aChain('c')] }],
    ['a chain taken out', { chains: [aChain('c')] }, {}, { chains: [aChain('c')] }],
    ['new items asked about', {}, { newItems: 'ask' }, { newItems: 'ask' }],
    ['new items pinned', { newItems: 'ask' }, { newItems: 'pin' }, { newItems: 'ask' }],
    ['a stop', {}, { lockdown }, { lockdown }],
    ['a stop that is lifted', { lockdown }, {}, { lockdown }],
    ['what would be gone back to', {}, { policyBefore: before }, { policyBefore: null }],
    ['nothing to go back to', { policyBefore: before }, {}, { policyBefore: null }],
    ['the same to go back to', { policyBefore: before }, { policyBefore: before }, { policyBefore: before }],
  ])('counts only where it tightens: %s', (_title, good, suspect, expected) => {
    expect(after(good, suspect)).toMatchObject(expected);
  });

  it('takes an ask rule only where it does not open what is denied by default', () => {
    const rules: Rule[] = [
      aRule('ask', 'SHUT', 'x'),
      aRule('ask', '*', 'x'),
      aRule('ask', 'open', 'x'),
      aRule('deny', '*', 'x'),
    ];
    const connectors = [aConnector('open', { default: 'allow' }), aConnector('shut', { default: 'deny' })];
    expect(after({ connectors }, { connectors, rules }).rules).toEqual([rules[2], rules[3]]);
  });

  it('gives what it adds ids of its own, so that what is removed by one is one thing', () => {
    const deny = aRule('deny', 'a', 'x');
    const others: Rule[] = [
      { ...deny, tool: 'y' },
      { ...deny, tool: 'z' },
      { ...deny, id: 'i'.repeat(64), tool: 'w' },
    ];
    const chain: Chain = { ...aChain('c'), effect: 'deny' };
    const good = { rules: [deny, { ...deny, id: 'i'.repeat(64) }], chains: [aChain('c')] };
    const { rules, chains } = after(good, { rules: others, chains: [chain] });
    expect(rules.map(({ tool }) => tool)).toEqual(['x', 'x', 'y', 'z', 'w']);
    expect(chains).toEqual([aChain('c'), { ...chain, id: 'c-2' }]);
    const ids = [...rules, ...chains].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.max(...ids.map((id) => id.length))).toBe(64);
    // An undo must not take a denial for the rule that it brings back.
    const policyBefore = { ...before, rules: [{ ...deny, id: 'old' }] };
    const one = after({ policyBefore }, { policyBefore, rules: [{ ...deny, id: 'old', tool: 'q' }] });
    expect(one.rules.map(({ id }) => id)).toEqual(['old-2']);
  });

  it('takes no allow rule whose condition is another one', () => {
    const allow: Rule = { ...aRule('allow', 'a', 'x'), when: { at: '/path', eq: 'y' } };
    const { when: _when, ...wider } = allow;
    expect(after({ rules: [allow] }, { rules: [wider] }).rules).toEqual([]);
    expect(after({ rules: [allow] }, { rules: [allow] }).rules).toEqual([allow]);
  });
});

describe('of a rejected file, the guard', () => {
  const SEVERITY: readonly (GuardAction | undefined)[] = ['off', 'alert', 'mask', 'block'];
  const counts = (settings: GuardSettings, name: string, category: GuardCategory): GuardAction | undefined =>
    settings.connectors[name]?.[category] ?? settings.all[category];
  const choices = fc.record(
    Object.fromEntries(
      ['secret', 'pii', 'injection'].map((category) => [category, fc.constantFrom('off', 'alert', 'mask', 'block')]),
    ),
    { requiredKeys: [] },
  );
  const guard = fc.record({
    all: choices,
    connectors: fc.dictionary(fc.constantFrom('a', 'b'), choices),
  }) as fc.Arbitrary<GuardSettings>;

  it('is never milder for any category of any connector, wherever what is built in lies', () => {
    fc.assert(
      fc.property(
        guard,
        guard,
        fc.constantFrom<GuardAction[]>('off', 'alert', 'mask', 'block'),
        (good, suspect, builtIn) => {
          const both = tightenedGuard(good, suspect);
          for (const name of ['a', 'b', 'other']) {
            for (const category of GuardCategory.options) {
              const was = SEVERITY.indexOf(counts(good, name, category) ?? builtIn);
              const is = SEVERITY.indexOf(counts(both, name, category) ?? builtIn);
              expect(is).toBeGreaterThanOrEqual(was);
            }
          }
        },
      ),
      { seed: 9, numRuns: 500 },
    );
  });

  it('takes what is surely stricter', () => {
    const none: GuardSettings = { all: {}, connectors: {} };
    expect(tightenedGuard(none, { all: { pii: 'block', secret: 'mask' }, connectors: {} }).all).toEqual({
      pii: 'block',
    });
    expect(
      tightenedGuard({ all: { pii: 'alert' }, connectors: {} }, { all: { pii: 'mask' }, connectors: {} }).all,
    ).toEqual({
      pii: 'mask',
    });
    expect(tightenedGuard({ all: { pii: 'off' }, connectors: {} }, none).all).toEqual({});
    expect(
      tightenedGuard({ all: {}, connectors: { a: { pii: 'off' } } }, { all: {}, connectors: { a: { pii: 'alert' } } }),
    ).toEqual({ all: {}, connectors: { a: { pii: 'alert' } } });
  });
});
