import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argumentLines, MAX_LINES } from '../../renderer/features/activity/argument-lines.ts';

const text = (shape: unknown): string[] =>
  argumentLines(shape).map(
    ({ depth, key, value }) => `${'  '.repeat(depth)}${key === undefined ? '' : `${key}: `}${value}`,
  );

describe('argumentLines', () => {
  it.each<[unknown, string[]]>([
    [{ path: '~/a', force: true, n: 3, none: null }, ['path: "~/a"', 'force: true', 'n: 3', 'none: null']],
    [{ body: { $bytes: 1204 } }, ['body: text of 1,204 bytes, not kept']],
    [{ id: { $number: '9007199254740993' } }, ['id: 9007199254740993']],
    [{ paths: ['a', { $more: 14 }] }, ['paths: list of 2', '  [0]: "a"', '  [1]: 14 more']],
    [{ a: { b: { c: 1 } } }, ['a: ', '  b: ', '    c: 1']],
    [{}, ['empty object']],
    [[], ['empty list']],
    ['text', ['"text"']],
    [null, ['null']],
    [undefined, ['nothing']],
    [{ $bytes: 'not a mark' }, ['$bytes: "not a mark"']],
    [{ $bytes: 1, other: 2 }, ['$bytes: 1', 'other: 2']],
    [JSON.parse('{"__proto__":{"x":1}}'), ['__proto__: ', '  x: 1']],
  ])('%j', (shape, lines) => {
    expect(text(shape)).toEqual(lines);
  });

  it('is bounded in length and depth', () => {
    const many = argumentLines(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, index])));
    expect(many).toHaveLength(MAX_LINES + 1);
    expect(many.at(-1)?.value).toBe('more is not shown');
    let deep: unknown = 1;
    for (let depth = 0; depth < 5000; depth += 1) deep = { a: deep };
    expect(argumentLines(deep).at(-1)?.value).toBe('nested deeper');
  });

  it('takes any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(argumentLines(value).length).toBeGreaterThan(0);
      }),
    );
  });
});
