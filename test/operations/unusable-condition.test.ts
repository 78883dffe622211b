import { describe, expect, it } from 'vitest';
import type { Condition, NewRule } from '../../preload/contract/index.ts';
import { refuseUnusable } from '../../main/operations/unusable-condition.ts';

const rule = (when: Condition): NewRule => ({ effect: 'deny', connector: '*', tool: '*', when });

describe('a condition that cannot be used', () => {
  it.each<[string, Condition, RegExp]>([
    ['no expression', { at: '/a', regex: '(' }, /regular expression at "\/a"/],
    ['one that is too large', { at: '/a', regex: '\\pL{900}'.repeat(10) }, /too large/],
    ['a host with a path', { not: { at: '/u', url_host: ['x.org', 'github.com/me'] } }, /"github.com\/me" at "\/u"/],
    ['a host with a port', { or: [{ at: '/u', url_host: ['evil.com:8080'] }] }, /the host alone/],
  ])('is refused: %s', (_title, when, words) => {
    expect(() => refuseUnusable([rule(when)])).toThrow(words);
  });

  it('and one that can is not', () => {
    expect(() => refuseUnusable([rule({ at: '/u', url_host: ['*.x.org', '::1'] })])).not.toThrow();
    expect(() => refuseUnusable([rule({ at: '/a', regex: '^v[0-9]+$' })])).not.toThrow();
  });

  it('so are more expressions together than the engine uses, those that stay included', () => {
    const large = rule({ at: '/a', regex: '(?:ab|cd|ef){200}' });
    const many = Array.from({ length: 60 }, () => large);
    expect(() => refuseUnusable(many.slice(0, 10))).not.toThrow();
    expect(() => refuseUnusable(many)).toThrow(/more, or larger/);
    expect(() => refuseUnusable([large], many)).toThrow(/more, or larger/);
    expect(() => refuseUnusable([rule({ at: '/a', eq: 1 })], many)).not.toThrow();
  });
});
