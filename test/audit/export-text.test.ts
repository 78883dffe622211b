import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, exportHead, exportLine } from '../../main/audit/export-text.ts';
import type { LogEntry } from '../../preload/contract/audit.ts';

/** RFC 4180, as small as it can be. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === ',' || (sign === '\r' && text[at + 1] === '\n')) {
      rows.at(-1)?.push(cell);
      cell = '';
      if (sign === '\r') {
        rows.push([]);
        at += 1;
      }
    } else cell += sign;
  }
  return rows.slice(0, -1);
}

const entry: LogEntry = {
  id: 'x',
  time: '2026-01-02T03:04:05.000Z',
  kind: 'call',
  tool: 'read_file',
  effect: 'allow',
  outcome: 'ok',
};

describe('a cell', () => {
  it.each([
    ['plain', 'plain'],
    ['=1+1', "'=1+1"],
    ['+cmd', "'+cmd"],
    ['-cmd', "'-cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['\nx', `"'\nx"`],
    ['  =1', "'  =1"],
    ['\u200b=1', "'\u200b=1"],
    ['＝1', "'＝1"],
    ['-12.5', '-12.5'],
    ['a,b', '"a,b"'],
    ['a;b', '"a;b"'],
    ['say "x"', '"say ""x"""'],
    [' x ', '" x "'],
    [-3, '-3'],
  ])('%j is %j', (value, expected) => {
    expect(csvCell(value)).toBe(expected);
  });

  it('begins no formula and comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40, unit: 'binary' }), (text) => {
        const cell = readCsv(`${csvCell(text)}\r\n`)[0]?.[0] ?? '';
        expect([text, `'${text}`]).toContain(cell);
        if (!/^-?\d/.test(cell)) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
      }),
    );
  });
});

describe('a line', () => {
  it('has as many cells as there are names', () => {
    const hostile = { ...entry, tool: '=HYPERLINK("http://x","y")', reason: 'a\r\nb', arguments: { path: '=1' } };
    const [head, row, ...more] = readCsv(exportHead('csv') + exportLine(hostile, 'csv'));
    expect(more).toEqual([]);
    expect(head?.[0]).toBe('\ufefftime');
    expect(row).toHaveLength(head?.length ?? 0);
    expect(row).toContain(`'=HYPERLINK("http://x","y")`);
    expect(row?.[2]).toBe('allowed');
  });

  it('of JSON is one document', () => {
    const line = exportLine({ ...entry, reason: 'a\nb' }, 'json');
    expect(exportHead('json')).toBe('');
    expect(line.split('\n')).toHaveLength(2);
    expect(JSON.parse(line)).toEqual({ ...entry, reason: 'a\nb' });
  });
});
