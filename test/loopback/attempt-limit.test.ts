import { describe, expect, it } from 'vitest';
import { createAttemptLimit } from '../../main/loopback/attempt-limit.ts';

describe('the limit on failed attempts', () => {
  it('is for any minute, not for a calendar one', () => {
    let now = 0;
    const limit = createAttemptLimit({ perMinute: 2, now: () => now });
    expect(limit.exhausted()).toBe(false);
    limit.failed();
    now = 59_000;
    expect(limit.exhausted()).toBe(false);
    limit.failed();
    expect(limit.exhausted()).toBe(true);
    now = 60_000;
    expect(limit.exhausted()).toBe(false);
    limit.failed();
    expect(limit.exhausted()).toBe(true);
    now = 118_999;
    expect(limit.exhausted()).toBe(true);
    now = 119_000;
    expect(limit.exhausted()).toBe(false);
  });
});
