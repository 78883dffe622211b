import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCondition } from '../../main/policy/condition.ts';
import { expressionSize } from '../../main/policy/expressions.ts';
import { FALSE, not, TRUE, UNDECIDABLE } from '../../main/policy/truth.ts';
import type { PathReader } from '../../main/policy/path-test.ts';

const WORDS = new Map([
  [TRUE, 'true'],
  [FALSE, 'false'],
  [UNDECIDABLE, 'undecidable'],
]);
const says = (condition: unknown, args: unknown, wide = false, paths?: PathReader): string | undefined =>
  WORDS.get(compileCondition(condition, { wide, paths }).test(args));

const VALUES: Record<string, unknown> = {
  text: 'abc',
  number: 5,
  yes: true,
  nothing: null,
  list: ['abc', 'x'],
  object: { a: 1 },
  endless: Infinity,
};
/** What each operator says of each type of value; `-` is undecidable. */
const TABLE: [string, object, string][] = [
  ['eq text', { eq: 'abc' }, 'T------'],
  ['eq another text', { eq: 'b' }, 'F------'],
  ['eq number', { eq: 5 }, '-T-----'],
  ['eq the text of the number', { eq: '5' }, 'F------'],
  ['eq true', { eq: true }, '--T----'],
  ['eq null', { eq: null }, 'FFFTFFF'],
  ['in', { in: ['abc', 7] }, 'TF-----'],
  ['in with null', { in: ['b', null] }, 'F--T---'],
  ['glob', { glob: 'a*' }, 'T------'],
  ['glob of the whole', { glob: 'a' }, 'F------'],
  ['regex', { regex: 'b' }, 'T------'],
  ['regex of the whole', { regex: '^b$' }, 'F------'],
  ['gt', { gt: 4 }, '-T-----'],
  ['gt the same', { gt: 5 }, '-F-----'],
  ['gte', { gte: 5 }, '-T-----'],
  ['lt', { lt: 5 }, '-F-----'],
  ['lte', { lte: 5 }, '-T-----'],
  ['length', { length: { min: 2, max: 3 } }, 'T---TF-'],
  ['contains text', { contains: 'abc' }, 'T---T--'],
  ['contains other text', { contains: 'q' }, 'F---F--'],
  ['contains number', { contains: 5 }, '-------'],
  ['exists', { exists: true }, 'TTTTTTT'],
  ['is missing', { exists: false }, 'FFFFFFF'],
  ['path_under', { path_under: ['/x'] }, '-------'],
  ['url_host', { url_host: ['x.org'] }, '-------'],
];

describe('a test of one value', () => {
  it.each(TABLE)('%s', (_title, operator, expected) => {
    for (const wide of [false, true]) {
      // An array of texts: see below.
      if (wide && 'length' in operator) continue;
      const answers = Object.keys(VALUES).map((key) => says({ at: `/${key}`, ...operator }, VALUES, wide));
      expect(answers.map((word) => ({ true: 'T', false: 'F', undecidable: '-' })[word ?? ''] ?? '?').join('')).toBe(
        expected,
      );
      if (!('exists' in operator)) {
        expect(says({ at: '/missing', ...operator }, VALUES, wide)).toBe('undecidable');
        expect(says({ at: '/a', ...operator }, undefined, wide)).toBe('undecidable');
      }
    }
  });

  it('of a path that was given an array is undecidable', () => {
    for (const operator of [{ path_under: ['/etc'] }, { glob: '/etc/*' }, { eq: '/etc/passwd' }, { regex: '^/etc' }])
      expect(says({ at: '/path', ...operator }, { path: ['/etc/passwd'] }, true)).toBe('undecidable');
  });

  it.each<[string, object, unknown, string, string]>([
    ['a text in an array', { contains: 'rm -rf' }, ['rm -rf /'], 'true', 'false'],
    ['what reads alike in an array', { contains: 'rm -rf' }, ['RM \u200b-rf /'], 'true', 'false'],
    ['a long text in an array', { length: { min: 100 } }, ['x'.repeat(5000)], 'undecidable', 'false'],
    ['nested', { length: { min: 100 } }, [['x'.repeat(5000)]], 'undecidable', 'false'],
    ['in pieces', { length: { min: 100 } }, [['x'.repeat(60), 'y'.repeat(60)]], 'undecidable', 'false'],
    ['two texts are two', { length: { min: 100 } }, ['x'.repeat(5000), 'y'], 'false', 'false'],
    ['one file of more than ten', { length: { min: 11 } }, ['/home/u/notes.txt'], 'false', 'false'],
    ['eleven files of more than ten', { length: { min: 11 } }, Array(11).fill('/a'), 'true', 'true'],
    ['a limit of elements', { length: { min: 64 } }, ['x'.repeat(5000)], 'false', 'false'],
    ['the first limit of characters', { length: { min: 65 } }, ['x'.repeat(5000)], 'undecidable', 'false'],
    ['a short text under a long limit', { length: { min: 100 } }, ['x'], 'false', 'false'],
    ['numbers in an array', { length: { min: 3 } }, [1, 2], 'false', 'false'],
    ['a number as text', { in: [5, 'all'] }, '5', 'undecidable', 'false'],
    ['a number as text, written otherwise', { in: [5, 'all'] }, ' 5.0', 'undecidable', 'false'],
    ['true as text', { in: [true, 'yes'] }, 'True', 'undecidable', 'false'],
    ['a text as number', { in: [7, '5'] }, 5, 'undecidable', 'false'],
    ['another text', { in: [5, 'all'] }, '6', 'false', 'false'],
    [
      'a number that is not exact',
      { eq: Number('1234567890123456789') },
      Number('1234567890123456700'),
      'true',
      'undecidable',
    ],
    ['in a list', { in: [1, 2 ** 53] }, 2 ** 53, 'true', 'undecidable'],
    ['another number that is not exact', { eq: 5 }, 2 ** 60, 'undecidable', 'undecidable'],
    ['an exact one beside one that is not', { eq: 2 ** 60 }, 5, 'false', 'false'],
    ['compared with one', { gt: 100 }, 2 ** 60, 'true', 'undecidable'],
    ['compared and not so', { lt: 100 }, -(2 ** 60), 'true', 'undecidable'],
    ['the other way', { lt: 100 }, 2 ** 60, 'undecidable', 'undecidable'],
    ['one character of two units', { glob: 'a?b' }, 'a😀b', 'true', 'true'],
    ['not two characters', { glob: 'a??b' }, 'a😀b', 'false', 'false'],
    ['a letter that looks like h', { eq: 'ssh' }, 'ssһ', 'true', 'false'],
  ])('reads what slips by: %s', (_title, operator, a, wide, narrow) => {
    expect(says({ at: '/a', ...operator }, { a }, true)).toBe(wide);
    expect(says({ at: '/a', ...operator }, { a }, false)).toBe(narrow);
  });

  it('under not, what a rule denies by its outside is not let by', () => {
    for (const [operator, a] of [
      [{ length: { max: 100 } }, ['x'.repeat(5000)]],
      [{ eq: Number('1234567890123456789') }, Number('1234567890123456700')],
      [{ in: [5, 'all'] }, '5'],
    ] as const)
      expect(says({ not: { at: '/a', ...operator } }, { a }, true)).not.toBe('false');
    expect(says({ not: { at: '/a', length: { min: 100 } } }, { a: ['x'.repeat(5000)] }, false)).not.toBe('true');
  });

  it('exists is the one that a missing value answers', () => {
    expect(says({ at: '/a', exists: false }, {})).toBe('true');
    expect(says({ at: '/a', exists: true }, {})).toBe('false');
    expect(says({ at: '/a', exists: true }, { a: null })).toBe('true');
  });

  it.each<[string, unknown, unknown]>([
    ['/__proto__', {}, 'false'],
    ['/constructor', {}, 'false'],
    ['/a/length', { a: ['x'] }, 'false'],
    ['/a/length', { a: 'x' }, 'false'],
    ['/a/0', { a: 'x' }, 'false'],
    ['/a/00', { a: ['x'] }, 'false'],
    ['/a/-', { a: ['x'] }, 'false'],
    ['/a/0', { a: ['x'] }, 'true'],
    ['/a~1b/~0', { 'a/b': { '~': 1 } }, 'true'],
    ['/~01', { '~1': 1 }, 'true'],
    ['/', { '': 1 }, 'true'],
    ['', {}, 'true'],
    ['/__proto__/x', JSON.parse('{"__proto__":{"x":1}}'), 'true'],
  ])('looks only at own members: %s', (at, args, expected) => {
    expect(says({ at, exists: true }, args)).toBe(expected);
  });

  it.each<[string, object, unknown]>([
    ['another operator', { at: '/a', like: 'x' }, { a: 'x' }],
    ['two operators', { at: '/a', eq: 'x', gt: 1 }, { a: 'x' }],
    ['no operator', { at: '/a' }, { a: 'x' }],
    ['a broken pointer', { at: 'a', eq: 'x' }, { a: 'x' }],
    ['a broken expression', { at: '/a', regex: '(' }, { a: 'x' }],
    ['an expression that is not linear', { at: '/a', regex: '(a)\\1' }, { a: 'aa' }],
    ['one that is too large', { at: '/a', regex: '(?:x{1000}){1000}' }, { a: 'aa' }],
    ['and with something beside it', { and: [{ at: '/a', eq: 'x' }], or: [] }, { a: 'x' }],
    ['and of nothing', { and: [] }, {}],
    ['nothing', {}, {}],
    ['what is no condition in and', { and: [{ at: '/a', eq: 'x' }, 7] }, { a: 'x' }],
  ])('is undecidable, not false and not thrown: %s', (_title, condition, args) => {
    for (const wide of [true, false]) {
      expect(says(condition, args, wide)).toBe('undecidable');
      expect(says({ not: condition }, args, wide)).toBe('undecidable');
    }
  });

  it('of a condition that is too deep or too large is undecidable', () => {
    let deep: unknown = { at: '/a', exists: false };
    for (let i = 0; i < 20_000; i++) deep = { not: deep };
    expect(says(deep, {})).toBe('undecidable');
    const many = { or: Array.from({ length: 2000 }, () => ({ at: '/a', exists: true })) };
    expect(says(many, {})).toBe('undecidable');
  });

  it('counts characters, not their halves', () => {
    expect(says({ at: '/a', length: { max: 2 } }, { a: '😀😀' })).toBe('true');
    expect(says({ at: '/a', length: { min: 3 } }, { a: '😀\ud800x' })).toBe('true');
  });

  it.each<[string, object, string]>([
    ['eq', { eq: 'delete' }, 'DеIete'],
    ['in', { in: ['x', 'delete'] }, 'ＤＥＬＥＴＥ'],
    ['glob', { glob: '*delete*' }, 'please DELETE it'],
    ['contains', { contains: 'delete' }, 'a de\u200blete'],
    ['regex', { regex: 'delete\\s+index' }, 'DELETE  INDEX'],
    ['regex with look-alikes', { regex: '^delete$' }, 'dеletе'],
    ['regex with digits', { regex: '^deleted$' }, 'de1eted'],
  ])('wide takes what reads the same, narrow does not: %s', (_title, operator, text) => {
    expect(says({ at: '/a', ...operator }, { a: text }, true)).toBe('true');
    expect(says({ at: '/a', ...operator }, { a: text }, false)).toBe('false');
    // Under `not` it is the other way round: a wide reading never opens anything.
    expect(says({ not: { at: '/a', ...operator } }, { a: text }, true)).toBe('true');
    expect(says({ not: { at: '/a', ...operator } }, { a: text }, false)).toBe('false');
  });

  it('whatever allow surely says, deny and ask say too', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'i', '1', 'A', 'а', '\u200b', 'ﬁ', '*'), maxLength: 5 });
    const some = fc.string({ unit: fc.constantFrom('a', 'i', '1', 'A', 'а', '*', '?'), minLength: 1, maxLength: 4 });
    const operator = fc.oneof(
      some.map((eq) => ({ at: '/a', eq })),
      some.map((glob) => ({ at: '/a', glob })),
      some.map((contains) => ({ at: '/a', contains })),
      fc.constantFrom('a+', '^i', '[^a]', '.1', 'a$').map((regex) => ({ at: '/a', regex })),
    );
    const condition = fc.oneof(
      operator,
      operator.map((one) => ({ not: one })),
      fc.tuple(operator, operator).map((or) => ({ or })),
    );
    fc.assert(
      fc.property(condition, text, (condition, a) => {
        if (says(condition, { a }, false) === 'true') expect(says(condition, { a }, true)).toBe('true');
        if (says(condition, { a }, true) === 'false') expect(says(condition, { a }, false)).toBe('false');
      }),
      { numRuns: 20_000 },
    );
  });

  it('of an expression that is too large is undecidable, and told without compiling it', () => {
    for (const regex of [
      '\\pL{900}'.repeat(10),
      '(?:(?:a{30}){30}){30}',
      '.{0,1000}'.repeat(3),
      '[\\pL]{2}'.repeat(99),
      `[\\\\]${'a{1000}'.repeat(500)}`,
      `[^\\\\]${'a{1000}'.repeat(500)}]`,
      `\\Q[\\E${'a{1000}'.repeat(500)}]`,
      `[[:alpha:][]${'a{1000}'.repeat(500)}]`,
      `[!-[:]${'a{1000}'.repeat(500)}[:]]`,
      `[a${'a{1000}'.repeat(500)}`,
    ]) {
      expect(expressionSize(regex)).toBeGreaterThan(5000);
      expect(says({ at: '/a', regex }, { a: 'x' }, true)).toBe('undecidable');
    }
    for (const regex of [
      '^v[0-9]{1,4}$',
      '[]a]{3}',
      '\\p{Greek}+',
      '(?:ab|cd){10}',
      'a{x',
      '\\Qa{9}\\E',
      '[[:alpha:]\\]]',
    ])
      expect(expressionSize(regex)).toBeLessThan(200);
    expect(says({ at: '/a', regex: 'a{900}' }, { a: 'a'.repeat(900) }, true)).toBe('true');
  });

  it('of many tests at once is undecidable where all of them would take long', () => {
    const tests = Array.from({ length: 400 }, (_, n) => ({ at: '/a', regex: `(?:x?){9}y${n}` }));
    expect(says({ or: tests }, { a: 'x'.repeat(100_000) }, true)).toBe('undecidable');
    expect(says({ or: tests }, { a: 'x'.repeat(1000) }, true)).toBe('false');
    expect(says({ or: [{ at: '/a', eq: 'z' }, ...tests, { at: '/a', glob: 'x*' }] }, { a: 'xx' }, true)).toBe('true');
  });

  it('folds a text and follows a path once, for however many tests', () => {
    let asked = 0;
    const paths: PathReader = { separator: '/', foldsCase: false, resolve: (text) => (asked++, [text]) };
    const compiled = compileCondition(
      { or: Array.from({ length: 50 }, () => ({ at: '/a', path_under: ['/etc'] })) },
      { wide: true, paths },
    );
    asked = 0;
    expect(WORDS.get(compiled.test({ a: '/data/x' }))).toBe('false');
    expect(asked).toBe(2);
  });

  it('of a huge text is undecidable where it would take long', () => {
    const huge = 'a'.repeat(5_000_000);
    expect(says({ at: '/a', regex: '(a+)+$' }, { a: huge }, true)).toBe('undecidable');
    expect(says({ at: '/a', glob: `*${'a'.repeat(100)}?b` }, { a: huge }, false)).toBe('undecidable');
    expect(says({ at: '/a', contains: 'b' }, { a: huge }, true)).toBe('undecidable');
    expect(says({ at: '/a', contains: 'b' }, { a: huge }, false)).toBe('false');
    expect(says({ at: '/a', contains: 'aa' }, { a: huge }, true)).toBe('true');
    expect(says({ at: '/a', regex: '(x+x+)+y' }, { a: 'x'.repeat(100_000) }, true)).toBe('false');
  });
});

describe('and, or, not', () => {
  const T = { at: '/t', eq: 1 };
  const F = { at: '/t', eq: 2 };
  const U = { at: '/u', eq: 1 };
  it.each<[object, string]>([
    [{ and: [T, T] }, 'true'],
    [{ and: [T, U] }, 'undecidable'],
    [{ and: [U, F] }, 'false'],
    [{ or: [F, U] }, 'undecidable'],
    [{ or: [U, T] }, 'true'],
    [{ or: [F, F] }, 'false'],
    [{ not: U }, 'undecidable'],
    [{ not: { and: [U, F] } }, 'true'],
  ])('are those of Kleene: %j', (condition, expected) => {
    expect(says(condition, { t: 1 })).toBe(expected);
  });

  it('not twice is nothing, of possibilities too', () => {
    for (let truth = 1; truth < 8; truth++) expect(not(not(truth))).toBe(truth);
  });

  it('name the value that could not be evaluated, and never show it', () => {
    const why = (condition: unknown, args: unknown): string | undefined =>
      compileCondition(condition, { wide: true }).why(args);
    expect(why({ and: [T, U] }, { t: 1 })).toBe('"/u" is missing');
    expect(why({ at: '/path', glob: 'x' }, { path: ['hunter2'] })).toBe('"/path" is an array, not text');
    expect(why({ at: '', gt: 1 }, {})).toBe('the arguments as a whole is an object, not a number');
    expect(why({ at: '/a', regex: '(' }, { a: 'hunter2' })).toMatch(
      /^"\/a" is compared with something that cannot be used/,
    );
    expect(why({ like: 1 }, {})).toBe('the rule holds a condition that is not known here');
  });
});
