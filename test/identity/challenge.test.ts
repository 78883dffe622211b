import { describe, expect, it } from 'vitest';
import { joinChallenges, joinScopes, readChallenge, readScope } from '../../main/identity/challenge.ts';

describe('what a server asks for', () => {
  it.each<[string, ReturnType<typeof readChallenge>]>([
    ['Bearer', { insufficientScope: false }],
    ['bearer realm="x"', { insufficientScope: false }],
    [
      'Bearer error="insufficient_scope", scope="files:read files:write", resource_metadata="https://a.example/meta"',
      {
        insufficientScope: true,
        scope: 'files:read files:write',
        resourceMetadataUrl: 'https://a.example/meta',
      },
    ],
    ['Basic realm="x", Bearer scope=one', { insufficientScope: false, scope: 'one' }],
    // The first of each counts: the second may belong to another scheme.
    ['Bearer scope="a", DPoP scope="b"', { insufficientScope: false, scope: 'a' }],
    ['Bearer resource_metadata="not an address"', { insufficientScope: false }],
    ['Bearer scope="tab\there"', { insufficientScope: false }],
    ['Bearer scope="two  spaces"', { insufficientScope: false }],
  ])('reads %s', (header, challenge) => {
    expect(readChallenge(header)).toEqual(challenge);
  });

  it.each([undefined, null, '', 'Basic realm="x"', 'Bearers scope="a"', `Bearer scope="${'a '.repeat(5000)}"`])(
    'takes %s for nothing',
    (header) => {
      expect(readChallenge(header)).toBeUndefined();
    },
  );

  it('keeps every scope of several refusals, and the last address', () => {
    const first = { insufficientScope: true, scope: 'a b', resourceMetadataUrl: 'https://a.example/' };
    expect(joinChallenges(undefined, first)).toEqual(first);
    expect(joinChallenges(first, { insufficientScope: false, scope: 'b c' })).toEqual({
      insufficientScope: false,
      scope: 'a b c',
      resourceMetadataUrl: 'https://a.example/',
    });
  });

  it('joins scopes once each, and drops what is too long to ask for', () => {
    expect(joinScopes(undefined, undefined)).toBeUndefined();
    expect(joinScopes('a b', undefined, 'b c')).toBe('a b c');
    expect(joinScopes('a'.repeat(1500), 'b'.repeat(1500))).toBeUndefined();
    expect(readScope('quo"te')).toBeUndefined();
    expect(readScope('')).toBeUndefined();
  });
});
