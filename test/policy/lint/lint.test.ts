import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition, Rule } from '../../../preload/contract/index.ts';
import { globMatches } from '../../../main/policy/glob.ts';
import { globCovers } from '../../../main/policy/lint/glob-covers.ts';
import { LintWork } from '../../../main/policy/lint/lint-work.ts';
import { lint, lintSteps } from '../../../main/policy/lint/lint.ts';

const AT = '2026-01-01T00:00:00.000Z';
let ids = 0;
const rule = (effect: Rule['effect'], more: Partial<Rule> = {}): Rule => ({
  id: `r${++ids}`,
  effect,
  connector: 'files',
  ...(more.resource === undefined && more.prompt === undefined ? { tool: 'read' } : {}),
  createdAt: AT,
  ...more,
});
const known = { connectors: ['files', 'web'] };
const kinds = (...rules: Rule[]): string[] => lint(rules, [], known).map(({ kind }) => kind);

describe('lint', () => {
  it('has nothing to say of plain rules', () => {
    const allow = rule('allow', { when: { at: '/path', path_under: ['~/docs'] } });
    const exists = rule('deny', {
      tool: 'x',
      when: {
        and: [
          { at: '/a', exists: true },
          { at: '/a', eq: 1 },
        ],
      },
    });
    expect(lint([rule('deny', { tool: 'delete_*' }), rule('ask'), allow, exists], [], known)).not.toContainEqual(
      expect.objectContaining({ kind: 'wider_than_it_looks' }),
    );
    expect(kinds(rule('deny', { tool: 'delete_*' }), rule('allow', { tool: 'get_*' }))).toEqual([]);
  });

  it.each<[string, Condition]>([
    [
      'two values',
      {
        and: [
          { at: '/a', eq: 'x' },
          { at: '/a', eq: 'y' },
        ],
      },
    ],
    ['values without one in common', { and: [{ at: '/a', in: [1, 2] }, { and: [{ at: '/a', in: [3, 4] }] }] }],
    [
      'an empty range',
      {
        and: [
          { at: '/a', gt: 5 },
          { at: '/a', lt: 3 },
        ],
      },
    ],
    [
      'an empty range of one',
      {
        and: [
          { at: '/a', gt: 5 },
          { at: '/a', lte: 5 },
        ],
      },
    ],
    [
      'a value out of range',
      {
        and: [
          { at: '/a', eq: 2 },
          { at: '/a', gte: 3 },
        ],
      },
    ],
    [
      'no such length',
      {
        and: [
          { at: '/a', length: { min: 3 } },
          { at: '/a', length: { max: 2 } },
        ],
      },
    ],
    [
      'missing and tested',
      {
        and: [
          { at: '/a', exists: false },
          { at: '/a', eq: 2 },
        ],
      },
    ],
    [
      'text and number',
      {
        and: [
          { at: '/a', glob: 'x*' },
          { at: '/a', gt: 3 },
        ],
      },
    ],
    [
      'a text that does not fit',
      {
        and: [
          { at: '/a', eq: 'y' },
          { at: '/a', glob: 'x*' },
        ],
      },
    ],
    ['a broken expression', { at: '/a', regex: '(' }],
    ['a relative folder', { at: '/a', path_under: ['docs'] }],
  ])('finds what can never allow: %s', (_title, when) => {
    expect(kinds(rule('allow', { when }))).toEqual(['never_matches']);
  });

  it.each<[string, Condition]>([
    [
      'one value twice',
      {
        and: [
          { at: '/a', eq: 'x' },
          { at: '/a', in: ['x', 'y'] },
        ],
      },
    ],
    [
      'of different values',
      {
        and: [
          { at: '/a', eq: 'x' },
          { at: '/b', eq: 'y' },
        ],
      },
    ],
    [
      'one of them',
      {
        or: [
          { at: '/a', eq: 'x' },
          { at: '/a', eq: 'y' },
        ],
      },
    ],
    [
      'a range of one',
      {
        and: [
          { at: '/a', gte: 5 },
          { at: '/a', lte: 5 },
        ],
      },
    ],
    ['a whole expression', { at: '/a', regex: '^(?:a|b)$' }],
    ['a host and what is below it', { at: '/a', url_host: ['x.org', '*.x.org'] }],
    ['a beginning', { at: '/a', glob: 'owner/*' }],
  ])('and takes what can hold: %s', (_title, when) => {
    expect(kinds(rule('allow', { when }))).toEqual([]);
  });

  it.each<[string, Partial<Rule>]>([
    ['everything', { connector: '*', tool: '*' }],
    ['a star in the middle', { when: { at: '/u', glob: 'https://*.x.org/' } }],
    ['an open expression', { when: { at: '/u', regex: 'docs' } }],
    ['half an expression', { when: { at: '/u', regex: '^a|b$' } }],
    ['a host that ends alike', { when: { at: '/u', url_host: ['*x.org'] } }],
    ['a host of a whole country', { when: { at: '/u', url_host: ['*.org'] } }],
    ['all files', { when: { at: '/u', path_under: ['/'] } }],
  ])('finds an allow that is wider than it looks: %s', (_title, more) => {
    expect(kinds(rule('allow', more))).toEqual(['wider_than_it_looks']);
  });

  it('says that a deny also takes what lacks the value', () => {
    const [finding] = lint([rule('deny', { id: 'd', when: { at: '/path', glob: '/etc/*' } })], [], known);
    expect(finding).toEqual({
      kind: 'wider_than_it_looks',
      rules: ['d'],
      text: 'Rule d denies also what cannot be evaluated: a call in which "/path" is missing (join it with "exists" if such a call is fine).',
    });
    expect(kinds(rule('ask', { when: { at: '/a', regex: '(' } }))).toEqual(['wider_than_it_looks']);
  });

  it('finds what is narrower than it looks', () => {
    expect(kinds(rule('allow', { client: 'ci' }))).toEqual(['narrower_than_it_looks']);
    expect(kinds(rule('deny', { client: 'ci' }))).toEqual(['narrower_than_it_looks']);
    const tools = new Map([['files', ['readFile']]]);
    const near = lint([rule('allow', { id: 'n', tool: 'readfile' })], [], { ...known, tools });
    expect(near).toEqual([
      {
        kind: 'narrower_than_it_looks',
        rules: ['n'],
        text: 'Rule n allows "readfile" letter for letter, and so not "readFile".',
      },
    ]);
    expect(
      lint([rule('allow', { tool: 'readFile' }), rule('deny', { tool: 'readfile' })], [], { ...known, tools }).map(
        ({ kind }) => kind,
      ),
    ).toEqual(['shadowed']);
  });

  it('finds names of nothing', () => {
    const chain = {
      id: 'c',
      effect: 'ask',
      after: { connector: 'gone', tool: '*', holding: 'anything' },
      before: { connector: 'files', tool: '*' },
      createdAt: AT,
    } as const;
    expect(lint([rule('deny', { id: 'u', connector: 'fils' })], [chain], known)).toEqual([
      { kind: 'unknown_name', rules: ['u'], text: 'Rule u names no connector that is here: "fils".' },
      { kind: 'unknown_name', rules: ['c'], text: 'Chain c names no connector that is here: "gone".' },
    ]);
  });

  const when: Condition = {
    and: [
      { at: '/a', exists: true },
      { at: '/a', eq: 'x' },
    ],
  };
  it.each<[string, Rule, Rule, boolean]>([
    ['allow under deny', rule('allow', { when }), rule('deny', { tool: 're*' }), true],
    ['ask under deny of everything', rule('ask'), rule('deny', { connector: '*', tool: '*' }), true],
    ['allow under ask', rule('allow'), rule('ask', { tool: 'r*d' }), true],
    ['allow under allow', rule('allow', { when }), rule('allow'), true],
    ['a deny under one that reads alike', rule('deny', { tool: 'reаd' }), rule('deny', { tool: 'RE*' }), true],
    ['the same condition', rule('allow', { when }), rule('deny', { when }), true],
    ['not another condition', rule('allow'), rule('deny', { when }), false],
    ['not a milder one', rule('deny'), rule('ask', { tool: '*' }), false],
    ['not another thing', rule('deny', { resource: 'a:*' }), rule('deny', { tool: '*' }), false],
    ['not an allow that reads alike', rule('allow', { tool: 'Read' }), rule('allow', { tool: 'read' }), false],
    ['not one about one client', rule('deny'), rule('deny', { tool: '*', client: 'x' }), false],
  ])('knows what shadows what: %s', (_title, inner, outer, expected) => {
    for (const rules of [
      [inner, outer],
      [outer, inner],
    ]) {
      const found = lint(rules, [], known).filter(({ kind }) => kind === 'shadowed');
      expect(found.map(({ rules }) => rules)).toEqual(expected ? [[inner.id, outer.id]] : []);
    }
  });

  it('speaks of one of two that are the same', () => {
    const [one, two] = [rule('deny'), rule('deny')];
    expect(lint([one, two], [], known)).toMatchObject([{ rules: [two.id, one.id] }]);
  });

  it.each<[string, Rule, string]>([
    ['a host with a path', rule('allow', { when: { at: '/u', url_host: ['github.com/me'] } }), 'never_matches'],
    ['a host with a port', rule('deny', { when: { at: '/u', url_host: ['x.org:80'] } }), 'wider_than_it_looks'],
    ['a number that is not exact', rule('allow', { when: { at: '/n', eq: 2 ** 60 } }), 'narrower_than_it_looks'],
    ['a question everywhere', rule('ask', { connector: '*' }), 'wider_than_it_looks'],
  ])('finds %s', (_title, one, kind) => {
    expect(kinds(one)).toEqual([kind]);
  });

  it('says so where there are more expressions than are used, and compiles none', () => {
    const when = { at: '/a', regex: '^(?:ab|cd|ef){300}$' };
    const found = lint(
      Array.from({ length: 60 }, () => rule('allow', { when })),
      [],
      known,
    );
    expect(found[0]).toMatchObject({ kind: 'wider_than_it_looks', rules: [] });
  });

  it('says that it stopped comparing', () => {
    const rules = Array.from({ length: 3000 }, (_, n) => rule('deny', { tool: `t${10_000 + n}*x` }));
    expect(lint(rules, [], known).at(-1)).toMatchObject({ kind: 'shadowed', rules: [] });
    expect(lint(rules.slice(0, 100), [], known)).toEqual([]);
  });

  it('a "?" is one character, and covers no two', () => {
    expect([globCovers('a?', 'a😀'), globCovers('a??', 'a😀'), globCovers('?*', '😀')]).toEqual([true, false, true]);
  });

  it('is done with ten thousand rules', () => {
    const rules = Array.from({ length: 10_000 }, (_, n) => rule('deny', { tool: n % 2 === 0 ? `t${n}*` : `t${n}` }));
    expect(lint(rules, [], known).length).toBeGreaterThan(0);
  });
});

describe('a glob that covers another', () => {
  const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 5 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
  it('matches all that the other matches', () => {
    fc.assert(
      fc.property(glob, glob, text, (outer, inner, name) => {
        if (globCovers(outer, inner) && globMatches(inner, name)) expect(globMatches(outer, name)).toBe(true);
      }),
      { numRuns: 50_000 },
    );
    expect([
      globCovers('a*', 'ab*'),
      globCovers('*', '?*'),
      globCovers('a?', 'a*'),
      globCovers('*b', 'a*b'),
      globCovers('a', 'ab'),
    ]).toEqual([true, true, false, true, false]);
  });
});

describe('whatever the rules are, it ends', () => {
  const stars = (at: number): string => `${'*a'.repeat(50)}*${at}`;
  const many = Array.from({ length: 3000 }, (_, at) => rule('deny', { connector: stars(at), tool: stars(at) }));
  const few = { connectors: ['files', 'a'.repeat(40)] };

  it('within its work, and says that not all was compared', () => {
    const work = new LintWork(3_000_000);
    const found = lint(many, [], few, work);
    expect(work.isSpent).toBe(true);
    expect(found.at(-1)?.text).toContain('too many rules');
  });

  it('in turns', () => {
    const steps = lintSteps(many, [], few, new LintWork(30_000_000));
    let turns = 0;
    while (steps.next().done !== true) turns += 1;
    expect(turns).toBeGreaterThan(10);
  });

  it('and calls no name unknown that it did not compare', () => {
    const found = lint([rule('deny', { connector: '*les' })], [], { connectors: ['files'] }, new LintWork(1));
    expect(found.filter(({ kind }) => kind === 'unknown_name')).toEqual([]);
  });
});
