import { describe, expect, it } from 'vitest';
import { judge } from '../../../main/audit/delivery/judge.ts';

const NOW = new Date('2026-01-02T03:04:05.000Z');
const answered = (status: number, over: { retryAfter?: string; isPage?: boolean } = {}) =>
  judge({ kind: 'answered', status, retryAfter: undefined, isPage: false, ...over }, NOW);

describe('judge', () => {
  it.each([
    [200, 'taken'],
    [202, 'taken'],
    [204, 'taken'],
    [100, 'stopped'],
    [301, 'stopped'],
    [304, 'stopped'],
    [308, 'stopped'],
    [400, 'refused'],
    [401, 'stopped'],
    [402, 'stopped'],
    [403, 'stopped'],
    [404, 'stopped'],
    [405, 'stopped'],
    [408, 'again'],
    [410, 'stopped'],
    [413, 'too_large'],
    [415, 'stopped'],
    [422, 'refused'],
    [425, 'again'],
    [429, 'again'],
    [500, 'again'],
    [503, 'again'],
    [599, 'again'],
    [0, 'stopped'],
  ])('%d: %s', (status, kind) => {
    expect(answered(status).kind).toBe(kind);
  });

  it('takes no web page for an acknowledgement', () => {
    expect(answered(200, { isPage: true }).kind).toBe('stopped');
  });

  it.each([401, 403])('says of a %d how a secret is given to it', (status) => {
    const verdict = answered(status);
    expect(verdict).toMatchObject({
      problem: `The audit endpoint wants a valid secret (${status}). Store it with "runlayer secrets set <name>", then "runlayer audit endpoint set <url> --authorization 'Bearer keychain:<name>'".`,
    });
  });

  it('reads Retry-After', () => {
    expect(answered(503, { retryAfter: '7' })).toMatchObject({ afterMs: 7000 });
    expect(answered(503, { retryAfter: 'later' })).toMatchObject({ afterMs: 0 });
  });
});
