import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DefaultMode, Rule } from '../../preload/contract/index.ts';
import { NO_FACTS } from '../../main/policy/call-facts.ts';
import { compilePolicy, hidesTool, type Policy } from '../../main/policy/decide.ts';
import { foldName } from '../../main/policy/fold.ts';
import type { ProtectedPaths } from '../../main/policy/protected-paths.ts';
import type { ToolFacts } from '../../main/policy/read-only.ts';

let ids = 0;
const rule = (effect: Rule['effect'], toolGlob: string, connector = '*'): Rule => ({
  id: `r${++ids}`,
  effect,
  connector,
  tool: toolGlob,
  createdAt: '2026-01-01T00:00:00.000Z',
});
const facts = (name: string, extra: Partial<ToolFacts> = {}): ToolFacts => ({
  name,
  claimsReadOnly: false,
  schemaWords: [],
  ...extra,
});
const policy = (mode: DefaultMode, rules: readonly Rule[], connector = 'files', paths?: ProtectedPaths): Policy =>
  compilePolicy({ connector, default: mode, rules, ...(paths === undefined ? {} : { protectedPaths: paths }) });
const effect = (p: Policy, tool: ToolFacts): string => p.decideTool(tool).effect;

/* A second implementation, as naive as can be. Names of the test hold only these look-alikes. */
const SAME: Record<string, string> = { '1': 'l', i: 'l', I: 'l', L: 'l', '0': 'o', O: 'o', A: 'a', B: 'b', а: 'a' };
const read = (text: string): string =>
  text
    .split('')
    .map((c) => SAME[c] ?? c)
    .join('');
function matches(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  if (glob[0] === '*') return matches(glob.slice(1), text) || (text !== '' && matches(glob, text.slice(1)));
  return text !== '' && (glob[0] === '?' || glob[0] === text[0]) && matches(glob.slice(1), text.slice(1));
}
const wide = (glob: string, text: string): boolean => matches(glob, text) || matches(read(glob), read(text));
function naive(mode: DefaultMode, rules: readonly Rule[], connector: string, tool: ToolFacts): string {
  for (const strict of ['deny', 'ask'])
    if (rules.some((r) => r.effect === strict && wide(r.connector, connector) && wide(r.tool ?? '', tool.name)))
      return strict;
  if (rules.some((r) => r.effect === 'allow' && matches(r.connector, connector) && matches(r.tool ?? '', tool.name)))
    return 'allow';
  if (mode === 'read-only') return tool.claimsReadOnly && !tool.schemaWords.includes('write') ? 'allow' : 'ask';
  return mode;
}

const letters = fc.constantFrom('a', 'b', 'i', '1', 'l', 'O', '0', 'а', 'A', 'I');
const word = (maxLength: number) => fc.array(letters, { minLength: 1, maxLength }).map((parts) => parts.join(''));
const glob = fc.oneof(
  word(3),
  fc.array(fc.oneof(letters, fc.constantFrom('*', '?')), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
);
const anyRule = fc
  .record({ effect: fc.constantFrom('deny', 'ask', 'allow'), connector: fc.oneof(fc.constant('*'), glob), tool: glob })
  .map(({ effect, connector, tool }) => rule(effect, tool, connector));
const anyRules = fc.array(anyRule, { maxLength: 6 });
const anyMode = fc.constantFrom<DefaultMode>('allow', 'read-only', 'ask', 'deny');
const anyTool = fc
  .record({ name: word(3), claimsReadOnly: fc.boolean(), writes: fc.boolean() })
  .map(({ name, claimsReadOnly, writes }) =>
    facts(name, { claimsReadOnly, schemaWords: writes ? ['write'] : ['path'] }),
  );
const STRICTNESS = ['allow', 'ask', 'deny'];

describe('a decision', () => {
  it('is that of a naive reference', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(anyMode, anyRules, word(2), anyTool, (mode, rules, connector, tool) => {
        const decided = policy(mode, rules, connector).decideTool(tool);
        expect(decided.effect).toBe(naive(mode, rules, connector, tool));
        seen.set(decided.code, (seen.get(decided.code) ?? 0) + 1);
      }),
      { numRuns: 30_000 },
    );
    for (const code of [
      'rule_deny',
      'rule_ask',
      'rule_allow',
      'default_allow',
      'default_ask',
      'default_deny',
      'default_read_only',
    ])
      expect(seen.get(code), code).toBeGreaterThan(150);
  });

  it('is never milder for one deny or ask more', () => {
    fc.assert(
      fc.property(anyMode, anyRules, anyRule, anyTool, fc.nat(), (mode, rules, extra, tool, at) => {
        fc.pre(extra.effect !== 'allow');
        const more = [...rules];
        more.splice(at % (rules.length + 1), 0, extra);
        const before = STRICTNESS.indexOf(effect(policy(mode, rules), tool));
        const after = STRICTNESS.indexOf(effect(policy(mode, more), tool));
        // An ask rule opens a connector whose default is deny to the question, and only to it.
        if (mode === 'deny' && extra.effect === 'ask') expect(after).toBeGreaterThanOrEqual(Math.min(before, 1));
        else expect(after).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 10_000 },
    );
  });

  it('is never stricter for one allow more', () => {
    fc.assert(
      fc.property(anyMode, anyRules, anyRule, anyTool, (mode, rules, extra, tool) => {
        fc.pre(extra.effect === 'allow');
        const before = STRICTNESS.indexOf(effect(policy(mode, rules), tool));
        expect(STRICTNESS.indexOf(effect(policy(mode, [...rules, extra]), tool))).toBeLessThanOrEqual(before);
      }),
      { numRuns: 10_000 },
    );
  });

  it('does not depend on the order of the rules', () => {
    fc.assert(
      fc.property(
        anyMode,
        anyRules.chain((rules) =>
          fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })),
        ),
        anyTool,
        (mode, [rules, shuffled], tool) => {
          expect(effect(policy(mode, shuffled), tool)).toBe(effect(policy(mode, rules), tool));
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it('a rule that matches as allow matches as deny and as ask', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
        fc.array(fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }), fc.constantFrom('*', '?')), {
          minLength: 1,
          maxLength: 4,
        }),
        (name, parts) => {
          const pattern = parts.join('');
          if (effect(policy('deny', [rule('allow', pattern, pattern)], name), facts(name)) !== 'allow') return;
          expect(effect(policy('allow', [rule('deny', pattern, pattern)], name), facts(name))).toBe('deny');
          expect(effect(policy('allow', [rule('ask', pattern, pattern)], name), facts(name))).toBe('ask');
        },
      ),
      { numRuns: 10_000 },
    );
    // A letter that folds to two.
    expect(effect(policy('allow', [rule('deny', '?')]), facts('ﬁ'))).toBe('deny');
  });

  it.each([
    ['case', 'delete_file', 'Delete_FILE'],
    ['digits', 'list_files', 'l1st_fi1es'],
    ['another script', 'read', 'rеаd'],
    ['full width', 'read', 'ｒｅａｄ'],
    ['invisible characters', 'read', 're\u200bad'],
    ['loose marks', 'read', 'r\u0336ead'],
  ])('deny catches a name that reads the same, allow does not: %s', (_title, named, spelled) => {
    expect(effect(policy('allow', [rule('deny', named)]), facts(spelled))).toBe('deny');
    expect(effect(policy('allow', [rule('deny', spelled)]), facts(named))).toBe('deny');
    expect(effect(policy('ask', [rule('allow', named)]), facts(spelled))).toBe('ask');
  });

  it('names its rule and says nothing else of it to anybody', () => {
    const deny = rule('deny', 'a*', 'f*');
    expect(policy('allow', [deny]).decideTool(facts('ab'))).toEqual({
      effect: 'deny',
      decidedBy: 'local',
      code: 'rule_deny',
      reason: `Rule ${deny.id} denies "a*" on "f*".`,
      ruleId: deny.id,
    });
    expect(policy('ask', []).decideTool(facts('x')).ruleId).toBeUndefined();
  });

  it('hides what is denied for every call, and only that', () => {
    const hidden = (p: Policy, name: string): boolean => hidesTool(p.decideTool(facts(name)));
    expect(hidden(policy('deny', []), 'a')).toBe(true);
    expect(hidden(policy('allow', [rule('deny', 'a')]), 'a')).toBe(true);
    expect(hidden(policy('ask', []), 'a')).toBe(false);
    for (const code of ['protected_path', 'argument_deny', 'chain_deny'] as const)
      expect(hidesTool({ effect: 'deny', decidedBy: 'local', code, reason: '' })).toBe(false);
  });
});

describe('arguments', () => {
  const paths: ProtectedPaths = {
    roots: ['/home/me/.runlayer', '/home/me/.config/zed/settings.json', '/srv/companion'],
    homes: ['/home/me'],
    separator: '/',
    foldsCase: false,
    resolve: (text) => {
      if (text.includes('boom')) throw new Error('cannot tell');
      return [text];
    },
  };
  const inside = { path: '/home/me/.runlayer/settings.json' };

  it.each<[string, unknown]>([
    ['a value', inside],
    ['a key', { '/home/me/.runlayer/x': 1 }],
    ['deep inside', { a: [[{ b: [inside] }]] }],
    ['a string alone', '/home/me/.runlayer'],
    ['a list', ['/tmp', '/home/me/.runlayer/x']],
    ['a root elsewhere', { path: '/srv/companion/settings.json' }],
    ['a folder of the home that holds one, which would move with it', { path: '/home/me/.config' }],
    ['the same, deeper', { path: '/home/me/.config/zed' }],
  ])('in a protected path are denied, whatever the rules say: %s', (_title, args) => {
    for (const mode of ['allow', 'ask', 'read-only'] as const) {
      const decided = policy(mode, [rule('allow', '*')], 'files', paths).decideCall(facts('get'), args, NO_FACTS);
      expect(decided).toMatchObject({ effect: 'deny', code: 'protected_path' });
    }
    expect(policy('allow', [], 'files', paths).decideRequest({ uri: args }, undefined, NO_FACTS)).toMatchObject({
      code: 'protected_path',
    });
  });

  it.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['numbers', { a: 1, b: true }],
    ['a neighbour with the same beginning', { path: '/home/me/.runlayer-other/x' }],
    ['the home itself', { path: '/home/me' }],
    ['the parent of the home', { path: '/home' }],
    ['the parent of a root elsewhere', { path: '/srv' }],
    ['no path at all', { text: 'runlayer' }],
  ])('elsewhere are not: %s', (_title, args) => {
    expect(policy('allow', [], 'files', paths).decideCall(facts('get'), args, NO_FACTS).effect).toBe('allow');
  });

  it('a deny stays the deny it was', () => {
    expect(policy('deny', [], 'files', paths).decideCall(facts('get'), inside, NO_FACTS).code).toBe('default_deny');
    expect(policy('deny', [], 'files', paths).decideRequest(inside, undefined, NO_FACTS).code).toBe('method_denied');
  });

  it('that cannot be checked throw, which is a block', () => {
    expect(() => policy('allow', [], 'files', paths).decideCall(facts('get'), { a: '/boom' }, NO_FACTS)).toThrow(
      'cannot tell',
    );
    const many = Array.from({ length: 1001 }, (_, n) => `/${n}`);
    expect(() => policy('allow', [], 'files', paths).decideCall(facts('get'), many, NO_FACTS)).toThrow('too many');
  });

  it('fold case where the file system does', () => {
    const folding = { ...paths, foldsCase: true };
    const upper = { path: '/HOME/me/.RunLayer/x' };
    expect(policy('allow', [], 'files', folding).decideCall(facts('get'), upper, NO_FACTS).effect).toBe('deny');
    expect(policy('allow', [], 'files', paths).decideCall(facts('get'), upper, NO_FACTS).effect).toBe('allow');
  });
});

describe('foldName', () => {
  it('keeps names apart that read differently', () => {
    const names = ['read_file', 'write_file', 'read-file', 'readfile', 'read_files'];
    expect(new Set(names.map(foldName)).size).toBe(names.length);
  });

  it('gives the same for the same, cached or not', () => {
    const long = 'Ａ'.repeat(300);
    expect([foldName(long), foldName(long)]).toEqual(['a'.repeat(300), 'a'.repeat(300)]);
    for (let i = 0; i < 5000; i++) foldName(`N${i}`);
    expect(foldName('N0')).toBe('no');
  });
});
