import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lstartWord, parseStat, readStat, startTime } from '../../main/process/start-time.ts';

/** `/proc/<pid>/stat` with a name put in; 22 is the start time. */
function line(comm: string, start = '22'): string {
  return `42 (${comm}) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 ${start} 23 24\n`;
}

describe('parseStat', () => {
  it.each(['cat', 'a b', '(', ')', ') S 1 (', 'a) R 1 2 3', '((()))', 'x\ny', '', '😀'])(
    'reads the name %j',
    (comm) => {
      expect(parseStat(line(comm))).toEqual({ comm, state: 'S', group: 5, session: 6, start: '22' });
    },
  );

  it.each([
    '',
    '42',
    '42 (x',
    '42 x) S',
    '42 (x) S 1 2',
    '42 )x( S 4 5',
    line('x', '-1'),
    line('x', '2x'),
    line('x').replace(' S ', ' 7 '),
  ])('refuses %j', (text) => {
    expect(parseStat(text)).toBeUndefined();
  });

  it('finds the same start time whatever the name is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.nat(),
        (comm, start) => parseStat(line(comm, String(start)))?.start === String(start),
      ),
    );
  });
});

describe('lstartWord', () => {
  it.each([
    ['Mon Jan  5 10:00:00 2026    \n', 'Mon_Jan_5_10:00:00_2026'],
    ['', undefined],
    ['$(x) y z', undefined],
  ])('%j → %j', (output, word) => {
    expect(lstartWord(output)).toBe(word);
  });
});

describe('startTime', () => {
  it.skipIf(process.platform === 'win32')(
    'is the same word each time for this process [skipped on Windows: not supported]',
    async () => {
      const first = await startTime(process.pid);
      expect(first).toMatch(/^[A-Za-z0-9:_]+$/);
      expect(await startTime(process.pid)).toBe(first);
    },
  );

  it.each([0, -1, 4_194_304, Number.NaN])('is undefined for %s', async (pid) => {
    expect(await startTime(pid)).toBeUndefined();
    expect(readStat(pid)).toBeUndefined();
  });
});
