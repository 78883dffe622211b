import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { argumentsExample } from '../../../renderer/features/connectors/schema-example.ts';

const schema = (properties: object, required: unknown): string =>
  JSON.stringify({ type: 'object', properties, required });

it('holds what is required, each with a first value', () => {
  const text = argumentsExample(
    schema(
      {
        path: { type: 'string' },
        count: { type: 'integer' },
        deep: { type: 'boolean' },
        list: { type: 'array' },
        more: { type: 'object' },
        kind: { enum: ['a', 'b'] },
        size: { type: 'number', default: 5 },
        rest: { type: 'string' },
      },
      ['path', 'count', 'deep', 'list', 'more', 'kind', 'size'],
    ),
  );
  expect(JSON.parse(text)).toEqual({ path: '', count: 0, deep: false, list: [], more: {}, kind: 'a', size: 5 });
});

it.each(['', '{', '[]', '"x"', '{"properties":1}', schema({ a: {} }, 'a'), schema({ a: {} }, ['toString', 7])])(
  'is empty for %j',
  (text) => {
    expect(argumentsExample(text)).toBe('{}');
  },
);

it('is an object whatever it is given', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(argumentsExample(text));
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    }),
  );
});
