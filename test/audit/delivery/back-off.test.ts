import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs, retryAfterMs } from '../../../main/audit/delivery/back-off.ts';

const NOW = new Date('2026-01-02T03:04:05.000Z');

describe('backOffMs', () => {
  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [9, 256_000],
    [10, 300_000],
    [1_000_000, 300_000],
  ])('after %d failures: up to %d ms', (failures, most) => {
    expect(backOffMs(failures, 0.5)).toBe(most / 2);
    expect(backOffMs(failures, 0)).toBe(0);
  });

  it('makes less than one request a second on average, however long an endpoint is down', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
        let waited = 0;
        for (let failures = 1; failures <= 40; failures += 1) {
          const { value } = stream.next();
          waited += backOffMs(failures, (1 + value) / 2);
        }
        expect(waited).toBeGreaterThan(40_000);
      }),
    );
  });
});

describe('retryAfterMs', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['0x10', undefined],
    ['0', 0],
    ['120', 120_000],
    [' 120 ', 120_000],
    ['999999999999', 3_600_000],
    ['Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['Sat, 02 Jan 2027 03:00:00 GMT', 3_600_000],
    ['Fri, 99 Foo 2026 03:00:00 GMT', undefined],
    ['2026-01-02', undefined],
  ])('%j: %j', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });
});
