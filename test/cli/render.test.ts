import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hang, table } from '../../main/cli/commands/render.ts';

describe('hang', () => {
  it('folds under the start of the text', () => {
    expect(hang('  next  ', `${'word '.repeat(20)}end`)).toBe(
      `  next  ${'word '.repeat(14).trim()}\n        ${'word '.repeat(6)}end\n`,
    );
  });

  it('never folds what somebody copies', () => {
    const command = '"runlayer connectors add files -- npx -y some-server@1.2.3 --with many --words in it"';
    expect(hang('', `Run (${command}) now, and then ${command}.`)).toBe(
      `Run\n(${command})\nnow, and then\n${command}.\n`,
    );
  });

  it.each([
    ['', 'x: \n'],
    ['   ', 'x: \n'],
    ['a"b', 'x: a"b\n'],
    ['"open and never closed', 'x: "open and never closed\n'],
  ])('%j', (text, expected) => {
    expect(hang('x: ', text)).toBe(expected);
  });

  it('keeps every word, in order, within 80 columns where words allow it', () => {
    const word = fc.stringMatching(/^[a-z().,:]{1,20}$/);
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = hang('  ', words.join(' '));
        expect(text.trim().split(/\s+/)).toEqual(words.length === 0 ? [''] : words);
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
      }),
    );
  });

  it('takes a long text without end in linear time', () => {
    const began = performance.now();
    hang('', '"'.repeat(100_001));
    hang('', `"${'a '.repeat(100_000)}`);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('table', () => {
  it('aligns all columns but leaves the last one free', () => {
    expect(
      table(
        ['A', 'LONG'],
        [
          ['1', 'x'.repeat(100)],
          ['22', ''],
        ],
      ),
    ).toBe(`A   LONG\n1   ${'x'.repeat(100)}\n22  \n`);
  });

  it('cuts a cell that would push the others away, but not the last one', () => {
    const [, row = ''] = table(['A', 'B'], [['a'.repeat(100), 'b'.repeat(100)]]).split('\n');
    expect(row).toBe(`${'a'.repeat(63)}…  ${'b'.repeat(100)}`);
  });
});
