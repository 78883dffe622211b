import { describe, expect, it } from 'vitest';
import { atMostEvery } from '../../main/shell/at-most-every.ts';

describe('atMostEvery', () => {
  const bench = (): { ran: () => number; timers: (() => void)[]; paced: ReturnType<typeof atMostEvery> } => {
    let ran = 0;
    const timers: (() => void)[] = [];
    const paced = atMostEvery(
      250,
      (ms, then) => {
        expect(ms).toBe(250);
        timers.push(then);
        return () => timers.splice(0);
      },
      () => {
        ran += 1;
      },
    );
    return { ran: () => ran, timers, paced };
  };

  it('is at once, then once for however many', () => {
    const { ran, timers, paced } = bench();
    paced.wish();
    expect(ran()).toBe(1);
    for (let n = 0; n < 1000; n += 1) paced.wish();
    expect(ran()).toBe(1);
    timers.shift()!();
    expect(ran()).toBe(2);
    timers.shift()!();
    expect(timers).toEqual([]);
    paced.wish();
    expect(ran()).toBe(3);
  });

  it('ends', () => {
    const { ran, timers, paced } = bench();
    paced.wish();
    paced.wish();
    paced.close();
    expect(timers).toEqual([]);
    paced.wish();
    expect(ran()).toBe(1);
  });
});
