import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanLines, type ReadLine } from '../../main/cli/commands/scan-lines.ts';

async function read(pieces: readonly (Buffer | string)[], maxLineBytes?: number): Promise<ReadLine[]> {
  const lines: ReadLine[] = [];
  const input = (async function* () {
    for (const piece of pieces) yield [Buffer.from(piece)];
  })();
  for await (const some of scanLines(input, maxLineBytes)) lines.push(...some);
  return lines;
}
const line = (text: string, kind = 'output'): string => JSON.stringify({ kind, text });
/** What was read of each line: its text, or the failure. */
const said = (lines: readonly ReadLine[]): string[] =>
  lines.map((one) => ('line' in one ? one.line.text : one.failure.message));

describe('lines of texts', () => {
  it.each([
    ['with their newline', `${line('a')}\n${line('b')}\n`],
    ['without the last one', `${line('a')}\n${line('b')}`],
    ['with CRLF', `${line('a')}\r\n${line('b')}\r\n`],
    ['with a byte-order mark', `\ufeff${line('a')}\n${line('b')}`],
    ['with more in them', `{"id":7,"kind":"input","text":"a","labels":["x"]}\n${line('b')}`],
  ])('are read %s', async (_title, text) => {
    expect(said(await read([text]))).toEqual(['a', 'b']);
  });

  it('none at all', async () => {
    expect(await read([])).toEqual([]);
    expect(await read([''])).toEqual([]);
  });

  it.each([
    ['empty', '', 'Line 2 is no JSON object.'],
    ['no JSON', '{oops', 'Line 2 is no JSON'],
    ['a list', '[]', 'Line 2 is no JSON object.'],
    ['another kind', line('x', 'result'), 'Line 2 does not fit.'],
    ['no text', '{"kind":"output"}', 'Line 2 does not fit.'],
    ['a number for a text', '{"kind":"output","text":1}', 'Line 2 does not fit.'],
    ['deep', `{"kind":"output","text":"a","x":${'['.repeat(50)}${']'.repeat(50)}}`, 'Line 2 is no JSON object.'],
  ])('one that is %s keeps its place, and the others are read', async (_title, bad, problem) => {
    const [first, second, third] = said(await read([`${line('a')}\n${bad}\n${line('b')}\n`]));
    expect([first, third]).toEqual(['a', 'b']);
    expect(second).toContain(problem);
  });

  it('one that is no UTF-8 is refused, not repaired', async () => {
    const bad = Buffer.from([...Buffer.from('{"kind":"output","text":"'), 0xff, ...Buffer.from('"}\n')]);
    expect(said(await read([bad, line('b')]))).toEqual(['Line 1 is no JSON in UTF-8.', 'b']);
  });

  it('one that is too long is left out as it comes', async () => {
    const pieces = ['x'.repeat(60), 'y'.repeat(60), `z\n${line('b')}\n`];
    expect(said(await read(pieces, 100))).toEqual(['Line 1 is too long.', 'b']);
  });

  it('wherever the pieces are cut', async () => {
    const whole = Buffer.from(['ä', 'b\nb', '', '€😀'].map((text) => `${line(text)}\n`).join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 6 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        expect(said(await read(pieces))).toEqual(['ä', 'b\nb', '', '€😀']);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
