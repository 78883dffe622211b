import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BOUNDS, pressureAfter, type Pressure } from '../../../main/audit/delivery/pressure.ts';

const BOUNDS = { events: 1000, bytes: 1_000_000 };
const ORDER: readonly Pressure[] = ['none', 'warn', 'lean', 'full'];
const at = (before: Pressure, events: number, bytes = 0): Pressure => pressureAfter(before, { events, bytes }, BOUNDS);

describe('pressureAfter', () => {
  it.each([
    ['none', 0, 'none'],
    ['none', 699, 'none'],
    ['none', 700, 'warn'],
    ['none', 850, 'lean'],
    ['none', 949, 'lean'],
    ['none', 950, 'full'],
    ['none', 5000, 'full'],
    ['full', 949, 'full'],
    ['full', 900, 'full'],
    ['full', 899, 'lean'],
    ['lean', 900, 'lean'],
    ['lean', 800, 'lean'],
    ['lean', 799, 'warn'],
    ['warn', 650, 'warn'],
    ['warn', 649, 'none'],
    ['full', 0, 'none'],
  ] as const)('%s at %d of 1000: %s', (before, events, after) => {
    expect(at(before, events)).toBe(after);
  });

  it('goes by the fuller of the two bounds', () => {
    expect(at('none', 1, 960_000)).toBe('full');
    expect(DEFAULT_BOUNDS).toEqual({ events: 500_000, bytes: 536_870_912 });
  });

  it('never falls as more waits, and never flickers at one amount', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ORDER), fc.nat(1200), fc.nat(1200), (before, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(ORDER.indexOf(at(before, less))).toBeLessThanOrEqual(ORDER.indexOf(at(before, more)));
        const once = at(before, a);
        expect(at(once, a)).toBe(once);
      }),
    );
  });
});
