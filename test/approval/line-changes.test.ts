import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLastApproved } from '../../main/approval/last-approved.ts';
import { lineChanges } from '../../main/approval/line-changes.ts';

const changed = (before: string[], after: string[]): string[] => lineChanges(before.join('\n'), after.join('\n'));
const numbered = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_none, n) => `${prefix}${n}`);

describe('what differs', () => {
  it.each([
    ['nothing', ['a'], ['a'], []],
    ['all', ['a'], ['b'], ['-a', '+b']],
    ['a line more', ['a', 'c'], ['a', 'b', 'c'], [' a', '+b', ' c']],
    ['a line less', ['a', 'b', 'c'], ['a', 'c'], [' a', '-b', ' c']],
    [
      'far lines are left out',
      ['1', '2', '3', '4', '5', 'x', '6', '7', '8'],
      ['1', '2', '3', '4', '5', 'y', '6', '7', '8'],
      [' …', ' 4', ' 5', '-x', '+y', ' 6', ' 7', ' …'],
    ],
    [
      'twice',
      ['a', '1', '2', '3', '4', '5', '6', 'b'],
      ['A', '1', '2', '3', '4', '5', '6', 'B'],
      ['-a', '+A', ' 1', ' 2', ' …', ' 5', ' 6', '-b', '+B'],
    ],
  ])('%s', (_what, before, after, expected) => {
    expect(changed(before, after)).toEqual(expected);
  });

  it('is enough to make the one text from the other, where no line is left out', () => {
    const line = fc.constantFrom('a', 'b', 'c', '-x', '+y', '');
    const text = fc.array(line, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = changed(before, after);
        fc.pre(lines.length > 0 && !lines.includes(' …'));
        const side = (drop: string): string[] =>
          lines.filter((one) => !one.startsWith(drop)).map((one) => one.slice(1));
        expect(side('+')).toEqual(before);
        expect(side('-')).toEqual(after);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('is as short as it can be', () => {
    expect(changed(['a', 'b', 'c', 'd'], ['b', 'x', 'd', 'e']).filter((one) => !one.startsWith(' '))).toEqual([
      '-a',
      '-c',
      '+x',
      '+e',
    ]);
  });

  it('of long texts is cut, and says so', () => {
    const lines = changed(numbered(3000, 'a'), numbered(3000, 'b'));
    expect(lines).toHaveLength(401);
    expect(lines.at(-1)).toBe(' … and 5600 more lines');
    expect(lines[0]).toBe('-a0');
  });

  it('of a text of few lines that are very long is left out whole: a cut line could look the same', () => {
    const long = 'x'.repeat(70_000);
    expect(changed([`${long}1`], [`${long}2`])).toEqual([' … and 2 more lines']);
  });
});

describe('the last text that was shown', () => {
  const question = (tool: string): Parameters<ReturnType<typeof createLastApproved>['keep']>[0] => ({
    about: 'call',
    client: 'c',
    connector: 'k',
    tool,
  });

  it('is of what was approved alone: asking changes nothing', () => {
    const last = createLastApproved();
    expect(last.changes(question('t'), 'bad')).toBeUndefined();
    expect(last.changes(question('t'), 'bad')).toBeUndefined();
    last.keep(question('t'), 'good');
    expect(last.changes(question('t'), 'bad')).toEqual(['-good', '+bad']);
    expect(last.changes(question('t'), 'bad')).toEqual(['-good', '+bad']);
    expect(last.changes(question('t'), 'good')).toEqual([]);
  });

  it('names that only look joined are kept apart', () => {
    const last = createLastApproved();
    last.keep({ about: 'call', client: 'a","b', connector: 'c', tool: 't' }, 'x');
    expect(last.changes({ about: 'call', client: 'a', connector: 'b","c', tool: 't' }, 'y')).toBeUndefined();
  });

  it('is forgotten when a hundred others came after it', () => {
    const last = createLastApproved();
    last.keep(question('old'), 'x');
    last.keep(question('kept'), 'x');
    for (const tool of numbered(98, 't')) last.keep(question(tool), 'x');
    last.keep(question('kept'), 'y');
    last.keep(question('one more'), 'x');
    expect(last.changes(question('kept'), 'z')).toEqual(['-y', '+z']);
    expect(last.changes(question('old'), 'y')).toBeUndefined();
  });

  it('is not a text before one that was too long', () => {
    const last = createLastApproved();
    last.keep(question('t'), 'x');
    expect(last.changes(question('t'), 'y'.repeat(40_000))).toBeUndefined();
    last.keep(question('t'), 'y'.repeat(40_000));
    expect(last.changes(question('t'), 'x')).toBeUndefined();
  });
});
