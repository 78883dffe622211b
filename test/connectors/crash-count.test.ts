import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCrashCount } from '../../main/connectors/crash-count.ts';

function counted() {
  let nowMs = 1_000_000;
  const count = createCrashCount({ now: () => nowMs });
  return {
    count,
    pass: (ms: number) => {
      nowMs += ms;
    },
    crash: () => count.exited({ hadAnswered: true }),
  };
}

describe('createCrashCount', () => {
  it('is ready at first', () => {
    expect(counted().count.state()).toEqual({ kind: 'ready' });
  });

  it('waits 0.5 s, 1 s, 2 s, 4 s and pauses for 30 s at the fifth crash within a minute', () => {
    const { count, pass, crash } = counted();
    for (const waitMs of [500, 1000, 2000, 4000]) {
      crash();
      expect(count.state()).toEqual({ kind: 'waiting', retryInMs: waitMs });
      pass(waitMs - 1);
      expect(count.state()).toEqual({ kind: 'waiting', retryInMs: 1 });
      pass(1);
      expect(count.state()).toEqual({ kind: 'ready' });
    }
    crash();
    expect(count.state()).toEqual({ kind: 'paused', retryInMs: 30_000, crashes: 5 });
  });

  it('heals itself: one start after the pause, and a minute of peace forgets all', () => {
    const { count, pass, crash } = counted();
    for (let n = 0; n < 5; n += 1) crash();
    pass(30_000);
    expect(count.state()).toEqual({ kind: 'ready' });
    crash();
    expect(count.state()).toMatchObject({ kind: 'paused', retryInMs: 30_000 });
    pass(60_001);
    expect(count.state()).toEqual({ kind: 'ready' });
    crash();
    expect(count.state()).toEqual({ kind: 'waiting', retryInMs: 500 });
  });

  it('five crashes over more than a minute do not pause', () => {
    const { count, pass, crash } = counted();
    for (let n = 0; n < 20; n += 1) {
      crash();
      expect(count.state().kind).toBe('waiting');
      pass(16_000);
    }
  });

  it('the fifth crash at the edge of the window counts, just behind it does not', () => {
    for (const [gapMs, kind] of [
      [14_999, 'paused'],
      [15_000, 'waiting'],
    ] as const) {
      const { count, pass, crash } = counted();
      for (let n = 0; n < 4; n += 1) {
        crash();
        pass(gapMs);
      }
      crash();
      expect(count.state().kind).toBe(kind);
    }
  });

  it('an exit before the first good answer is no crash', () => {
    const { count } = counted();
    for (let n = 0; n < 50; n += 1) count.exited({ hadAnswered: false });
    expect(count.state()).toEqual({ kind: 'ready' });
  });

  it('forgets when it is told to', () => {
    const { count, crash } = counted();
    for (let n = 0; n < 5; n += 1) crash();
    count.reset();
    expect(count.state()).toEqual({ kind: 'ready' });
    crash();
    expect(count.state()).toEqual({ kind: 'waiting', retryInMs: 500 });
  });

  it('a pause still names what led to it when those crashes have left the window', () => {
    const { count, pass, crash } = counted();
    for (let n = 0; n < 5; n += 1) {
      crash();
      pass(n < 4 ? 14_000 : 0);
    }
    pass(29_000);
    expect(count.state()).toEqual({ kind: 'paused', retryInMs: 1000, crashes: 5 });
  });

  it('always opens again within 30 s, whatever happened, and never counts above five', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40_000), fc.boolean()), { maxLength: 80 }), (steps) => {
        const { count, pass } = counted();
        for (const [ms, hadAnswered] of steps) {
          pass(ms);
          count.exited({ hadAnswered });
          const state = count.state();
          if (state.kind !== 'ready') expect(state.retryInMs).toBeLessThanOrEqual(30_000);
          if (state.kind === 'paused') expect(state.crashes).toBe(5);
        }
        pass(30_000);
        expect(count.state()).toEqual({ kind: 'ready' });
      }),
    );
  });
});
