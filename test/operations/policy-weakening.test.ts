import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyWeakeningTests } from '../../main/operations/policy-weakening.ts';
import type { NewChain, NewRule } from '../../preload/contract/index.ts';
import { aConfig } from '../hub/samples.ts';
import { aConnector, aRule, memorySettings, NOW } from './fakes.ts';
import { EMPTY_HUB } from '../../main/settings/schema.ts';

const CHAIN: NewChain = {
  effect: 'ask',
  after: { connector: 'a', tool: '*', holding: 'secret' },
  before: { connector: 'b', tool: '*' },
};
const config = aConfig('web', { target: { endpoint: 'https://mcp.example.com/mcp', default: 'deny' } });
const settings = memorySettings({
  connectors: [aConnector('open', { default: 'allow' }), aConnector('shut', { default: 'deny' })],
  hub: { ...EMPTY_HUB, configs: [config] },
  rules: [aRule('deny', 'open', 'x'), aRule('ask', 'open', 'x'), aRule('allow', 'open', 'x')],
  chains: [{ id: 'c1', ...CHAIN, createdAt: NOW.toISOString() }],
});
const tests = policyWeakeningTests(settings);
const plain = (effect: NewRule['effect'], connector: string, tool = 'x'): NewRule => ({ effect, connector, tool });

describe('what weakens by policy', () => {
  it.each([
    ['allow', 'open', true],
    ['allow', 'nowhere', true],
    ['deny', 'open', false],
    ['deny', '*', false],
    ['ask', 'open', false],
    ['ask', 'nowhere', false],
    ['ask', 'shut', true],
    ['ask', 'SHUT', true],
    ['ask', 's*', true],
    ['ask', '*', true],
    ['ask', 'shu?', true],
    ['ask', 'shut?', false],
    ['ask', 'web', true],
  ] as const)('%s on "%s": %s', (effect, connector, weakens) => {
    expect(tests['policy.add']?.(plain(effect, connector))).toBe(weakens);
    const { tool: _tool, ...rest } = plain(effect, connector);
    expect(tests['policy.add']?.({ ...rest, resource: 'file:///x' })).toBe(weakens);
    expect(tests['policy.add']?.({ ...rest, prompt: 'p', when: { at: '/a', eq: 1 }, client: 'c' })).toBe(weakens);
  });

  it.each([
    ['deny', true],
    ['ask', true],
    ['allow', false],
  ] as const)('taking away what says %s: %s', (effect, weakens) => {
    expect(tests['policy.remove']?.({ id: aRule(effect, 'open', 'x').id })).toBe(weakens);
  });

  it('does not ask about a rule that is not there: the handler says that it is not', () => {
    expect(tests['policy.remove']?.({ id: 'nope' })).toBe(false);
  });

  it('never lets an allow rule through without a yes', () => {
    const glob = fc.string({ minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(glob, glob, (connector, tool) => {
        const rule = plain('allow', connector, tool);
        const isNew = connector !== 'open' || tool !== 'x';
        const imported = tests['policy.import']?.({ set: { version: 1, rules: [rule], chains: [] }, replace: false });
        return tests['policy.add']?.(rule) === true && imported === isNew;
      }),
      { seed: 3 },
    );
  });

  const [deny, ask, allow] = [plain('deny', 'open'), plain('ask', 'open'), plain('allow', 'open')];
  it.each<[string, NewRule[], NewChain[], boolean, boolean]>([
    ['nothing', [], [], false, false],
    ['a denial', [plain('deny', 'shut', 'y')], [], false, false],
    ['a chain', [], [{ ...CHAIN, effect: 'deny' }], false, false],
    ['what is there already', [deny, ask, allow], [CHAIN], false, false],
    ['an allow rule', [plain('allow', 'open', 'y')], [], false, true],
    ['an ask rule that opens', [plain('ask', 'shut')], [], false, true],
    ['the same in place of the same', [allow, deny, ask], [CHAIN], true, false],
    ['all but an allow rule', [deny, ask], [CHAIN], true, false],
    ['all but a denial', [ask, allow], [CHAIN], true, true],
    ['all but a question', [deny, allow], [CHAIN], true, true],
    ['all but a chain', [deny, ask, allow], [], true, true],
    ['a denial for another', [{ ...deny, when: { at: '/a', eq: 1 } }, ask, allow], [CHAIN], true, true],
  ])('taking in %s', (_title, rules, chains, replace, weakens) => {
    expect(tests['policy.import']?.({ set: { version: 1, rules, chains }, replace })).toBe(weakens);
  });
});
