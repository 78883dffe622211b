import { expect, it } from 'vitest';
import { licenceCounts, matching } from '../../renderer/features/about/licences-model.ts';

const all = [
  { name: 'zod', version: '1', licence: 'MIT' },
  { name: 'which', version: '1', licence: 'ISC' },
  { name: 'Ajv', version: '1', licence: 'MIT' },
];

it('licences are counted, the most first', () => {
  expect(licenceCounts(all)).toBe('2 MIT, 1 ISC');
});

it.each([
  ['', ['zod', 'which', 'Ajv']],
  [' aj', ['Ajv']],
  ['isc', ['which']],
  ['mit', ['zod', 'Ajv']],
  ['x', []],
])('packages that fit %j are %j', (search, names) => {
  expect(matching(all, search).map(({ name }) => name)).toEqual(names);
});
