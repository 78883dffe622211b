import { describe, expect, it } from 'vitest';
import { wholeArguments } from '../../main/policy/whole-arguments.ts';

describe('recorded arguments', () => {
  it.each([
    [undefined, '{}'],
    [null, '{}'],
    [{}, '{}'],
    [{ path: '~/x', n: [1, null, { a: true }] }, '{"path":"~/x","n":[1,null,{"a":true}]}'],
    [{ $$bytes: 5 }, '{"$bytes":5}'],
    [{ path: { $bytes: 900 } }, undefined],
    [{ path: 'a [redacted] b' }, undefined],
    [{ a: 1, $more: 3 }, undefined],
    [{ list: [1, { $more: 3 }] }, undefined],
    [{ $bytes: 900 }, undefined],
    ['text', undefined],
  ])('%j: %j', (shape, text) => {
    expect(wholeArguments(shape)).toBe(text);
  });
});
