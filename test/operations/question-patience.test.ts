import { describe, expect, it } from 'vitest';
import { createPatience } from '../../main/operations/question-patience.ts';

describe('patience', () => {
  it('ends after the third no in a row, for longer each time, up to a quarter of an hour', () => {
    const now = 0;
    const patience = createPatience(() => now);
    const waits = Array.from({ length: 10 }, () => {
      patience.answered('interface', 'no');
      return patience.waitMs('interface') / 1000;
    });
    expect(waits).toEqual([0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
  });

  it('comes back with time, and whole with a yes', () => {
    let now = 0;
    const patience = createPatience(() => now);
    for (let n = 0; n < 3; n += 1) patience.answered('interface', 'no');
    now = 29_999;
    expect(patience.waitMs('interface')).toBe(1);
    now = 30_000;
    expect(patience.waitMs('interface')).toBe(0);
    patience.answered('interface', 'yes');
    patience.answered('interface', 'no');
    expect(patience.waitMs('interface')).toBe(0);
  });

  it('is one for all command lines, and another for the interface', () => {
    const patience = createPatience(() => 0);
    for (const asker of ['command line, process 1', 'command line, process 2', 'command line, process 3'])
      patience.answered(asker, 'no');
    expect(patience.waitMs('command line, process 4')).toBe(30_000);
    expect(patience.waitMs('interface')).toBe(0);
  });
});
