/** A server that asks for a sign-in, and a token that says who calls: what a person does about either. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOAuthServer, type OAuthServer } from '../fixtures/servers/oauth-server.ts';
import { describeJourney, openHome, type CompanionHome, type Ended } from './companion-home.ts';
import { RawClient, type Message } from './raw-client.ts';

const PASSPHRASE = 'correct horse battery\n';

describeJourney('a server that asks for a sign-in', () => {
  let home: CompanionHome;
  let server: OAuthServer;
  /** Everything that was ever printed. */
  const printed: string[] = [];
  const clients: RawClient[] = [];

  const runlayer = async (args: readonly string[], input?: string): Promise<Ended> => {
    const ended = await home.runlayer(args, input === undefined ? {} : { input });
    printed.push(ended.out, ended.err);
    return ended;
  };
  const must = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, out, err } = await runlayer(args, input);
    expect([args, code, err]).toEqual([args, 0, '']);
    return out;
  };
  const run = (): RawClient => {
    const client = new RawClient(home.start(['run', 'demo']));
    clients.push(client);
    return client;
  };
  const ended = async (client: RawClient): Promise<void> => {
    await client.close();
    printed.push(client.err, ...client.lines.map(String));
  };
  const echoes = async (client: RawClient, id: number): Promise<void> => {
    expect((await client.call(id, 'echo', { text: `t${id}` })).result?.content?.[0]?.text).toBe(`t${id}`);
  };
  const asksToSignIn = ({ result, error }: Message): void => {
    expect(result).toBeUndefined();
    expect(error?.message).toContain('"runlayer connectors login demo"');
  };
  /** As a person does: starts the command, opens the link that it prints, says yes there, waits. */
  const login = async (...options: string[]): Promise<Ended & { readonly page: string }> => {
    const child = home.start(['connectors', 'login', 'demo', ...options]);
    let out = '';
    let err = '';
    const link = new Promise<string>((resolve, reject) => {
      const look = (): void => {
        const [found] = /http:\/\/127\.0\.0\.1:\d+\/authorize\S+(?=\n)/.exec(out + err) ?? [];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', (text: Buffer) => ((out += text.toString()), look()));
      child.stderr.on('data', (text: Buffer) => ((err += text.toString()), look()));
      child.once('close', () => reject(new Error(`no link: ${out}${err}`)));
    });
    const closed = once(child, 'close');
    const page = await (await fetch(await link)).text();
    const [code] = (await closed) as [number];
    printed.push(out, err, page);
    return { code, out, err, page };
  };

  beforeAll(async () => {
    home = await openHome();
    server = await openOAuthServer();
    await must(['secrets', 'vault', 'create'], PASSPHRASE);
  });
  afterAll(async () => {
    await home.close();
    await server.close();
  });

  it('is refused with the command that helps, before anybody signed in', async () => {
    await must(['connectors', 'add', 'demo', '--url', server.url, '--oauth', '--default', 'allow', '-y']);
    const client = run();
    asksToSignIn(await client.initialize());
    await ended(client);
    // Nobody is sent anywhere before they ask for it.
    expect(server.counts.register + server.counts.authorize).toBe(0);
    const tested = await runlayer(['connectors', 'test', 'demo']);
    expect(tested.code).not.toBe(0);
    expect(tested.err).toContain('runlayer connectors login demo');
  });

  it('a person who says no is told so, and nothing is kept', async () => {
    server.faults.callback = 'denied';
    const refused = await login();
    delete server.faults.callback;
    expect(refused.code).toBe(1);
    expect(refused.out).not.toContain('You are signed in');
    expect(refused.err).not.toBe('');
    expect(server.issued).toEqual([]);
    const client = run();
    asksToSignIn(await client.initialize());
    await ended(client);
  });

  it('works once a person said yes in the browser', async () => {
    const done = await login();
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toContain('You are signed in to "demo".');
    expect(done.page).toMatch(/you can close/i);
    const client = run();
    expect((await client.initialize()).result?.['serverInfo']).toMatchObject({ name: 'behind-oauth' });
    await echoes(client, 1);
    expect(server.counts.refresh).toBe(0);
    await ended(client);
    expect((await home.json<{ ok: boolean }>(['connectors', 'test', 'demo'])).ok).toBe(true);
  });

  it('renews an access token that is over without a person, for all sessions once', async () => {
    const [one, two] = [run(), run()];
    await Promise.all([one.initialize(), two.initialize()]);
    const before = server.counts.authorize;
    server.endAccessTokens();
    await Promise.all([echoes(one, 1), echoes(two, 1)]);
    expect([server.counts.refresh, server.counts.authorize]).toEqual([1, before]);
    await Promise.all([ended(one), ended(two)]);
  });

  it('stays signed in when the companion starts anew, once the vault is open', async () => {
    await must(['stop']);
    server.endAccessTokens();
    const locked = run();
    expect((await locked.initialize()).error?.message).toContain('runlayer secrets unlock');
    await ended(locked);
    await must(['secrets', 'unlock'], PASSPHRASE);
    const client = run();
    await client.initialize();
    await echoes(client, 1);
    await ended(client);
    expect(server.counts.refresh).toBe(2);
  });

  it('names its sign-in among the secrets, and never lets another connector have it', async () => {
    const stored = await home.json<{ name: string }[]>(['secrets', 'list']);
    expect(stored.map(({ name }) => name)).toContain('oauth.demo');
    const set = await runlayer(['secrets', 'set', 'oauth.demo'], 'mine-4f1c9b7e2d6a\n');
    expect(set.err).toContain('holds a sign-in');
    const thief = ['connectors', 'add', 'thief', '--url', server.url, '--secret', 'Authorization=keychain:oauth.demo'];
    await must([...thief, '-y']);
    const client = new RawClient(home.start(['run', 'thief']));
    expect((await client.initialize()).error?.message).toContain('holds a sign-in');
    await ended(client);
  });

  it('is refused again after a logout, in sessions that are open too; the server forgets it as well', async () => {
    const client = run();
    await client.initialize();
    await echoes(client, 1);
    const revoked = server.counts.revoke;
    expect(await must(['connectors', 'logout', 'demo'])).toContain('You are signed out of "demo".');
    expect(server.counts.revoke).toBeGreaterThan(revoked);
    asksToSignIn(await client.call(2, 'echo', { text: 'x' }));
    await ended(client);
    const next = run();
    asksToSignIn(await next.initialize());
    await ended(next);
    expect(await must(['connectors', 'logout', 'demo'])).toContain('Nobody was signed in');
  });

  it('says it in one document with --json, and is forgotten with its connector', async () => {
    const done = await login('--json');
    expect(done.code).toBe(0);
    expect(JSON.parse(done.out)).toMatchObject({ connector: 'demo', signedIn: true });
    await must(['connectors', 'remove', 'demo']);
    const stored = await home.json<{ name: string }[]>(['secrets', 'list']);
    expect(stored.map(({ name }) => name)).not.toContain('oauth.demo');
  });

  it('shows no token, code or client secret in any file, record, log or output', async () => {
    printed.push(await must(['logs', '--json']), await must(['status', '--json']));
    expect(server.issued.length).toBeGreaterThanOrEqual(10);
    for (const token of server.issued) {
      expect(home.filesHolding(token)).toEqual([]);
      expect(printed.some((text) => text.includes(token))).toBe(false);
    }
    const changes = home
      .records()
      .flatMap((record) => (record.kind === 'event' && record.event === 'secret_changed' ? [record.detail] : []));
    expect(changes).toContainEqual(expect.objectContaining({ name: 'oauth.demo', change: 'set' }));
    expect(changes).toContainEqual(expect.objectContaining({ name: 'oauth.demo', change: 'removed' }));
    expect(home.openIntents()).toEqual([]);
  });
});

describeJourney('a token that says who calls', () => {
  let home: CompanionHome;
  let jwksUrl: string;
  let sign: (over?: JWTPayload) => Promise<string>;
  const keys = createServer();

  beforeAll(async () => {
    home = await openHome();
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    const published = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'EdDSA' }] };
    keys.on('request', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(published));
    });
    keys.listen(0, '127.0.0.1');
    await once(keys, 'listening');
    jwksUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks.json`;
    const now = Math.floor(Date.now() / 1000);
    sign = (over = {}) =>
      new SignJWT({
        iss: 'https://acme.example.com',
        aud: 'runlayer:identity-forward:srv-1',
        sub: 'user-1',
        subject_type: 'user',
        iat: now,
        exp: now + 300,
        ...over,
      })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
        .sign(privateKey);
  });
  afterAll(async () => {
    await home.close();
    keys.close();
    keys.closeAllConnections();
  });

  const verify = async (over?: JWTPayload, ...options: string[]): Promise<Ended> =>
    home.runlayer(['identity', 'verify', '-', '--server', 'srv-1', '--jwks', jwksUrl, ...options], {
      input: await sign(over),
    });

  it('is genuine', async () => {
    const { code, out, err } = await verify();
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('The token is genuine, and for server "srv-1".');
    expect(out).toContain('sub: user-1');
    const asJson = await verify({}, '--issuer', 'https://acme.example.com', '--json');
    expect(JSON.parse(asJson.out)).toMatchObject({ valid: true, kid: 'k1', claims: { sub: 'user-1' } });
  });

  it.each<[string, JWTPayload, string]>([
    ['for another server', { aud: 'runlayer:identity-forward:srv-2' }, 'E_IDENTITY_AUDIENCE'],
    ['over', { exp: 1_700_000_000 }, 'E_IDENTITY_EXPIRED'],
    ['from another tenant', { iss: 'https://evil.example.com' }, 'E_IDENTITY_ISSUER'],
  ])('is refused when it is %s', async (_why, over, code) => {
    const refused = await verify(over, '--issuer', 'https://acme.example.com', '--json');
    expect([refused.code, refused.out]).toEqual([1, '']);
    const { error } = JSON.parse(refused.err) as { error: { code: string; message: string; next: string } };
    expect(error.code).toBe(code);
    expect(error.next).not.toBe('');
  });

  it('is refused when its keys cannot be had, and stays out of every file', async () => {
    const token = await sign();
    keys.close();
    keys.closeAllConnections();
    const refused = await home.runlayer(['identity', 'verify', token, '--server', 'srv-1', '--jwks', jwksUrl]);
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).not.toContain(token);
    expect(home.filesHolding(token)).toEqual([]);
  });
});
