import { describe, expect, it } from 'vitest';
import { httpHash } from '../../main/connectors/definition-hash.ts';
import { createOAuthRegistry } from '../../main/identity/oauth-registry.ts';
import { identityHandlers, type IdentityParts } from '../../main/operations/identity-handlers.ts';
import type { Connector, HttpDefinition } from '../../preload/contract/index.ts';
import { aRig, browse, closing } from '../identity/rig.ts';
import { codeOf } from '../secrets/fakes.ts';
import { aConnector, CLI, NOW } from './fakes.ts';

async function aBench(over: Partial<IdentityParts> = {}) {
  const rig = await aRig();
  const { vault, live, clock, timers, server } = rig;
  const oauth = createOAuthRegistry({ vault, live, now: () => clock.now, after: timers.after });
  closing(() => oauth.close());
  const definition: HttpDefinition = {
    url: server.url,
    transport: 'streamable-http',
    headers: {},
    secrets: {},
    oauth: true,
  };
  const agreed = (of: HttpDefinition): Connector['consent'] => ({ hash: httpHash(of), at: NOW.toISOString() });
  const plain = { ...definition, oauth: false };
  const connectors = [
    aConnector('demo', { definition, consent: agreed(definition) }),
    aConnector('plain', { definition: plain, consent: agreed(plain) }),
    aConnector('program'),
    aConnector('unseen', { definition }),
    aConnector('moved', { definition, consent: agreed({ ...definition, url: 'https://before.example/' }) }),
  ];
  const recorded: string[] = [];
  let ids = 0;
  const handlers = identityHandlers({
    find: (name) => connectors.find((connector) => connector.name === name),
    oauth,
    newSignInId: () => `s${++ids}`,
    recordSecret: (name, change, by) => recorded.push(`${name} ${change} by ${by}`),
    ...over,
  });
  return { ...rig, handlers, recorded };
}

const call = async <T>(work: () => Promise<T> | T): Promise<T> => work();

describe('signing in', () => {
  it('gives a link, then waits for how it ends, for whoever asks', async () => {
    const { handlers, recorded } = await aBench();
    const begun = await handlers['connectors.signIn']({ name: 'demo' }, CLI);
    expect(begun).toEqual({ id: 's1', authorizationUrl: expect.stringMatching(/^http:\/\/127/) as string });
    const asked = handlers['connectors.signInResult']({ id: 's1' }, CLI);
    await browse(begun.authorizationUrl);
    const result = { connector: 'demo', scope: null, endsAt: null };
    expect(await asked).toEqual(result);
    expect(await handlers['connectors.signInResult']({ id: 's1' }, CLI)).toEqual(result);
    expect(recorded).toEqual(['oauth.demo set by a test']);
  });

  it('tells each waiter why it failed, and records nothing', async () => {
    const { handlers, recorded, server } = await aBench();
    server.faults.callback = 'denied';
    const { id, authorizationUrl } = await handlers['connectors.signIn']({ name: 'demo' }, CLI);
    await browse(authorizationUrl);
    expect(await codeOf(call(() => handlers['connectors.signInResult']({ id }, CLI)))).toBe('E_SIGN_IN_REFUSED');
    expect(await codeOf(call(() => handlers['connectors.signInResult']({ id }, CLI)))).toBe('E_SIGN_IN_REFUSED');
    expect(recorded).toEqual([]);
  });

  it.each([
    ['nobody', 'E_CONNECTOR_UNKNOWN'],
    ['plain', 'E_SIGN_IN_NOT_NEEDED'],
    ['program', 'E_SIGN_IN_NOT_NEEDED'],
    ['unseen', 'E_CONSENT_MISSING'],
    ['moved', 'E_CONSENT_CHANGED'],
  ])('is refused for %s, and nothing is asked', async (name, code) => {
    const { handlers, server } = await aBench();
    expect(await codeOf(call(() => handlers['connectors.signIn']({ name }, CLI)))).toBe(code);
    expect(server.counts.mcp + server.counts.metadata).toBe(0);
  });

  it('remembers the last 32', async () => {
    const { handlers } = await aBench();
    for (let round = 0; round < 33; round += 1) await handlers['connectors.signIn']({ name: 'demo' }, CLI);
    expect(await codeOf(call(() => handlers['connectors.signInResult']({ id: 's1' }, CLI)))).toBe('E_SIGN_IN_UNKNOWN');
    expect(await codeOf(call(() => handlers['connectors.signInResult']({ id: 's2' }, CLI)))).toBe('E_SIGN_IN_REPLACED');
  });
});

describe('signing out', () => {
  it('says what came of it, and is recorded once', async () => {
    const { handlers, recorded, signIn } = await aBench();
    await signIn();
    expect(await handlers['connectors.signOut']({ name: 'demo' }, CLI)).toEqual({ wasSignedIn: true, revoked: true });
    expect(await handlers['connectors.signOut']({ name: 'demo' }, CLI)).toEqual({ wasSignedIn: false, revoked: false });
    expect(recorded).toEqual(['oauth.demo removed by a test']);
    expect(await codeOf(call(() => handlers['connectors.signOut']({ name: 'nobody' }, CLI)))).toBe(
      'E_CONNECTOR_UNKNOWN',
    );
  });
});

describe('an identity token', () => {
  it('is looked at with what was asked', async () => {
    const asked: unknown[] = [];
    const { handlers } = await aBench({
      verify: (question) => {
        asked.push(question);
        return Promise.resolve({ kid: 'k', claims: { sub: 'u' } });
      },
    });
    const input = { token: 't', serverId: 's', jwksUrl: 'https://t.example/jwks' };
    expect(await handlers['identity.verify'](input, CLI)).toEqual({ kid: 'k', claims: { sub: 'u' } });
    expect(asked).toEqual([input]);
  });
});
