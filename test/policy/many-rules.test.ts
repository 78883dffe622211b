import { describe, expect, it } from 'vitest';
import type { Rule } from '../../preload/contract/index.ts';
import { NO_FACTS } from '../../main/policy/call-facts.ts';
import { compilePolicy } from '../../main/policy/decide.ts';

describe('many rules', () => {
  const rules = (count: number, more: Partial<Rule>): Rule[] =>
    Array.from({ length: count }, (_, n) => ({
      id: `n${n}`,
      effect: 'deny',
      connector: '*',
      tool: `t${n}_*`,
      createdAt: '2026-01-01T00:00:00.000Z',
      ...more,
    }));
  const called = (set: readonly Rule[], name: string, args: unknown = {}) =>
    compilePolicy({ connector: 'c', default: 'allow', rules: set }).decideCall(
      { name, claimsReadOnly: false, schemaWords: [] },
      args,
      NO_FACTS,
    );

  it('are found by how they begin, as it stands and as it reads', () => {
    const set = rules(200, {});
    for (const name of ['t7_x', 'T7_x', 'т7_x', 't7_']) expect(called(set, name).ruleId, name).toBe('n7');
    expect(called(set, 't7').effect).toBe('allow');
    expect(called([...set, ...rules(1, { id: 'any', tool: '?7_*' })], 'x7_a').ruleId).toBe('any');
    expect(called([...set, ...rules(1, { id: 'mark', tool: 'e*' })], 'e\u0301x').ruleId).toBe('mark');
  });

  it('with too many expressions count for every call, and none is compiled', () => {
    const when = { at: '/a', regex: '(?:ab|cd|ef){300}' };
    expect(called(rules(60, { tool: '*', when }), 't', { a: 'x' })).toMatchObject({
      code: 'argument_deny',
      reason: expect.stringContaining('too many expressions'),
    });
    expect(called(rules(10, { tool: '*', when }), 't', { a: 'x' }).effect).toBe('allow');
  });

  it('are decided alike in every order where they cost more than one decision may', () => {
    const costly = rules(60, { effect: 'allow', tool: '*' }).map((one, n) => ({
      ...one,
      when: { at: '/a', regex: `(?:x?){9}y${n}` },
    }));
    const plain = rules(1, { id: 'z', effect: 'allow', tool: '*', when: { at: '/a', regex: '^x' } });
    const decide = (set: readonly Rule[]) =>
      compilePolicy({ connector: 'c', default: 'ask', rules: set }).decideCall(
        { name: 't', claimsReadOnly: false, schemaWords: [] },
        { a: 'x'.repeat(100_000) },
        NO_FACTS,
      );
    expect(decide([...plain, ...costly])).toEqual(decide([...costly, ...plain]));
    expect(decide(plain).effect).toBe('allow');
  });
});
