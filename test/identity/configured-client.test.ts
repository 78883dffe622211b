import { describe, expect, it } from 'vitest';
import { createLoopback } from '../../main/identity/loopback-callback.ts';
import type { OAuthOptions } from '../../main/identity/oauth.ts';
import { createOAuthRegistry } from '../../main/identity/oauth-registry.ts';
import type { RegisteredClient } from '../fixtures/servers/registered-client.ts';
import { codeOf, failureOf } from '../secrets/fakes.ts';
import { aRig, browse, closing, type Rig } from './rig.ts';

const HOUR = 3_600_000;
const SECRET = 'q8Zr02Lm4x-provider+secret/=%41';
const REFERENCE = 'keychain:provider';

interface ByHand extends Rig {
  readonly registered: RegisteredClient;
}

/** A server that knows one client, and a connector that has its id. */
async function byHand(
  registered: RegisteredClient = { id: 'client:1', secret: SECRET },
  over: Partial<OAuthOptions> = {},
): Promise<ByHand> {
  const hasSecret = registered.secret !== undefined;
  const rig = await aRig({
    registered,
    over: { clientId: registered.id, ...(hasSecret ? { clientSecret: () => REFERENCE } : {}), ...over },
  });
  if (registered.secret !== undefined) await rig.vault.set('provider', registered.secret);
  return { ...rig, registered };
}

const refusedWith = (bearer: string | undefined) => ({
  status: 401,
  challenge: undefined,
  sent: { authorization: bearer ?? '' },
});

describe('a client that was registered by hand', () => {
  it.each<[string, RegisteredClient]>([
    ['client_secret_basic', { id: 'client:1', secret: SECRET }],
    ['client_secret_post', { id: 'client:1', secret: SECRET, method: 'client_secret_post' }],
    ['none', { id: 'https://runlayer.example/client.json' }],
  ])('signs in, is renewed and signed out with %s, and registers nothing', async (method, registered) => {
    const { oauth, signIn, server, clock, stored, live, requests } = await byHand(registered);
    expect(await signIn()).toMatchObject({ connector: 'demo' });
    const first = await oauth.authorization();
    clock.now += HOUR;
    const second = await oauth.authorization();
    expect([second === undefined, second === first]).toEqual([false, false]);
    const document = stored() ?? '';
    expect(JSON.parse(document)).toMatchObject({ client: { client_id: registered.id, configured: true } });
    expect(document).not.toContain(SECRET);
    // Only what is in use is live: the tokens, and the ones that they replaced.
    expect(live.redact(`${SECRET} ${second}`)).toBe(`${SECRET} Bearer [redacted]`);
    expect(await oauth.signOut()).toEqual({ wasSignedIn: true, revoked: true });
    expect(server.methods).toEqual([method, method, method, method]);
    expect([server.counts.register, requests.filter((request) => request.includes('register'))]).toEqual([0, []]);
  });

  it('comes back to the address that it was registered with, or to another port', async () => {
    const asked: unknown[] = [];
    const openLoopback: OAuthOptions['openLoopback'] = (options) => {
      asked.push(options.port);
      return createLoopback()(options);
    };
    const { oauth, registered } = await byHand(undefined, { openLoopback });
    const { authorizationUrl } = await oauth.signIn();
    // A literal: it stands at providers.
    expect(asked).toEqual([28_247]);
    const link = new URL(authorizationUrl).searchParams;
    expect(link.get('client_id')).toBe(registered.id);
    expect(link.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(authorizationUrl).not.toContain('secret');
  });

  it('counts more than a client document', async () => {
    const { oauth, registered, server } = await byHand(undefined, { clientMetadataUrl: 'https://runlayer.example/c' });
    server.faults.metadataEntries = { client_id_metadata_document_supported: true };
    const { authorizationUrl } = await oauth.signIn();
    expect(new URL(authorizationUrl).searchParams.get('client_id')).toBe(registered.id);
  });

  it('is asked for where a connector has none', async () => {
    const { oauth } = await aRig({ registered: { id: 'x' } });
    const failure = await failureOf(oauth.signIn());
    expect([failure.code, failure.message]).toEqual([
      'E_SIGN_IN_UNSUPPORTED',
      "This server's sign-in wants programs to be registered by hand.",
    ]);
    expect(failure.next).toContain('http://127.0.0.1:28247/callback');
    expect(failure.next).toContain('--oauth-client-id <id>');
  });

  it('is live while its secret is on its way, and not a moment longer', async () => {
    const { live, another, signIn } = await byHand();
    const during: string[] = [];
    const watching = another({
      openGuard: () => ({
        refuse: () => undefined,
        fetch: async (url, init) => {
          if (new URL(url).pathname === '/token') during.push(live.redact(SECRET));
          return fetch(url, init);
        },
      }),
    });
    await signIn(watching);
    expect([during, live.redact(SECRET)]).toEqual([['[redacted]'], SECRET]);
  });
});

describe('its secret', () => {
  it('is looked for before anybody goes to a browser', async () => {
    const { oauth, vault, requests } = await byHand();
    await vault.remove('provider');
    expect(await codeOf(oauth.signIn())).toBe('E_SECRET_UNKNOWN');
    expect(requests).toEqual([]);
  });

  it('is never a sign-in', async () => {
    const { another, vault, requests } = await byHand();
    await vault.set('oauth.other', 'the tokens of another server');
    for (const name of ['oauth.other', 'OAuth.other'])
      expect(await codeOf(another({ clientSecret: () => `keychain:${name}` }).signIn())).toBe('E_SECRET_RESERVED');
    expect(requests).toEqual([]);
  });

  it.each(['two\nlines', 'p\u00e4sswort-1234567', 'x'.repeat(8193)])(
    'is sent only where it can be: %#',
    async (value) => {
      const { oauth, vault, requests, live } = await byHand();
      await vault.set('provider', value);
      const failure = await failureOf(oauth.signIn());
      expect([failure.code, failure.exitCode, live.size]).toEqual(['E_SECRET_CLIENT', 4, 0]);
      expect(`${failure.message}${failure.next}`).not.toContain(value);
      expect(requests).toEqual([]);
    },
  );

  it('that is wrong ends a sign-in with what to check', async () => {
    const { oauth, vault, stored } = await byHand();
    await vault.set('provider', 'not-the-secret-1234');
    const { authorizationUrl, done } = await oauth.signIn();
    expect(await browse(authorizationUrl)).toMatchObject({ status: 400 });
    const failure = await failureOf(done);
    expect([failure.code, stored()]).toEqual(['E_SIGN_IN_CLIENT', undefined]);
    expect(failure.next).toContain('--oauth-client-id');
  });

  it('that the provider changed does not cost the sign-in: with the new one it goes on', async () => {
    const { oauth, signIn, vault, clock, registered, stored } = await byHand();
    await signIn();
    const bearer = await oauth.authorization();
    registered.secret = 'the-new-secret-9876';
    expect(await oauth.refused(refusedWith(bearer))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('--oauth-client-id') as string,
    });
    clock.now += HOUR;
    expect(await codeOf(oauth.authorization())).toBe('E_SIGN_IN_CLIENT');
    expect(stored()).toBeDefined();
    await vault.set('provider', registered.secret);
    clock.now += 15_000;
    expect(await oauth.authorization()).toMatch(/^Bearer /);
  });

  it('that is missing at a renewal is named, to whoever waits and to the client', async () => {
    const { oauth, signIn, vault, clock, stored } = await byHand();
    await signIn();
    const bearer = await oauth.authorization();
    await vault.remove('provider');
    expect(await oauth.refused(refusedWith(bearer))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('runlayer secrets set provider') as string,
    });
    clock.now += HOUR;
    expect(await codeOf(oauth.authorization())).toBe('E_SECRET_UNKNOWN');
    expect(stored()).toBeDefined();
  });

  it('of another id is never sent', async () => {
    const { signIn, another, server, oauth } = await byHand();
    await signIn();
    // The sign-in is of the first id; who signs out has a second one, and its secret.
    expect(await another({ clientId: 'other' }).signOut()).toEqual({ wasSignedIn: true, revoked: false });
    expect(server.methods.slice(1)).toEqual(['none']);
    expect(await oauth.authorization()).toBeUndefined();
  });
});

it('is sent to no other authorization server that the server names later, until somebody signed out', async () => {
  const { oauth, signIn, server, registered } = await byHand();
  const { server: other } = await aRig({ registered });
  await signIn();
  server.faults.authorizationServer = other.issuer;
  const failure = await failureOf(oauth.signIn());
  expect([failure.code, other.counts.authorize, other.methods]).toEqual(['E_SIGN_IN_ISSUER_CHANGED', 0, []]);
  expect(failure.message).toContain(new URL(other.issuer).host);
  expect(await oauth.authorization()).toMatch(/^Bearer /);
  await oauth.signOut();
  expect(new URL((await oauth.signIn()).authorizationUrl).origin).toBe(new URL(other.issuer).origin);
});

describe('another client id', () => {
  it('means that nobody is signed in', async () => {
    const { signIn, another, oauth, stored } = await byHand();
    await signIn();
    expect(await another({ clientId: 'client:2' }).authorization()).toBeUndefined();
    expect([await oauth.authorization(), stored()]).toEqual([expect.stringMatching(/^Bearer /), expect.any(String)]);
  });

  it('than the one that a server gave means so too, even if it reads the same', async () => {
    const { signIn, another, server } = await aRig();
    await signIn();
    expect(await another().authorization()).toMatch(/^Bearer /);
    const [given = ''] = server.clients.keys();
    expect(await another({ clientId: given }).authorization()).toBeUndefined();
  });
});

describe('the registry', () => {
  async function aRegistry() {
    const rig = await byHand();
    const { vault, live, clock, timers } = rig;
    const registry = createOAuthRegistry({ vault, live, now: () => clock.now, after: timers.after });
    closing(() => registry.close());
    const definition = { url: rig.server.url, oauthClient: { id: rig.registered.id, secret: REFERENCE } };
    return { ...rig, registry, definition };
  }

  it('keeps a sign-in whose secret moved, and uses it from there', async () => {
    const { registry, definition, signIn, vault, clock } = await aRegistry();
    const oauth = registry.of('demo', definition);
    await signIn(oauth);
    await vault.set('moved', SECRET);
    await vault.remove('provider');
    const moved = { ...definition, oauthClient: { ...definition.oauthClient, secret: 'keychain:moved' } };
    expect(registry.of('demo', moved)).toBe(oauth);
    clock.now += HOUR;
    expect(await oauth.authorization()).toMatch(/^Bearer /);
  });

  it('begins anew with another id, and without one', async () => {
    const { registry, definition, signIn } = await aRegistry();
    const first = registry.of('demo', definition);
    await signIn(first);
    const begun = await first.signIn();
    const other = registry.of('demo', { ...definition, oauthClient: { id: 'other' } });
    expect(await codeOf(begun.done)).toBe('E_SIGN_IN_CANCELLED');
    expect(await other.authorization()).toBeUndefined();
    const none = registry.of('demo', { url: definition.url });
    expect([none === other, await none.authorization()]).toEqual([false, undefined]);
    // Of the same id again it is still there: only saving a definition removes it.
    expect(await registry.of('demo', definition).authorization()).toMatch(/^Bearer /);
  });

  it('signs out of what is gone with the secret that it is given, and without one only here', async () => {
    const { registry, definition, signIn, server } = await aRegistry();
    await signIn();
    expect(await registry.signOut('demo', definition.oauthClient)).toEqual({ wasSignedIn: true, revoked: true });
    await signIn();
    expect(await registry.signOut('demo')).toEqual({ wasSignedIn: true, revoked: false });
    expect(server.methods).toEqual([
      'client_secret_basic',
      'client_secret_basic',
      'client_secret_basic',
      'client_secret_basic',
      'none',
    ]);
  });
});
