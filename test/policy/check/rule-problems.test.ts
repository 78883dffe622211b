import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChain, readRule } from '../../../main/policy/check/rule-problems.ts';
import { NewChain, NewRule } from '../../../preload/contract/index.ts';

const DENY = { effect: 'deny', connector: 'files', tool: 'read' };
const problems = (given: unknown): string[] => {
  const read = readRule(given);
  return read.kind === 'fits' ? [] : read.problems.map(({ path, text }) => `${path}: ${text}`);
};

describe('what is wrong with a rule', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', DENY, []],
    ['no object', [DENY], [': A rule is an object in { }.']],
    ['nothing named', { effect: 'deny', connector: 'a' }, [': Name what it is about: "tool", "resource" or "prompt".']],
    ['two named', { ...DENY, prompt: 'p' }, [': Name one thing only: "tool", "resource" or "prompt".']],
    ['another member', { ...DENY, hosts: 1 }, [': There is no such member: "hosts".']],
    ['another effect', { ...DENY, effect: 'permit' }, ['effect: It must be "deny", "ask" or "allow".']],
    ['no connector', { effect: 'deny', tool: 'x' }, ['connector: It is missing.']],
    ['an empty tool', { ...DENY, tool: '' }, ['tool: It is empty.']],
    [
      'a name with a space',
      { ...DENY, tool: 'a b' },
      ['tool: It holds no spaces and nothing that cannot be seen; "?" stands for any one character.'],
    ],
    ['a long note', { ...DENY, note: 'x'.repeat(501) }, ['note: It is too long: at most 500 characters.']],
    ['a note that is none', { ...DENY, note: 5 }, ['note: It must be a text in quotation marks.']],
    [
      'a resource with a condition',
      { effect: 'deny', connector: 'a', resource: 'file:///x', when: { at: '', exists: true } },
      ['when: A rule about a resource has no conditions: name its address instead.'],
    ],
  ])('%s', (_title, given, expected) => {
    expect(problems(given)).toEqual(expected);
  });
});

describe('what is wrong with a condition', () => {
  const deep = (depth: number): unknown => (depth === 0 ? { at: '/a', exists: true } : { not: deep(depth - 1) });
  it.each<[string, unknown, string]>([
    ['no object', 5, 'when: A condition is an object, such as {"at": "/path", "path_under": ["~/projects"]}.'],
    ['no test', { at: '/a' }, 'when: A test is missing, such as {"at": "/path", "path_under": ["~/projects"]}.'],
    ['no place', { eq: 1 }, 'when.at: It is missing.'],
    ['no pointer', { at: 'a', eq: 1 }, 'when.at: A JSON Pointer is empty or begins with "/"'],
    ['a word that is no test', { at: '/a', like: 'x' }, 'when: "like" is no test. Give one of "eq", "in", "glob"'],
    ['two tests', { at: '/a', eq: 1, glob: 'x' }, 'when: "eq" and "glob" stand together.'],
    ['a join beside a test', { at: '/a', and: [] }, 'when: "and" stands alone'],
    ['an empty join', { and: [] }, 'when.and: It must be a list of 1 to 100 conditions.'],
    ['a wide join', { or: Array.from({ length: 101 }, () => ({ at: '/a', eq: 1 })) }, 'when.or: It must be a list'],
    ['an object as a value', { at: '/a', eq: {} }, 'when.eq: It must be a text, a number, true, false or null.'],
    ['a text as a number', { at: '/a', gt: '1' }, 'when.gt: It must be a number.'],
    ['an empty list', { at: '/a', in: [] }, 'when.in: It is empty.'],
    ['a length without ends', { at: '/a', length: {} }, 'when.length: Give "min", "max" or both.'],
    ['a length below zero', { at: '/a', length: { min: -1 } }, 'when.length.min: It must be at least 0.'],
    ['a broken expression', { not: { at: '/a', regex: '(' } }, 'when.not.regex: It is no expression in RE2 syntax'],
    ['an expression too large', { at: '/a', regex: '(a{1000}){1000}' }, 'when.regex: It is no expression'],
    [
      'a host that is an address',
      {
        and: [
          { at: '/a', eq: 1 },
          { at: '/b', url_host: ['a.example', 'https://b.example/'] },
        ],
      },
      'when.and.1.url_host.1: Give the host alone, without scheme, user, port and path.',
    ],
    ['too deep', deep(33), 'when: Conditions are nested at most 32 deep.'],
    [
      'too many',
      { and: Array.from({ length: 20 }, () => ({ or: Array.from({ length: 60 }, () => ({ at: '/a', eq: 1 })) })) },
      'when: There can be 1000 conditions at most.',
    ],
  ])('%s', (_title, when, expected) => {
    const found = problems({ ...DENY, when });
    expect(found[0]).toContain(expected);
    expect(found).toHaveLength(1);
  });

  it('is said of every place, and with an end', () => {
    const when = { and: Array.from({ length: 60 }, () => ({ at: '/a', regex: '(' })) };
    expect(problems({ ...DENY, effect: 1, when })).toHaveLength(20);
    expect(problems({ ...DENY, effect: 1, when: { at: 'x', eq: 1 } })).toHaveLength(2);
  });
});

/** Values that are nearly rules. */
const nearly = fc.letrec((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.record(
      {
        at: fc.constantFrom('', '/a', 'a', 5),
        eq: fc.jsonValue({ maxDepth: 1 }),
        in: fc.constantFrom([], [1], ['a', null]),
        regex: fc.constantFrom('a', '(', '(?=x)'),
        exists: fc.constantFrom(true, 1),
        url_host: fc.constantFrom(['a.example'], ['http://a'], []),
      },
      { requiredKeys: [] },
    ),
    fc.record({ and: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
    fc.jsonValue({ maxDepth: 2 }),
  ),
  rule: fc.record(
    {
      effect: fc.constantFrom('deny', 'ask', 'allow', 'x'),
      connector: fc.constantFrom('a', '*', '', 'a b'),
      tool: fc.constantFrom('a', '*', 1),
      resource: fc.constantFrom('file:///x', ''),
      when: tie('condition'),
      note: fc.constantFrom('n', 'x'.repeat(501)),
      other: fc.constant(1),
    },
    { requiredKeys: ['effect', 'connector'] },
  ),
}));

describe('problems', () => {
  it('are there exactly where the schema, or the engine, refuses', () => {
    fc.assert(
      fc.property(nearly.rule, (given) => {
        const read = readRule(given);
        const { success } = NewRule.safeParse(given);
        if (read.kind === 'fits') expect(success).toBe(true);
        else expect(read.problems.length).toBeGreaterThan(0);
        // What only the engine refuses: an expression that is none, a host that is none.
        const text = JSON.stringify(given);
        if (success && !/regex|url_host/.test(text)) expect(read.kind).toBe('fits');
      }),
      { numRuns: 2000 },
    );
  });

  it('are found in anything at all', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (given) => {
        expect(readRule(given).kind).toBe(NewRule.safeParse(given).success ? 'fits' : 'not');
        expect(readChain(given).kind).toBe(NewChain.safeParse(given).success ? 'fits' : 'not');
      }),
    );
  });

  it('do not repeat what was typed', () => {
    const secret = 'hunter2-hunter2';
    const given = { effect: secret, connector: [secret], tool: `${secret} x`, when: { at: secret, eq: [secret] } };
    expect(JSON.stringify(readRule(given))).not.toContain(secret);
  });
});

describe('what is wrong with a chain', () => {
  it('is said at its place', () => {
    const read = readChain({ effect: 'allow', after: { connector: 'a', tool: 'b' }, before: 1 });
    expect(read).toEqual({
      kind: 'not',
      problems: [
        { path: 'effect', text: 'It must be "ask" or "deny".' },
        { path: 'after.holding', text: 'It must be "anything", "secret" or "injection".' },
        { path: 'before', text: 'It must be an object in { }.' },
      ],
    });
  });
});
