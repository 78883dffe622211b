import { describe, expect, it } from 'vitest';
import { periodStart } from '../../main/cli/commands/period.ts';

const NOW = new Date('2026-11-21T08:00:00.000Z');

describe('periodStart', () => {
  it.each([
    ['30m', '2026-11-21T07:30:00.000Z'],
    ['24h', '2026-11-20T08:00:00.000Z'],
    ['7d', '2026-11-14T08:00:00.000Z'],
    ['4w', '2026-10-24T08:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T10:00:00+02:00', '2026-11-01T08:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(periodStart(text, NOW)).toBe(expected);
  });

  it.each(['', '7', 'd', '0d', '-7d', '7 d', '7D', '1.5h', '9999999d', '999999w', '7days', '2026-13-01', 'yesterday'])(
    'refuses %j',
    (text) => {
      expect(() => periodStart(text, NOW)).toThrow();
    },
  );
});
