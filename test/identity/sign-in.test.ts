import { describe, expect, it } from 'vitest';
import type { Faults } from '../fixtures/servers/oauth-server.ts';
import { codeOf, failureOf } from '../secrets/fakes.ts';
import { agree, aRig, browse, NOW, visit } from './rig.ts';

describe('a sign-in', () => {
  it('goes from a link to tokens that work', async () => {
    const { oauth, server, stored, live } = await aRig();
    const { authorizationUrl, done } = await oauth.signIn();
    const link = new URL(authorizationUrl).searchParams;
    expect(link.get('code_challenge_method')).toBe('S256');
    expect(link.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(link.get('resource')).toBe(server.url);
    expect(link.get('state')).toMatch(/^[\w-]{43}$/);
    expect(link.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\/[\w-]{43}$/);
    expect(link.get('redirect_uri')).not.toContain(link.get('state'));

    expect(await browse(authorizationUrl)).toEqual({
      status: 200,
      text: expect.stringContaining('You are signed in') as string,
    });
    expect(await done).toEqual({ connector: 'demo', scope: undefined, endsAt: undefined });
    const authorization = await oauth.authorization();
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: {
        authorization: authorization ?? '',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('"echo"');

    const [client] = [...server.clients.values()];
    expect(client).toMatchObject({
      client_name: 'Runlayer Companion',
      redirect_uris: [link.get('redirect_uri')],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    });
    expect(JSON.parse(stored() ?? '')).toMatchObject({
      version: 1,
      serverUrl: server.url,
      issuer: server.issuer,
      resource: server.url,
      tokens: { issuedAt: NOW, expiresAt: NOW + 3_600_000 },
    });
    // Whatever is in use is taken out of every text that leaves.
    expect(live.redact(`x ${authorization} y`)).toBe('x Bearer [redacted] y');
  });

  it('asks for what the server named when it refused, and for nothing else', async () => {
    const { oauth, signIn, server } = await aRig({ faults: { wantedScope: 'files:read' } });
    const begun = await oauth.signIn();
    expect(new URL(begun.authorizationUrl).searchParams.get('scope')).toBe('files:read');
    begun.cancel();
    expect(await signIn()).toMatchObject({ scope: 'files:read' });
    expect(server.counts.register).toBe(2);
  });

  it('keeps what it had when more is asked for', async () => {
    const { oauth, signIn, server } = await aRig({ faults: { wantedScope: 'files:read' } });
    await signIn();
    server.faults.wantedScope = 'files:write';
    const refused = await oauth.refused({
      status: 403,
      challenge: 'Bearer error="insufficient_scope", scope="files:write"',
      sent: {},
    });
    expect(refused).toEqual({
      kind: 'refused',
      reason: 'the server wants more rights than the sign-in has: sign in with "runlayer connectors login demo" again',
    });
    expect(await signIn()).toMatchObject({ scope: 'files:read files:write' });
  });

  it.each<[string, Faults, string, number]>([
    ['a code of another authorization server', { callback: 'other_iss' }, 'E_SIGN_IN_ISSUER', 0],
    ['no issuer where one was promised', { callback: 'no_iss' }, 'E_SIGN_IN_ISSUER', 0],
    ['a no', { callback: 'denied' }, 'E_SIGN_IN_REFUSED', 0],
    ['a token of another kind', { tokenType: 'DPoP' }, 'E_SIGN_IN_TOKEN', 1],
  ])('ends with %s, and keeps nothing', async (_what, faults, code, exchanges) => {
    const { oauth, server, stored, live } = await aRig({ faults });
    const { authorizationUrl, done } = await oauth.signIn();
    const page = await browse(authorizationUrl);
    expect([page.status, page.text.includes('did not work')]).toEqual([400, true]);
    expect(await codeOf(done)).toBe(code);
    expect(server.counts.exchange).toBe(exchanges);
    expect([stored(), await oauth.authorization(), live.size]).toEqual([undefined, undefined, 0]);
  });

  it('takes a code without issuer where none was promised', async () => {
    const faults: Faults = {
      callback: 'no_iss',
      metadataEntries: { authorization_response_iss_parameter_supported: undefined },
    };
    const { signIn } = await aRig({ faults });
    expect(await signIn()).toMatchObject({ connector: 'demo' });
  });

  it('is not ended by an answer with a wrong state', async () => {
    const { oauth, server } = await aRig({ faults: { callback: 'wrong_state' } });
    const { authorizationUrl, done } = await oauth.signIn();
    expect(await browse(authorizationUrl)).toMatchObject({ status: 400 });
    delete server.faults.callback;
    expect(await browse(authorizationUrl)).toMatchObject({ status: 200 });
    await done;
  });

  it('spends a code once, however often the browser comes back', async () => {
    const { oauth, server } = await aRig();
    const { authorizationUrl, done } = await oauth.signIn();
    const back = await agree(authorizationUrl);
    const pages = await Promise.allSettled([visit(back), visit(back), visit(back)]);
    await done;
    const seen = pages.map((page) => (page.status === 'fulfilled' ? page.value.status : 'closed'));
    expect(seen.filter((status) => status === 200)).toHaveLength(1);
    expect(server.counts.exchange).toBe(1);
    await expect(visit(back)).rejects.toThrow();
  });

  it('is replaced by a later one', async () => {
    const { oauth, signIn } = await aRig();
    const first = await oauth.signIn();
    expect(await signIn()).toMatchObject({ connector: 'demo' });
    expect(await codeOf(first.done)).toBe('E_SIGN_IN_REPLACED');
    await expect(browse(first.authorizationUrl)).rejects.toThrow();
  });

  it('is one, however many begin at once', async () => {
    const { oauth } = await aRig();
    const [one, two] = await Promise.allSettled([oauth.signIn(), oauth.signIn()]);
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'E_SIGN_IN_REPLACED' } });
    if (two.status === 'rejected') throw two.reason;
    await browse(two.value.authorizationUrl);
    await two.value.done;
  });

  it('can be given up, and ends by itself after five minutes', async () => {
    const { oauth, timers } = await aRig();
    const first = await oauth.signIn();
    first.cancel();
    expect(await codeOf(first.done)).toBe('E_SIGN_IN_CANCELLED');
    const second = await oauth.signIn();
    await timers.advance(5 * 60_000);
    expect(await codeOf(second.done)).toBe('E_SIGN_IN_TIMEOUT');
    expect(timers.waiting).toBe(0);
  });

  it('does not begin where its tokens could not be kept', async () => {
    const { oauth, store, requests } = await aRig();
    store.locked = true;
    const failure = await failureOf(oauth.signIn());
    expect([failure.code, failure.exitCode]).toEqual(['E_KEYCHAIN_LOCKED', 4]);
    expect(requests).toEqual([]);
  });

  it('is not one when the keychain is locked by the time that tokens come', async () => {
    const { oauth, store, stored, live } = await aRig();
    const { authorizationUrl, done } = await oauth.signIn();
    store.locked = true;
    expect(await browse(authorizationUrl)).toMatchObject({ status: 400 });
    expect(await codeOf(done)).toBe('E_KEYCHAIN_LOCKED');
    expect([stored(), await oauth.authorization(), live.size]).toEqual([undefined, undefined, 0]);
  });

  it('says nothing of a code or a token, whatever goes wrong', async () => {
    const { oauth, server } = await aRig();
    const { authorizationUrl, done } = await oauth.signIn();
    const back = await agree(authorizationUrl);
    // Somebody was faster: the code is spent, and the authorization server says so in its own words.
    back.searchParams.set('code', 'canary-code');
    await visit(back);
    const failure = await failureOf(done);
    expect([failure.code, failure.message]).toEqual([
      'E_SIGN_IN_REFUSED',
      'The authorization server refused the sign-in (invalid_grant).',
    ]);
    expect(failure.cause).toBeUndefined();
    expect(JSON.stringify(failure.toFailure())).not.toContain('canary');
    expect(server.counts.exchange).toBe(0);
  });
});
