import { describe, expect, it } from 'vitest';
import { createGuard } from '../../main/identity/guarded-fetch.ts';
import { discover } from '../../main/identity/discover.ts';
import type { Faults } from '../fixtures/servers/oauth-server.ts';
import { codeOf } from '../secrets/fakes.ts';
import { aRig } from './rig.ts';

describe('finding out where to sign in', () => {
  it.each<[string, Faults, string]>([
    ['a redirect', { metadata: 'redirect' }, 'E_REDIRECT_REFUSED'],
    ['more than 1 MiB', { metadata: 'huge' }, 'E_ANSWER_TOO_LARGE'],
    ['no JSON', { metadata: 'not_json' }, 'E_SIGN_IN_METADATA'],
    ['nothing, though the server names it', { metadata: 'missing' }, 'E_SIGN_IN_METADATA'],
    ['another issuer', { metadata: 'other_issuer' }, 'E_SIGN_IN_ISSUER'],
    ['no PKCE', { metadata: 'no_pkce' }, 'E_SIGN_IN_UNSUPPORTED'],
    ['only plain PKCE', { metadataEntries: { code_challenge_methods_supported: ['plain'] } }, 'E_SIGN_IN_UNSUPPORTED'],
    ['no codes', { metadataEntries: { response_types_supported: ['token'] } }, 'E_SIGN_IN_UNSUPPORTED'],
    ['no registration', { metadata: 'no_registration' }, 'E_SIGN_IN_UNSUPPORTED'],
    [
      'a script for a link',
      { metadataEntries: { authorization_endpoint: 'javascript:alert(1)' } },
      'E_SIGN_IN_METADATA',
    ],
    [
      'a link in the clear',
      { metadataEntries: { authorization_endpoint: 'http://as.example/a' } },
      'E_ADDRESS_REFUSED',
    ],
    [
      'a registration in the clear',
      { metadataEntries: { registration_endpoint: 'http://as.example/r' } },
      'E_ADDRESS_REFUSED',
    ],
    [
      'a place for codes in the clear',
      { metadataEntries: { token_endpoint: 'http://as.example/t' } },
      'E_ADDRESS_REFUSED',
    ],
    ['entries of the wrong kind', { metadataEntries: { token_endpoint: 7 } }, 'E_SIGN_IN_METADATA'],
  ])('ends where the authorization server says %s', async (_what, faults, code) => {
    const { oauth, server } = await aRig({ faults });
    expect(await codeOf(oauth.signIn())).toBe(code);
    expect(server.counts.authorize + server.counts.exchange).toBe(0);
  });

  it.each<[string, Faults, string]>([
    ['a redirect', { resource: 'redirect' }, 'E_REDIRECT_REFUSED'],
    ['more than 1 MiB', { resource: 'huge' }, 'E_ANSWER_TOO_LARGE'],
    ['no JSON', { resource: 'not_json' }, 'E_SIGN_IN_METADATA'],
    ['nothing, where it said that something is', { resource: 'missing' }, 'E_SIGN_IN_METADATA'],
    ['another server', { resource: 'other_resource' }, 'E_SIGN_IN_METADATA'],
    ['an authorization server in the clear', { authorizationServer: 'http://as.example/' }, 'E_ADDRESS_REFUSED'],
    ['one that answers only in here', { authorizationServer: 'https://169.254.169.254/' }, 'E_ADDRESS_REFUSED'],
  ])('ends where the server says %s', async (_what, faults, code) => {
    const { oauth, server } = await aRig({ faults });
    expect(await codeOf(oauth.signIn())).toBe(code);
    expect(server.counts.register).toBe(0);
  });

  it('does without metadata for a server from before there was any', async () => {
    const { server, requests } = await aRig({ faults: { resource: 'missing', metadata: 'missing' } });
    const guard = createGuard({ server: new URL(server.url) });
    expect(await discover(server.url, undefined, guard.fetch)).toEqual({
      issuer: server.issuer,
      metadata: undefined,
      resource: server.url,
      scope: undefined,
    });
    expect(requests).toEqual([]);
  });

  it.each([
    'http://127.0.0.1:1/',
    'https://127.0.0.1/',
    'https://10.0.0.1/',
    'https://localhost/',
    'https://inside.example/',
  ])('a server out there cannot make us ask %s', async (place) => {
    const asked: string[] = [];
    const guard = createGuard({
      server: new URL('https://out.example/mcp'),
      resolve: (host) => Promise.resolve([host === 'inside.example' ? '10.1.2.3' : '8.8.8.8']),
    });
    const challenge = { insufficientScope: false, resourceMetadataUrl: `${place}.well-known/x` };
    const fetch = (url: string | URL, init?: RequestInit): Promise<Response> => {
      asked.push(String(url));
      return guard.fetch(url, init);
    };
    expect(await codeOf(discover('https://out.example/mcp', challenge, fetch))).toBe('E_ADDRESS_REFUSED');
    // The same for an authorization server that the metadata names.
    const named = Response.json({ resource: 'https://out.example/mcp', authorization_servers: [place] });
    const first = (url: string | URL, init?: RequestInit): Promise<Response> =>
      String(url).startsWith('https://out.example/') ? Promise.resolve(named.clone()) : fetch(url, init);
    expect(await codeOf(discover('https://out.example/mcp', undefined, first))).toBe('E_ADDRESS_REFUSED');
    expect(asked).toHaveLength(2);
  });
});
