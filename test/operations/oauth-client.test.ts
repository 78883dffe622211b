/** What the operations do with the client id of a sign-in: shown, stored, counted, and whose sign-in ends with it. */
import { describe, expect, it } from 'vitest';
import { httpHash } from '../../main/connectors/definition-hash.ts';
import { createOAuthRegistry } from '../../main/identity/oauth-registry.ts';
import { identityHandlers } from '../../main/operations/identity-handlers.ts';
import type { Connector, HttpDefinition, OAuthClient } from '../../preload/contract/index.ts';
import { aRig, browse, closing } from '../identity/rig.ts';
import { codeOf } from '../secrets/fakes.ts';
import { aConnector, CLI, connectorBench, memorySettings, memoryVault, NOW, secretBench } from './fakes.ts';

const CLIENT: OAuthClient = { id: 'client-1', secret: 'keychain:client' };
const server = (over: Partial<HttpDefinition> = {}): HttpDefinition => ({
  url: 'https://mcp.example.com/mcp',
  transport: 'streamable-http',
  headers: {},
  secrets: {},
  oauth: true,
  oauthClient: CLIENT,
  ...over,
});
const agreed = (name: string, definition: HttpDefinition): Connector =>
  aConnector(name, { definition, consent: { hash: httpHash(definition), at: NOW.toISOString() } });
const without = (): HttpDefinition => {
  const { oauthClient: _client, ...rest } = server();
  return rest;
};

function aBench(connectors: Connector[]) {
  const forgotten: unknown[] = [];
  const bench = connectorBench('', {
    settings: memorySettings({ connectors }),
    vault: memoryVault([{ name: 'client', backend: 'vault', redactable: true, updatedAt: NOW.toISOString() }]),
    forgetSignIn: (connector, client) => {
      forgotten.push([connector, client]);
      return Promise.resolve();
    },
  });
  const save = async (definition: HttpDefinition, replace = true): Promise<unknown> => {
    const subject = { name: 'issues', definition, default: 'ask' as const, replace };
    const { hash } = await bench.handlers['connectors.preview'](subject, CLI);
    return bench.handlers['connectors.save']({ ...subject, consentHash: hash }, CLI);
  };
  return { ...bench, forgotten, save };
}

describe('saving a connector with a client id', () => {
  it('shows it first, and keeps it', async () => {
    const { handlers, save, settings } = aBench([]);
    const subject = { name: 'issues', definition: server(), default: 'ask' as const, replace: false };
    const { target } = await handlers['connectors.preview'](subject, CLI);
    expect(target).toMatchObject({
      oauthClient: { id: 'client-1', secret: { reference: 'keychain:client', stored: true } },
    });
    expect(await save(server(), false)).toMatchObject({ state: 'ready', target: { oauthClient: CLIENT } });
    expect(settings.read().connectors[0]?.definition).toEqual(server());
  });

  it('takes no yes to another one', async () => {
    const { handlers } = aBench([]);
    const subject = { name: 'issues', definition: server(), default: 'ask' as const, replace: false };
    const { hash } = await handlers['connectors.preview'](subject, CLI);
    const other = { ...subject, definition: server({ oauthClient: { ...CLIENT, id: 'client-2' } }) };
    expect(await codeOf(Promise.resolve(handlers['connectors.save']({ ...other, consentHash: hash }, CLI)))).toBe(
      'E_CONSENT_CHANGED',
    );
  });

  it.each(['keychain:oauth.github', 'keychain:OAUTH.x'])('refuses %s as its secret', async (secret) => {
    const { save, settings } = aBench([]);
    expect(await codeOf(save(server({ oauthClient: { id: 'x', secret } }), false))).toBe('E_SECRET_RESERVED');
    expect(settings.writes).toEqual([]);
  });

  it.each<[string, HttpDefinition, boolean]>([
    ['the same', server(), false],
    ['its secret', server({ oauthClient: { id: CLIENT.id, secret: 'keychain:moved' } }), false],
    ['a header', server({ headers: { A: 'b' } }), false],
    ['its id', server({ oauthClient: { id: 'client-2' } }), true],
    ['to none', without(), true],
    ['its address', server({ url: 'https://mcp.example.com/other' }), true],
    ['to no sign-in', { ...without(), oauth: false }, true],
  ])('that changes %s ends the sign-in: %#', async (_title, definition, ends) => {
    const { save, forgotten } = aBench([agreed('issues', server())]);
    await save(definition);
    expect(forgotten).toEqual(ends ? [['issues', CLIENT]] : []);
  });

  it('ends the sign-in of a client that registered itself', async () => {
    const { save, forgotten } = aBench([agreed('issues', without())]);
    await save(server());
    expect(forgotten).toEqual([['issues', undefined]]);
  });
});

describe('removing a connector with a client id', () => {
  it('signs out as that client', async () => {
    const { handlers, forgotten } = aBench([agreed('issues', server())]);
    await handlers['connectors.remove']({ name: 'issues' }, CLI);
    expect(forgotten).toEqual([['issues', CLIENT]]);
  });

  it('names no client that nobody agreed to', async () => {
    const changed = {
      ...agreed('issues', server()),
      definition: server({ oauthClient: { id: 'x', secret: 'keychain:y' } }),
    };
    const { handlers, forgotten } = aBench([changed]);
    await handlers['connectors.remove']({ name: 'issues' }, CLI);
    expect(forgotten).toEqual([['issues', undefined]]);
  });
});

it('a secret of a client id is used by its connector', async () => {
  const { handlers } = secretBench({
    vault: memoryVault([{ name: 'client', backend: 'vault', redactable: true, updatedAt: NOW.toISOString() }]),
    settings: memorySettings({
      connectors: [agreed('issues', server()), agreed('public', server({ oauthClient: { id: 'client' } }))],
    }),
  });
  expect(await handlers['secrets.list']({}, CLI)).toMatchObject([{ name: 'client', usedBy: ['issues'] }]);
});

describe('signing in and out with a client id', () => {
  it('goes through the operations, and the authorization server forgets it too', async () => {
    const rig = await aRig({ registered: { id: CLIENT.id, secret: 'q8Zr02Lm4x-provider' } });
    await rig.vault.set('client', 'q8Zr02Lm4x-provider');
    const { vault, live, clock, timers } = rig;
    const definition = server({ url: rig.server.url });
    const settings = memorySettings({ connectors: [agreed('demo', definition)] });
    const registry = createOAuthRegistry({ vault, live, now: () => clock.now, after: timers.after });
    closing(() => registry.close());
    const handlers = (oauth: typeof registry) =>
      identityHandlers({
        find: (name) => settings.read().connectors.find((one) => one.name === name),
        oauth,
        newSignInId: () => 's1',
        recordSecret: () => {},
      });
    const signingIn = handlers(registry);
    const { id, authorizationUrl } = await signingIn['connectors.signIn']({ name: 'demo' }, CLI);
    await browse(authorizationUrl);
    await signingIn['connectors.signInResult']({ id }, CLI);
    // Another companion, which has not used the connector yet.
    const fresh = createOAuthRegistry({ vault, live, now: () => clock.now, after: timers.after });
    closing(() => fresh.close());
    expect(await handlers(fresh)['connectors.signOut']({ name: 'demo' }, CLI)).toEqual({
      wasSignedIn: true,
      revoked: true,
    });
  });
});
