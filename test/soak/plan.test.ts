import { describe, expect, it } from 'vitest';
import { readPlan, shortfall } from './plan.ts';

describe('readPlan', () => {
  it.each<[readonly string[], { seed: number; rounds: number }]>([
    [[], { seed: 7, rounds: 200 }],
    [['0'], { seed: 0, rounds: 200 }],
    [['4294967295', '3'], { seed: 4_294_967_295, rounds: 3 }],
  ])('%j', (words, expected) => {
    expect(readPlan(words, 7)).toEqual(expected);
  });

  it.each<[readonly string[]]>([
    [['abc']],
    [['']],
    [['-1']],
    [['1.5']],
    [['NaN']],
    [['0x10']],
    [['4294967296']],
    [['1', '0']],
    [['1', 'many']],
    [['1', '10001']],
    [['1', '2', '3']],
  ])('refuses %j', (words) => {
    expect(readPlan(words, 7)).toEqual(expect.any(String));
  });
});

it.each([
  [50, 100, true],
  [49, 100, false],
  [0, 0, false],
])('%d of %d acknowledged is enough: %s', (acknowledged, calls, enough) => {
  expect(shortfall({ acknowledged, calls }) === undefined).toBe(enough);
});
