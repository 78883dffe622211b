import { describe, expect, it } from 'vitest';
import { compileRuleSet } from '../../main/policy/decide.ts';
import { policyWeakeningTests } from '../../main/operations/policy-weakening.ts';
import type { Condition, DefaultMode, NewRule, Rule } from '../../preload/contract/index.ts';
import { RandomPolicy } from '../policy/random-policy.ts';
import { aConnector, aRule, CLI, memorySettings, NOW } from './fakes.ts';
import { PATHS, policyBench } from './policy-bench.ts';

const at = NOW.toISOString();
const asNew = ({ id: _id, createdAt: _at, ...rule }: Rule): NewRule => rule;
const DENY = aRule('deny', 'files', 'write_*');
const OTHER = aRule('ask', 'files', 'read');

function bench(over: Parameters<typeof memorySettings>[0] = {}) {
  const settings = memorySettings({
    connectors: [aConnector('files', { default: 'ask' }), aConnector('shut', { default: 'deny' })],
    rules: [DENY, OTHER],
    ...over,
  });
  return policyBench({ settings });
}

describe('a rule that is changed', () => {
  it('keeps its id, its place and its age, and is written once', async () => {
    const { handlers, settings } = bench();
    const rule: NewRule = { ...asNew(DENY), tool: '*', note: 'all of it' };
    const next = { ...rule, id: DENY.id, createdAt: at };
    expect(await handlers['policy.update']({ id: DENY.id, was: asNew(DENY), rule }, CLI)).toEqual(next);
    expect(settings.read().rules).toEqual([next, OTHER]);
    expect(settings.writes).toEqual(['policy.update by a test']);
  });

  it('into itself is not written', async () => {
    const { handlers, settings } = bench();
    await handlers['policy.update']({ id: DENY.id, was: asNew(DENY), rule: asNew(DENY) }, CLI);
    expect(settings.writes).toEqual([]);
  });

  it.each<[string, { id?: string; was?: NewRule; rule?: NewRule }, string]>([
    ['that is gone', { id: 'nope' }, 'E_RULE_UNKNOWN'],
    ['that somebody else changed', { was: { ...asNew(DENY), tool: 'x' } }, 'E_RULE_CHANGED'],
    ['into another one that is there', { rule: asNew(OTHER) }, 'E_RULE_EXISTS'],
    ['into one that cannot be used', { rule: { ...asNew(DENY), when: { at: '/a', regex: '(' } } }, 'E_INPUT'],
    [
      'into one that is too large',
      {
        rule: {
          ...asNew(DENY),
          when: { at: '/a', in: Array.from({ length: 900 }, (_none, n) => `${'x'.repeat(20)}${n}`) },
        },
      },
      'E_RULE_TOO_LARGE',
    ],
  ])('%s is refused', async (_title, over, code) => {
    const { handlers, settings } = bench();
    const input = { id: DENY.id, was: asNew(DENY), rule: { ...asNew(DENY), tool: '*' }, ...over };
    await expect((async () => handlers['policy.update'](input, CLI))()).rejects.toMatchObject({ code, exitCode: 2 });
    expect(settings.writes).toEqual([]);
    expect(settings.read().rules).toEqual([DENY, OTHER]);
  });

  it('does not come back as it was when a suggestion is undone', async () => {
    const allow = aRule('allow', 'files', '*');
    const { handlers, settings } = bench({
      rules: [allow, DENY],
      policyBefore: { rules: [allow, DENY], chains: [], defaults: { files: 'ask' }, at },
    });
    const rule: NewRule = { ...asNew(allow), tool: 'read_*' };
    await handlers['policy.update']({ id: allow.id, was: asNew(allow), rule }, CLI);
    await handlers['policy.undo']({}, CLI);
    expect(settings.read().rules).toMatchObject([{ id: allow.id, tool: 'read_*' }, { id: DENY.id }]);
  });
});

describe('what a connector does with the rest', () => {
  it('is written once, and only where it is another', async () => {
    const { handlers, settings } = bench();
    await handlers['policy.setDefault']({ connector: 'files', default: 'deny' }, CLI);
    await handlers['policy.setDefault']({ connector: 'files', default: 'deny' }, CLI);
    expect(settings.read().connectors.map((one) => one.default)).toEqual(['deny', 'deny']);
    expect(settings.writes).toEqual(['policy.setDefault by a test']);
    await expect(
      (async () => handlers['policy.setDefault']({ connector: 'nope', default: 'ask' }, CLI))(),
    ).rejects.toMatchObject({ code: 'E_CONNECTOR_UNKNOWN' });
  });

  const MODES: readonly DefaultMode[] = ['allow', 'read-only', 'ask', 'deny'];
  it('weakens where it is milder', () => {
    for (const [from, before] of MODES.entries())
      for (const [to, mode] of MODES.entries()) {
        const tests = policyWeakeningTests(memorySettings({ connectors: [aConnector('a', { default: before })] }));
        expect(tests['policy.setDefault']?.({ connector: 'a', default: mode }), `${before} ${mode}`).toBe(to < from);
      }
  });
});

describe('an edit weakens', () => {
  const WHEN: Condition = { at: '/path', path_under: ['/etc'] };
  const plain = (effect: NewRule['effect'], over: Partial<NewRule> = {}): NewRule => ({
    effect,
    connector: 'files',
    tool: 'write',
    ...over,
  });
  it.each<[string, NewRule, NewRule, boolean]>([
    ['in its note', plain('deny'), plain('deny', { note: 'n' }), false],
    ['from ask to deny', plain('ask'), plain('deny'), false],
    ['from deny to ask', plain('deny'), plain('ask'), true],
    ['from deny to allow', plain('deny'), plain('allow'), true],
    ['from allow to deny', plain('allow'), plain('deny'), false],
    ['from allow to ask', plain('allow'), plain('ask'), false],
    [
      'from allow to ask where the default is deny',
      plain('allow', { connector: 'shut' }),
      plain('ask', { connector: 'shut' }),
      true,
    ],
    ['a wider denial', plain('deny'), plain('deny', { tool: 'w*' }), false],
    ['a narrower denial', plain('deny', { tool: 'w*' }), plain('deny'), true],
    ['a denial with a condition', plain('deny'), plain('deny', { when: WHEN }), true],
    ['a denial without its condition', plain('deny', { when: WHEN }), plain('deny'), false],
    [
      'a denial with another condition',
      plain('deny', { when: WHEN }),
      plain('deny', { when: { at: '/path', eq: 'x' } }),
      true,
    ],
    ['a denial for one client', plain('deny'), plain('deny', { client: 'cursor' }), true],
    ['a wider allow', plain('allow'), plain('allow', { tool: '*' }), true],
    ['a narrower allow', plain('allow', { tool: '*' }), plain('allow'), false],
    ['an allow with a condition', plain('allow'), plain('allow', { when: WHEN }), false],
    [
      'an allow with another condition',
      plain('allow', { when: WHEN }),
      plain('allow', { when: { at: '/path', eq: 'x' } }),
      true,
    ],
    ['an allow of another tool', plain('allow'), plain('allow', { tool: 'other' }), true],
    ['a wider question', plain('ask'), plain('ask', { tool: '*' }), false],
    ['a question that reaches what is closed', plain('ask'), plain('ask', { connector: '*' }), true],
    [
      'a narrower question where the default is deny',
      plain('ask', { connector: 'shut', tool: '*' }),
      plain('ask', { connector: 'shut' }),
      true,
    ],
  ])('%s', (_title, old, rule, weakens) => {
    const settings = memorySettings({
      connectors: [aConnector('files', { default: 'ask' }), aConnector('shut', { default: 'deny' })],
      rules: [{ id: 'r1', ...old, createdAt: at }],
    });
    expect(policyWeakeningTests(settings)['policy.update']?.({ id: 'r1', was: old, rule })).toBe(weakens);
  });

  it('wherever any call would then be stopped less, among whatever other rules', () => {
    const STRICT = { allow: 0, ask: 1, deny: 2 } as const;
    let passed = 0;
    for (let seed = 0; seed < 800; seed++) {
      const random = new RandomPolicy(seed);
      const rules = [random.rule(), random.rule(), random.rule()];
      const [old] = rules;
      if (old === undefined) continue;
      const other = random.rule();
      const parts: Partial<Rule> = {
        ...(random.below(2) === 0 ? { effect: other.effect } : {}),
        ...(random.below(2) === 0 ? { tool: random.below(2) === 0 ? '*' : (other.tool ?? '*') } : {}),
        ...(random.below(3) === 0 ? { connector: random.below(2) === 0 ? '*' : other.connector } : {}),
      };
      const { when: _when, ...bare } = { ...old, ...parts };
      const next: Rule = random.below(3) === 0 ? bare : { ...old, ...parts };
      const connectors = [random.word(), random.word(1)].map((name) => aConnector(name, { default: random.mode() }));
      const settings = memorySettings({ connectors, rules });
      const update = { id: old.id, was: asNew(old), rule: asNew(next) };
      if (policyWeakeningTests(settings)['policy.update']?.(update) !== false) continue;
      passed += 1;
      const before = compileRuleSet(rules, [], PATHS);
      const after = compileRuleSet([next, ...rules.slice(1)], [], PATHS);
      for (const { name, default: mode } of connectors) {
        const [was, is] = [before, after].map((set) => set.ofConnector({ connector: name, default: mode }));
        for (let count = 0; count < 20; count++) {
          const tool = { name: random.word(), claimsReadOnly: random.below(2) === 0, schemaWords: [] };
          const [args, facts] = [random.arguments(), random.facts()];
          const effects = [was, is].map((policy) => policy?.decideCall(tool, args, facts).effect ?? 'deny');
          expect(
            STRICT[effects[1] ?? 'allow'],
            JSON.stringify([seed, old, next, name, mode, tool, args, facts]),
          ).toBeGreaterThanOrEqual(STRICT[effects[0] ?? 'deny']);
        }
      }
    }
    expect(passed).toBeGreaterThan(150);
  });
});
