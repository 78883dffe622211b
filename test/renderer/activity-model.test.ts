import { describe, expect, it } from 'vitest';
import type { ActivityFilter } from '../../preload/contract/activity.ts';
import {
  callsIn,
  durationText,
  EMPTY_FILTER,
  isNarrowed,
  periodSince,
  subjectOf,
  totalText,
  withoutUndefined,
} from '../../renderer/features/activity/activity-model.ts';

describe('a filter', () => {
  it.each<[Partial<ActivityFilter>, boolean]>([
    [{}, false],
    [{ text: '  ' }, false],
    [{ events: true }, false],
    [{ text: 'x' }, true],
    [{ show: 'denied' }, true],
    [{ connector: 'a' }, true],
    [{ until: '2026-01-02T00:00:00Z' }, true],
  ])('%j narrows: %s', (change, narrowed) => {
    expect(isNarrowed({ ...EMPTY_FILTER, ...change })).toBe(narrowed);
  });

  it('has no members that are undefined', () => {
    expect(Object.keys(withoutUndefined({ a: 1, b: undefined, c: null }))).toEqual(['a', 'c']);
  });
});

describe('words', () => {
  it.each([
    [undefined, '–'],
    [0.4, '< 1 ms'],
    [12.4, '12 ms'],
    [1234, '1.23 s'],
    [65_000, '65 s'],
  ])('of %s milliseconds: %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it.each([
    [0, false, '0 calls'],
    [1, false, '1 call'],
    [12_345, false, '12,345 calls'],
    [1, true, '1 entry'],
    [2, true, '2 entries'],
  ])('of %i: %s', (total, events, text) => {
    expect(totalText(total, events)).toBe(text);
  });

  it('name what a row is about', () => {
    expect(subjectOf({ tool: 'read', method: 'tools/call' })).toBe('read');
    expect(subjectOf({ method: 'x/y' })).toBe('x/y');
    expect(subjectOf({ event: 'pin_drift' })).toBe('pin_drift');
    expect(subjectOf({})).toBe('–');
  });
});

it('a period begins before now', () => {
  const now = Date.parse('2026-01-02T03:04:05.000Z');
  expect(periodSince('hour', now)).toBe('2026-01-02T02:04:05.000Z');
  expect(periodSince('all', now)).toBeUndefined();
  expect(periodSince('chosen', now)).toBeUndefined();
});

it('counts every call once', () => {
  expect(callsIn({ allowed: 1, denied: 2, asked: 3, failed: 4 })).toBe(10);
});
