import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FACTS } from '../../main/policy/call-facts.ts';
import { compilePolicy } from '../../main/policy/decide.ts';
import { surelyCovers } from '../../main/policy/surely-covers.ts';
import type { NewRule } from '../../preload/contract/index.ts';

const rule = (over: Partial<NewRule> = {}): NewRule => ({
  effect: 'deny',
  connector: 'files',
  ...(over.resource === undefined && over.prompt === undefined ? { tool: 'write' } : {}),
  ...over,
});
const WHEN = { at: '/a', eq: 1 } as const;

describe('a rule surely covers another one', () => {
  it.each<[string, NewRule, NewRule, boolean]>([
    ['the same', rule(), rule(), true],
    ['everything', rule({ connector: '*', tool: '*' }), rule(), true],
    ['a wider tool', rule({ tool: 'w*' }), rule(), true],
    ['a narrower tool', rule({ tool: 'write' }), rule({ tool: 'w*' }), false],
    ['another connector', rule({ connector: 'mail' }), rule(), false],
    ['a prompt and a tool', rule({ prompt: 'write' }), rule(), false],
    ['a tool and a prompt', rule({ tool: '*' }), rule({ prompt: 'write' }), false],
    ['an address and another', rule({ resource: 'file:///a/*' }), rule({ resource: 'file:///a/b' }), false],
    ['every address', rule({ resource: '*' }), rule({ resource: 'file:///a/b' }), true],
    ['without a condition one with it', rule(), rule({ when: WHEN }), true],
    ['with a condition one without', rule({ when: WHEN }), rule(), false],
    ['the same condition', rule({ when: WHEN, tool: '*' }), rule({ when: WHEN }), true],
    ['another condition', rule({ when: { at: '/a', eq: 2 } }), rule({ when: WHEN }), false],
    ['every client', rule(), rule({ client: 'cursor' }), true],
    ['one client', rule({ client: 'cursor' }), rule(), false],
    ['a wider client is not looked into', rule({ client: 'c*' }), rule({ client: 'cursor' }), false],
  ])('%s: %s', (_title, outer, inner, expected) => {
    expect(surelyCovers(outer, inner)).toBe(expected);
  });

  it('and then denies whatever that one denies, look-alike names too', () => {
    const glob = fc.string({
      unit: fc.constantFrom('a', 'A', '*', '?', 'ß', 'ı', 's', 'а'),
      minLength: 1,
      maxLength: 4,
    });
    const name = fc.string({
      unit: fc.constantFrom('a', 'A', 'ß', 'ı', 's', 'S', 'а', 'i'),
      minLength: 1,
      maxLength: 4,
    });
    const decides = (of: NewRule, tool: string): string =>
      compilePolicy({
        connector: 'files',
        default: 'allow',
        rules: [{ id: 'r', ...of, createdAt: '2026-01-01T00:00:00.000Z' }],
      }).decideCall({ name: tool, claimsReadOnly: false, schemaWords: [] }, {}, NO_FACTS).effect;
    let covered = 0;
    fc.assert(
      fc.property(glob, glob, name, fc.constantFrom('deny', 'allow' as const), (a, b, tool, effect) => {
        const [outer, inner] = [rule({ tool: a, effect }), rule({ tool: b, effect })];
        if (!surelyCovers(outer, inner)) return;
        covered += 1;
        if (effect === 'deny' && decides(inner, tool) === 'deny') expect(decides(outer, tool)).toBe('deny');
      }),
      { numRuns: 5000 },
    );
    expect(covered).toBeGreaterThan(100);
  });
});
