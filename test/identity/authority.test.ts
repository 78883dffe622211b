import { describe, expect, it } from 'vitest';
import { oauthAuthority, type AuthorityOptions } from '../../main/identity/authority.ts';
import { identityStale } from '../../main/identity/identity-failures.ts';
import type { HttpDefinition } from '../../preload/contract/connector.ts';
import { codeOf, failureOf } from '../secrets/fakes.ts';
import { aRig, aVault } from './rig.ts';

const TOKEN = 'ghp_Q1w2E3r4T5y6-canary';

function aDefinition(over: Partial<HttpDefinition> = {}): HttpDefinition {
  return { url: 'https://mcp.example/', transport: 'streamable-http', headers: {}, secrets: {}, oauth: false, ...over };
}

const nobody: AuthorityOptions['oauth'] = {
  authorization: () => Promise.resolve(undefined),
  refused: () => Promise.reject(new Error('not asked')),
};

async function open(over: Partial<HttpDefinition>, more: Partial<AuthorityOptions> = {}) {
  const rig = aVault();
  await rig.vault.set('token', TOKEN);
  const { vault, live } = rig;
  const options = { connector: 'demo', definition: aDefinition(over), vault, live, oauth: nobody, ...more };
  return { ...rig, ...(await oauthAuthority(options)) };
}

const identity = (headers: Record<string, string>) => ({ headers: () => Promise.resolve(headers) });

describe('what is sent', () => {
  it('is what is configured, with secrets in their place until the session ends', async () => {
    const { authority, live, release } = await open({
      headers: { 'X-Team': 'blue' },
      secrets: { Authorization: 'Bearer keychain:token', 'X-Api-Key': 'keychain:token' },
    });
    expect(await authority.headers()).toEqual({
      'X-Team': 'blue',
      Authorization: `Bearer ${TOKEN}`,
      'X-Api-Key': TOKEN,
    });
    expect(live.redact(TOKEN)).toBe('[redacted]');
    release();
    release();
    expect(live.size).toBe(0);
  });

  it('is one header of each name, and the sign-in wins', async () => {
    const { authority } = await open(
      { headers: { AUTHORIZATION: 'configured' }, secrets: { authorization: 'keychain:token' }, oauth: true },
      { oauth: { ...nobody, authorization: () => Promise.resolve('Bearer signed-in') } },
    );
    expect(await authority.headers()).toEqual({ Authorization: 'Bearer signed-in' });
  });

  it('never holds an identity that somebody configured', async () => {
    const headers = { 'x-runlayer-user-email': 'boss@example.com', 'X-RUNLAYER-ORG-ID': '1', 'X-Other': 'x' };
    const secrets = { 'X-Runlayer-Identity-Token': 'keychain:token' };
    const { authority, live } = await open({ headers, secrets }, { identity: identity({ 'X-Runlayer-Org-Id': '7' }) });
    expect(await authority.headers()).toEqual({ 'X-Other': 'x', 'X-Runlayer-Org-Id': '7' });
    expect(live.size).toBe(0);
  });

  it('is the credentials of a tenant for its own address, asked for each time, and nothing where they cannot be had', async () => {
    let count = 0;
    const credentials = () => Promise.resolve({ 'x-runlayer-api-key': `key ${++count}` });
    const { authority } = await open({ headers: { 'X-Runlayer-Api-Key': 'configured' } }, { credentials });
    expect(await authority.headers()).toEqual({ 'x-runlayer-api-key': 'key 1' });
    expect(await authority.headers()).toEqual({ 'x-runlayer-api-key': 'key 2' });
    const failing = await open({}, { credentials: () => Promise.reject(identityStale()) });
    expect(await codeOf(failing.authority.headers())).toBe('E_IDENTITY_STALE');
  });

  it('sends nobody to change what a tenant defines', async () => {
    const { authority } = await open({}, { identity: identity({}) });
    const refused = await authority.refused({ status: 401, challenge: undefined, sent: {} });
    expect(refused).toEqual({
      kind: 'refused',
      reason: 'the server asks for credentials that the tenant of "demo" does not give',
    });
  });

  it('is nothing where the identity cannot be had', async () => {
    const { authority } = await open({}, { identity: { headers: () => Promise.reject(identityStale()) } });
    expect(await codeOf(authority.headers())).toBe('E_IDENTITY_STALE');
  });

  it('is no identity in the clear, but to this machine', async () => {
    const told = { identity: identity({ 'X-Runlayer-Org-Id': '7' }) };
    const away = await open({ url: 'http://mcp.example/' }, told);
    expect(await codeOf(away.authority.headers())).toBe('E_IDENTITY_IN_THE_CLEAR');
    const here = await open({ url: 'http://127.0.0.1:1/' }, told);
    expect(await here.authority.headers()).toEqual({ 'X-Runlayer-Org-Id': '7' });
    const untold = await open({ url: 'http://mcp.example/' }, { identity: identity({}) });
    expect(await untold.authority.headers()).toEqual({});
  });

  it('is nothing before somebody signed in', async () => {
    const { authority } = await open({ oauth: true, headers: { 'X-Team': 'blue' } });
    const failure = await failureOf(authority.headers());
    expect(failure.toFailure()).toEqual({
      code: 'E_SIGN_IN_NEEDED',
      message: 'Nobody is signed in to "demo".',
      next: 'Sign in with "runlayer connectors login demo".',
    });
  });
});

describe('what cannot be sent', () => {
  it('holds nothing after a secret that is not there', async () => {
    const rig = aVault();
    await rig.vault.set('token', TOKEN);
    const definition = aDefinition({ secrets: { A: 'keychain:token', B: 'keychain:missing' } });
    const { vault, live } = rig;
    expect(await codeOf(oauthAuthority({ connector: 'demo', definition, vault, live, oauth: nobody }))).toBe(
      'E_SECRET_UNKNOWN',
    );
    expect(live.size).toBe(0);
  });

  it.each(['oauth.demo', 'oauth.other', 'OAuth.other'])('refuses the sign-in %s as a header', async (name) => {
    const { vault, live } = aVault();
    await vault.set(name, TOKEN);
    const definition = aDefinition({ secrets: { A: `Bearer keychain:${name}` } });
    expect(await codeOf(oauthAuthority({ connector: 'demo', definition, vault, live, oauth: nobody }))).toBe(
      'E_SECRET_RESERVED',
    );
  });

  it.each(['one\r\nX-Evil: 1', 'one\n', 'tab\there', 'ünïcode-Q1w2E3r4'])(
    'refuses a value no header carries: %j',
    async (value) => {
      const { vault, live } = aVault();
      await vault.set('token', value);
      const definition = aDefinition({ secrets: { 'X-Key': 'keychain:token' } });
      const failure = await failureOf(oauthAuthority({ connector: 'demo', definition, vault, live, oauth: nobody }));
      expect(failure.code).toBe('E_SECRET_HEADER');
      expect(failure.message).not.toContain(value.slice(0, 3) === 'one' ? 'Evil' : value);
      expect(live.size).toBe(0);
    },
  );
});

describe('what happens after a refusal', () => {
  it('says what to look at where nobody signs in', async () => {
    const facts = { status: 401, challenge: undefined, sent: {} };
    const withSecret = await open({ secrets: { A: 'keychain:token' } });
    expect(await withSecret.authority.refused(facts)).toMatchObject({
      reason: 'the server does not take the credentials of "demo": store them again with "runlayer secrets set"',
    });
    const without = await open({});
    expect(await without.authority.refused(facts)).toMatchObject({
      reason: 'the server asks for credentials: give some with "runlayer connectors edit demo"',
    });
    expect(await without.authority.refused({ ...facts, status: 403 })).toMatchObject({
      kind: 'refused',
      reason: 'the server does not allow this',
    });
  });

  it('is the sign-in’s business where there is one', async () => {
    const { vault, live, oauth, signIn, server } = await aRig();
    await signIn();
    const definition = aDefinition({ url: server.url, oauth: true });
    const { authority } = await oauthAuthority({ connector: 'demo', definition, vault, live, oauth });
    const sent = await authority.headers();
    server.endAccessTokens();
    expect(await authority.refused({ status: 401, challenge: undefined, sent })).toEqual({ kind: 'retry' });
    expect(await authority.headers()).not.toEqual(sent);
  });
});

describe('a secret that is stored anew', () => {
  const NEW = 'ghp_N3w0n3-w1th-m0r3-canary';
  const NEWEST = 'ghp_Th1rd-0ne-z9y8x7-canary';
  const withSecret = (): ReturnType<typeof open> => open({ secrets: { Authorization: 'Bearer keychain:token' } });
  const bearer = (value: string): object => ({ Authorization: `Bearer ${value}` });

  it('is sent with the next request; both are taken out of texts until the session ends', async () => {
    const { vault, authority, live, release } = await withSecret();
    expect(await authority.headers()).toEqual(bearer(TOKEN));
    await vault.set('token', NEW);
    expect(await Promise.all([authority.headers(), authority.headers()])).toEqual([bearer(NEW), bearer(NEW)]);
    expect(live.redact(`${TOKEN} ${NEW}`)).toBe('[redacted] [redacted]');
    await vault.set('token', NEWEST);
    expect(await authority.headers()).toEqual(bearer(NEWEST));
    expect(live.size).toBe(2);
    release();
    expect(live.size).toBe(0);
  });

  it('costs no look into the keychain before', async () => {
    const { authority, store, vault } = await withSecret();
    const asked: string[] = [];
    store.before = (call) => void asked.push(call);
    for (let request = 0; request < 3; request++) await authority.headers();
    await vault.set('other', NEW);
    asked.length = 0;
    await authority.headers();
    expect(asked).toEqual([]);
  });

  it('is refused once it is removed, and sent again once it is back', async () => {
    const { vault, authority, live, release } = await withSecret();
    await vault.remove('token');
    for (let request = 0; request < 2; request++) expect(await codeOf(authority.headers())).toBe('E_SECRET_UNKNOWN');
    await vault.set('token', NEW);
    expect(await authority.headers()).toEqual(bearer(NEW));
    release();
    expect(live.size).toBe(0);
  });

  it('is refused where no header can carry it', async () => {
    const { vault, authority } = await withSecret();
    await vault.set('token', 'one\r\nX-Evil: 1');
    expect(await codeOf(authority.headers())).toBe('E_SECRET_HEADER');
  });

  it('while a request is under way is worth a second try, and only one', async () => {
    const { vault, authority } = await withSecret();
    const sent = await authority.headers();
    await vault.set('token', NEW);
    const facts = { status: 401, challenge: undefined };
    expect(await authority.refused({ ...facts, sent })).toEqual({ kind: 'retry' });
    const again = await authority.headers();
    expect(again).toEqual(bearer(NEW));
    expect(await authority.refused({ ...facts, sent: again })).toMatchObject({ kind: 'refused' });
  });

  it('holds nothing of a session that ended while the keychain was asked', async () => {
    const { vault, authority, live, release } = await withSecret();
    await vault.set('token', NEW);
    const asked = authority.headers();
    release();
    await asked;
    expect(live.size).toBe(0);
  });
});
