/** A server that asks for OAuth, with a client id that was got from its provider: from the refusal to the first call. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOAuthServer, type OAuthServer } from '../fixtures/servers/oauth-server.ts';
import { describeJourney, openHome, type CompanionHome } from './companion-home.ts';
import { commandLines } from './processes-of.ts';
import { RawClient } from './raw-client.ts';

const SECRET = 'q8Zr02Lm4x-provider+secret/=';
const ID = 'client:1';

let home: CompanionHome;
let server: OAuthServer;

/** Follows the link that `connectors login` prints, as a browser would. */
async function login(name: string): Promise<{ readonly code: number; readonly out: string }> {
  const child = home.start(['connectors', 'login', name]);
  const exited = new Promise<number>(
    (resolve) => void child.once('close', (code: number | null) => resolve(code ?? -1)),
  );
  let out = '';
  let opened: Promise<string> | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    const link = /^(https?:\S+)\n/m.exec(out)?.[1];
    if (link !== undefined) opened ??= fetch(link).then((page) => page.text());
  });
  const code = await exited;
  await opened;
  return { code, out };
}

describeJourney('a server with a client id from its provider', () => {
  beforeAll(async () => {
    home = await openHome();
    server = await openOAuthServer({ registered: { id: ID, secret: SECRET } });
    await home.must(['secrets', 'vault', 'create'], { input: 'correct horse battery\n' });
    await home.must(['secrets', 'set', 'provider'], { input: `${SECRET}\n` });
    const where = ['--url', server.url, '--oauth', '--default', 'allow'];
    await home.must(['connectors', 'add', 'bare', '-y', ...where]);
    const client = ['--oauth-client-id', ID, '--oauth-client-secret', 'keychain:provider'];
    await home.must(['connectors', 'add', 'tracker', '-y', ...where, ...client]);
  });
  afterAll(async () => {
    await home.close();
    await server.close();
  });

  it('without the id says how to get one, and where the browser will come back to', async () => {
    const refused = await home.runlayer(['connectors', 'login', 'bare', '--json']);
    expect([refused.code, refused.out]).toEqual([1, '']);
    const { error } = JSON.parse(refused.err) as { error: { code: string; next: string } };
    expect(error.code).toBe('E_SIGN_IN_UNSUPPORTED');
    expect(error.next).toContain('http://127.0.0.1:28247/callback');
    expect(error.next).toContain('--oauth-client-id');
  });

  it('is refused until somebody signs in, and works from then on', async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const before = new RawClient(home.start(['run', 'tracker']));
    expect((await before.request(1, 'initialize', params)).error?.message).toContain(
      'runlayer connectors login tracker',
    );
    await before.close();
    expect(await login('tracker')).toMatchObject({ code: 0 });
    const client = new RawClient(home.start(['run', 'tracker']));
    await client.initialize();
    expect((await client.call(1, 'echo', { text: 'hello' })).result?.content?.[0]?.text).toBe('hello');
    await client.close();
    expect([server.methods, server.counts.register]).toEqual([['client_secret_basic'], 0]);
  });

  it('keeps the secret of the id where it was stored, and nowhere else', async () => {
    expect(home.filesHolding(SECRET)).toEqual([]);
    expect(commandLines().includes(SECRET)).toBe(false);
    expect(await home.must(['connectors', 'show', 'tracker'])).toContain('client id client:1');
    expect(await home.json(['secrets', 'list'])).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ name: 'provider', usedBy: ['tracker'] })]),
    );
  });

  it('with another id nobody is signed in, and the provider forgot the tokens', async () => {
    await home.must(['connectors', 'edit', 'tracker', '-y', '--oauth-client-id', 'client:2']);
    expect(server.counts.revoke).toBe(2);
    const out = await home.json<{ wasSignedIn: boolean }>(['connectors', 'logout', 'tracker']);
    expect(out.wasSignedIn).toBe(false);
  });
});
