import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition, NewRule } from '../../../preload/contract/policy.ts';
import {
  EMPTY_ROW,
  jsonToRow,
  rowToJson,
  TEST_NAMES,
  type ConditionRow,
} from '../../../renderer/features/policy/condition-row.ts';
import { EMPTY_FORM, formToJson, ruleToForm, textToForm } from '../../../renderer/features/policy/rule-form.ts';

const row = (over: Partial<ConditionRow>): ConditionRow => ({ ...EMPTY_ROW, at: '/a', ...over });

describe('a line of a condition', () => {
  it.each<[Partial<ConditionRow>, unknown]>([
    [
      { test: 'eq', value: 'x' },
      { at: '/a', eq: 'x' },
    ],
    [
      { test: 'eq', value: '5', type: 'number' },
      { at: '/a', eq: 5 },
    ],
    [
      { test: 'eq', value: '5x', type: 'number' },
      { at: '/a', eq: '5x' },
    ],
    [
      { test: 'eq', value: 'true', type: 'boolean' },
      { at: '/a', eq: true },
    ],
    [
      { test: 'eq', type: 'null' },
      { at: '/a', eq: null },
    ],
    [
      { test: 'in', value: 'a\n\nb ' },
      { at: '/a', in: ['a', 'b '] },
    ],
    [
      { test: 'path_under', value: '~/a\n /b ' },
      { at: '/a', path_under: ['~/a', '/b'] },
    ],
    [
      { test: 'url_host', value: '' },
      { at: '/a', url_host: [] },
    ],
    [
      { test: 'gt', value: '' },
      { at: '/a', gt: '' },
    ],
    [
      { test: 'gte', value: '1e3' },
      { at: '/a', gte: 1000 },
    ],
    [
      { test: 'length', value: '1', upTo: '' },
      { at: '/a', length: { min: 1 } },
    ],
    [
      { test: 'length', value: '', upTo: '9' },
      { at: '/a', length: { max: 9 } },
    ],
    [{ test: 'exists', isNot: true }, { not: { at: '/a', exists: true } }],
    [{ test: 'missing' }, { at: '/a', exists: false }],
    [
      { test: 'glob', value: ' *' },
      { at: '/a', glob: ' *' },
    ],
  ])('%j stands for %j', (over, json) => {
    expect(rowToJson(row(over))).toEqual(json);
  });

  it.each<[Condition]>([[{ at: '/a', gt: -0 }], [{ at: '/a', eq: -0 }], [{ at: '/a', in: [-0, 1] }]])(
    'keeps the sign of a zero in %j',
    (condition) => {
      const read = jsonToRow(condition);
      expect(read === undefined ? undefined : rowToJson(read)).toEqual(condition);
    },
  );

  it.each<[Condition]>([
    [{ and: [{ at: '/a', eq: 1 }] }],
    [{ not: { not: { at: '/a', eq: 1 } } }],
    [{ not: { or: [{ at: '/a', eq: 1 }] } }],
    [{ at: '/a', in: [1, 'a'] }],
    [{ at: '/a', in: [null] }],
    [{ at: '/a', in: ['a\nb'] }],
    [{ at: '/a', in: [' a'] }],
    [{ at: '/a', path_under: ['a\n'] }],
  ])('cannot say %j', (condition) => {
    expect(jsonToRow(condition)).toBeUndefined();
  });
});

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  fc.constantFrom('a', ' b', '\u202e', 'c\nd'),
);
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
const list = fc.array(text, { minLength: 1, maxLength: 3 });
const at = fc.constantFrom('', '/a', '/b/0');
const test: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ at, eq: scalar }),
  fc.record({ at, in: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
  fc.record({ at, glob: text }),
  fc.record({ at, regex: text }),
  fc.record({ at, gt: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  fc.record({ at, lte: fc.integer() }),
  fc.record({ at, length: fc.constantFrom({ min: 1 }, { max: 2 }, { min: 0, max: 0 }) }),
  fc.record({ at, contains: scalar }),
  fc.record({ at, exists: fc.boolean() }),
  fc.record({ at, path_under: list }),
  fc.record({ at, url_host: list }),
);
const part: fc.Arbitrary<Condition> = fc.oneof(test, fc.record({ not: test }));
const when: fc.Arbitrary<Condition> = fc.oneof(
  part,
  fc.record({ and: fc.array(part, { minLength: 1, maxLength: 3 }) }),
  fc.record({ or: fc.array(part, { minLength: 1, maxLength: 3 }) }),
);

describe('a rule as a form', () => {
  it('is the rule, or there is no form of it', () => {
    let forms = 0;
    fc.assert(
      fc.property(
        when,
        fc.record(
          {
            client: fc.constantFrom('cursor', ' x'),
            note: fc.constantFrom('why', ' '),
            connector: fc.constant('files'),
          },
          { requiredKeys: ['connector'] },
        ),
        (condition, rest) => {
          const rule: NewRule = { effect: 'ask', tool: 'read', ...rest, when: condition };
          const form = ruleToForm(rule);
          if (form === undefined) return;
          forms += 1;
          expect(formToJson(form)).toEqual(rule);
        },
      ),
      { numRuns: 2000 },
    );
    expect(forms).toBeGreaterThan(200);
  });

  it.each<[NewRule]>([
    [{ effect: 'deny', connector: '*', tool: '*' }],
    [{ effect: 'allow', connector: 'files', resource: 'file:///a b/*', note: 'n' }],
    [{ effect: 'ask', connector: 'files', prompt: 'review', client: 'cursor' }],
  ])('says %j', (rule) => {
    const form = ruleToForm(rule);
    expect(form === undefined ? undefined : formToJson(form)).toEqual(rule);
  });

  it('drops the conditions of a resource, which can have none', () => {
    expect(formToJson({ ...EMPTY_FORM, subject: 'resource', name: 'x', rows: [EMPTY_ROW] })).not.toHaveProperty('when');
  });

  it.each([
    '',
    '{',
    'null',
    '5',
    '[]',
    '{}',
    '{"effect":"deny","connector":5,"tool":"x"}',
    '{"effect":"deny","connector":"a","tool":"b","when":5}',
  ])('is not made of %j', (given) => {
    expect(() => textToForm(given)).not.toThrow();
    expect(textToForm(given)).toBeUndefined();
  });

  it('has words for every test', () => {
    for (const name of TEST_NAMES)
      expect(jsonToRow(rowToJson(row({ test: name, value: '1', type: 'text' })) as Condition)?.test).toBe(name);
  });
});
