import { describe, expect, it } from 'vitest';
import type { Chain, Condition, NewChain, NewRule, RuleSet } from '../../preload/contract/index.ts';
import { aRule, CLI, memorySettings, NOW } from './fakes.ts';
import { policyBench } from './policy-bench.ts';

const CHAIN: NewChain = {
  effect: 'ask',
  after: { connector: 'mail', tool: 'read', holding: 'anything' },
  before: { connector: 'web', tool: 'post' },
};
const aChain = (id: string): Chain => ({ id, ...CHAIN, createdAt: NOW.toISOString() });
const set = (rules: NewRule[], chains: NewChain[] = []): RuleSet => ({ version: 1, rules, chains });
const DENY: NewRule = { effect: 'deny', connector: 'files', tool: 'write_*' };

describe('rules', () => {
  it('are added once, however often one is asked for; only the note makes no difference', async () => {
    const { handlers, settings } = policyBench();
    const first = await handlers['policy.add'](DENY, CLI);
    expect(await handlers['policy.add']({ ...DENY, note: 'again' }, CLI)).toEqual(first);
    expect(settings.writes).toEqual(['policy.add by a test']);
    for (const other of [
      { ...DENY, effect: 'allow' as const },
      { ...DENY, client: 'ci' },
      { ...DENY, when: { at: '/path', exists: true } },
      { effect: 'deny' as const, connector: 'files', prompt: 'write_*' },
    ])
      await handlers['policy.add'](other, CLI);
    expect(await handlers['policy.list']({}, CLI)).toHaveLength(5);
  });

  it('are removed one by one, and one that is not there is said to be', () => {
    const [first, second] = [aRule('deny', 'a', '*'), aRule('allow', 'a', '*')];
    const { handlers, settings } = policyBench({ settings: memorySettings({ rules: [first, second] }) });
    expect(handlers['policy.remove']({ id: first.id }, CLI)).toEqual(first);
    expect(settings.read().rules).toEqual([second]);
    expect(() => handlers['policy.remove']({ id: first.id }, CLI)).toThrow(`There is no rule "${first.id}".`);
    expect(settings.writes).toHaveLength(1);
  });

  const deep = (depth: number): Condition => (depth === 0 ? { at: '/a', exists: true } : { not: deep(depth - 1) });
  it.each<[string, Condition, string]>([
    ['no RE2 syntax', { or: [{ at: '/a', regex: '(?=x)' }] }, 'none in RE2 syntax'],
    ['too deep', deep(40), 'more than 32 deep'],
    [
      'too many',
      { and: Array.from({ length: 20 }, () => ({ or: Array.from({ length: 60 }, () => ({ at: '/a', eq: 1 })) })) },
      'more than 1000',
    ],
  ])('with a condition that nothing can be held against are refused: %s', async (_title, when, words) => {
    const { handlers, settings } = policyBench();
    const error = { code: 'E_INPUT', exitCode: 2, message: expect.stringContaining(words) as unknown };
    await expect((async () => handlers['policy.add']({ ...DENY, when }, CLI))()).rejects.toMatchObject(error);
    const given = { set: set([DENY, { ...DENY, when }]), replace: false };
    await expect((async () => handlers['policy.import'](given, CLI))()).rejects.toMatchObject({
      ...error,
      message: expect.stringMatching(/^Rule 2 /) as unknown,
    });
    expect(settings.writes).toEqual([]);
  });

  it('have an end', async () => {
    const many = Array.from({ length: 10_000 }, (_none, at) => aRule('deny', 'files', `t${at}`));
    const { handlers, settings } = policyBench({ settings: memorySettings({ rules: many }) });
    await expect((async () => handlers['policy.add'](DENY, CLI))()).rejects.toMatchObject({ code: 'E_TOO_MANY_RULES' });
    const given = { set: set([DENY]), replace: false };
    await expect((async () => handlers['policy.import'](given, CLI))()).rejects.toMatchObject({
      code: 'E_TOO_MANY_RULES',
    });
    expect(settings.writes).toEqual([]);
  });
});

describe('chains', () => {
  it('are added once, listed and removed', async () => {
    const { handlers, settings } = policyBench();
    const first = await handlers['policy.addChain'](CHAIN, CLI);
    expect(await handlers['policy.addChain'](CHAIN, CLI)).toEqual(first);
    await handlers['policy.addChain']({ ...CHAIN, effect: 'deny' }, CLI);
    expect(await handlers['policy.chains']({}, CLI)).toHaveLength(2);
    expect(handlers['policy.removeChain']({ id: first.id }, CLI)).toEqual(first);
    expect(() => handlers['policy.removeChain']({ id: first.id }, CLI)).toThrow('There is no chain');
    expect(settings.writes).toEqual([
      'policy.addChain by a test',
      'policy.addChain by a test',
      'policy.removeChain by a test',
    ]);
  });
});

describe('a set of rules', () => {
  it('goes out and comes back the same', async () => {
    const start = { rules: [aRule('deny', 'a', '*'), aRule('allow', 'b', 'x')], chains: [aChain('c1')] };
    const { handlers, settings } = policyBench({ settings: memorySettings(start) });
    const exported = await handlers['policy.export']({}, CLI);
    expect(JSON.stringify(exported)).not.toMatch(/"id"|createdAt/);
    expect(await handlers['policy.import']({ set: exported, replace: true }, CLI)).toEqual({
      rules: [],
      chains: [],
      removed: 0,
    });
    expect(settings.writes).toEqual([]);
    const other = policyBench();
    await other.handlers['policy.import']({ set: exported, replace: false }, CLI);
    expect(await other.handlers['policy.export']({}, CLI)).toEqual(exported);
    expect(other.settings.writes).toEqual(['policy.import by a test']);
  });

  it('gives each its own id, whatever numbers come up', async () => {
    const numbers = ['n1', 'n1', 'n2', 'n1', 'n2', 'n3'];
    const start = memorySettings({ rules: [{ ...aRule('deny', 'a', '*'), id: 'n1' }] });
    const { handlers, settings } = policyBench({ settings: start, newRuleId: () => numbers.shift() ?? 'x' });
    await handlers['policy.import']({ set: set([DENY], [CHAIN]), replace: false }, CLI);
    expect([...settings.read().rules, ...settings.read().chains].map(({ id }) => id)).toEqual(['n1', 'n2', 'n3']);
  });

  it('replaces what is not in it, keeps what is under its id, and takes what stands twice once', async () => {
    const [stays, goes] = [aRule('deny', 'a', '*'), aRule('deny', 'b', '*')];
    const { handlers, settings } = policyBench({
      settings: memorySettings({ rules: [stays, goes], chains: [aChain('c1')] }),
    });
    const given = set([DENY, { effect: 'deny', connector: 'a', tool: '*' }, { ...DENY, note: 'twice' }]);
    const done = await handlers['policy.import']({ set: given, replace: true }, CLI);
    expect(done).toMatchObject({ rules: [{ ...DENY, id: 'n1' }], chains: [], removed: 2 });
    expect(settings.read().rules).toEqual([stays, { ...DENY, id: 'n1', createdAt: NOW.toISOString() }]);
    expect(settings.read().chains).toEqual([]);
  });
});

describe('how much rules may take', () => {
  const long = (n: number, bytes = 15_000): NewRule => ({
    ...DENY,
    when: {
      at: '/x',
      in: Array.from({ length: Math.floor(bytes / 1000) }, (_none, i) => `${n} ${i}`.padEnd(997, 'x')),
    },
  });

  it('is bounded for one rule, by any way in, and nothing is written', async () => {
    const { handlers, settings } = policyBench();
    const error = expect.objectContaining({ code: 'E_RULE_TOO_LARGE', exitCode: 2 }) as Error;
    expect(() => handlers['policy.add'](long(1, 17_000), CLI)).toThrow(error);
    const given = { set: set([DENY, long(1, 17_000)]), replace: false };
    expect(() => handlers['policy.import'](given, CLI)).toThrow(error);
    expect(() => handlers['policy.import'](given, CLI)).toThrow('Rule #2 takes 17 KiB; one may take 16.');
    expect(settings.writes).toEqual([]);
    expect(() => handlers['policy.add'](long(1), CLI)).not.toThrow();
  });

  it('is bounded for all of them: with those that are there, not with those that go', async () => {
    const { handlers, settings } = policyBench();
    const some = (from: number, count: number): NewRule[] =>
      Array.from({ length: count }, (_none, n) => long(from + n));
    await handlers['policy.import']({ set: set(some(0, 200)), replace: false }, CLI);
    const more = { set: set(some(200, 100)), replace: false };
    const error = expect.objectContaining({ code: 'E_RULES_TOO_LARGE', exitCode: 2 }) as Error;
    expect(() => handlers['policy.import'](more, CLI)).toThrow(error);
    expect(settings.writes).toHaveLength(1);
    expect(() => handlers['policy.import']({ ...more, replace: true }, CLI)).not.toThrow();
    expect(settings.read().rules).toHaveLength(100);
  });
});

describe('what was taken away on purpose', () => {
  const allow = aRule('allow', 'files', '*');
  const kept = aRule('deny', 'files', 'x');
  const before = { rules: [allow, kept], chains: [aChain('c')], defaults: {}, at: NOW.toISOString() };
  const bench = () =>
    policyBench({ settings: memorySettings({ rules: [allow, kept], chains: [aChain('c')], policyBefore: before }) });

  it('does not come back when a suggestion is undone: a rule, a chain', async () => {
    const { handlers, settings } = bench();
    await handlers['policy.remove']({ id: allow.id }, CLI);
    await handlers['policy.removeChain']({ id: 'c' }, CLI);
    await handlers['policy.undo']({}, CLI);
    expect([settings.read().rules, settings.read().chains]).toEqual([[kept], []]);
  });

  it('does not come back either where a file replaced it', async () => {
    const { handlers, settings } = bench();
    const { id: _id, createdAt: _at, ...same } = kept;
    const dropped = aRule('allow', '*', '*');
    settings.update('test', 'test', (now) => ({
      ...now,
      policyBefore: { ...before, rules: [...before.rules, dropped] },
    }));
    await handlers['policy.import']({ set: set([same]), replace: true }, CLI);
    await handlers['policy.undo']({}, CLI);
    expect([settings.read().rules, settings.read().chains]).toEqual([[kept], []]);
  });
});

describe('lint', () => {
  it('says which allow rule opens a tool that runs what it is given', async () => {
    const { handlers } = policyBench();
    const given = set([{ effect: 'allow', connector: 'box', tool: 'run_command' }]);
    const findings = await handlers['policy.lint']({ set: given }, CLI);
    expect(findings).toContainEqual({
      kind: 'wider_than_it_looks',
      rules: ['#1'],
      text: 'Rule #1 allows "run_command" with anything: by its name it runs what it is given.',
    });
  });
});
