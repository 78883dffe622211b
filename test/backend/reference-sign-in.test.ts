import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, member, type Asked } from './ask.ts';
import { FIRST_PERSON } from './organisation.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

let tenant: RunningTenant;
let now = Date.parse('2026-11-21T09:00:00Z');
afterEach(() => tenant.stop());

const start = async (): Promise<void> => {
  now = Date.parse('2026-11-21T09:00:00Z');
  tenant = await startTenant({ clock: () => now });
};

interface Codes {
  readonly device: string;
  readonly user: string;
  readonly complete: string;
}

async function authorize(): Promise<Codes> {
  const answer = await ask(tenant, 'POST /api/v1/cli/device/authorize', { body: {} });
  expect(answer).toMatchObject({ status: 200, body: { expires_in: 600, interval: 5 } });
  const text = (name: string): string => String(member(answer, name));
  return { device: text('device_code'), user: text('user_code'), complete: text('verification_uri_complete') };
}

const poll = (device: string): Promise<Asked> =>
  ask(tenant, 'POST /api/v1/cli/device/token', { body: { device_code: device } });

const answerPage = (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Asked> =>
  ask(tenant, 'POST /device', { body: new URLSearchParams({ person: FIRST_PERSON.id, ...fields }), headers });

describe('signing in a device', () => {
  it('waits for a person, and gives the key once', async () => {
    await start();
    const { device, user, complete } = await authorize();
    expect(await poll(device)).toMatchObject({ status: 202, body: { detail: 'authorization_pending' } });
    expect(await poll(device)).toMatchObject({ status: 202, body: { detail: 'slow_down' } });
    now += 5000;
    expect(await poll(device)).toMatchObject({ status: 202, body: { detail: 'authorization_pending' } });

    const shown = await ask(tenant, `GET ${complete.slice(tenant.url.length)}`);
    expect(complete.startsWith(`${tenant.url}/device?`)).toBe(true);
    expect(shown.text).toContain(`value="${user}"`);
    expect(shown.text).toContain('<form method="post" action="/device">');
    expect(await answerPage({ user_code: user.toLowerCase().replace('-', ' '), decision: 'approve' })).toMatchObject({
      status: 200,
    });

    const given = await poll(device);
    const key = String(member(given, 'api_key'));
    expect(key).toMatch(/^rl_[\w-]{32}$/);
    expect(await poll(device)).toMatchObject({ status: 400, body: { detail: 'invalid_device_code' } });
    expect(await ask(tenant, 'GET /api/v1/users/me', { key })).toMatchObject({
      status: 200,
      body: { email: FIRST_PERSON.email },
    });
  });

  it.each([
    ['denied', 'access_denied'],
    ['not answered in time', 'expired_token'],
  ])('gives no key where it was %s', async (how, detail) => {
    await start();
    const { device, user } = await authorize();
    if (how === 'denied') await answerPage({ user_code: user, decision: 'deny' });
    else now += 600_000;
    expect(await poll(device)).toMatchObject({ status: 400, body: { detail } });
  });

  it('takes no answer for a code that does not wait, from nobody, or from another site', async () => {
    await start();
    const { device, user } = await authorize();
    const yes = { user_code: user, decision: 'approve' };
    expect((await answerPage({ ...yes, user_code: 'BBBB-BBBB' })).status).toBe(400);
    expect((await answerPage({ ...yes, person: 'somebody' })).status).toBe(400);
    expect((await answerPage(yes, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await poll(device)).status).toBe(202);
    now += 600_000;
    expect((await answerPage(yes)).status).toBe(400);
  });

  it('writes nothing of the address into the page as markup', async () => {
    await start();
    const { text, headers } = await ask(tenant, `GET /device?user_code=${encodeURIComponent('"><b x=\'&')}`);
    expect(text).toContain('value="&quot;&gt;&lt;b x=&#39;&amp;"');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('knows who may no longer come in', async () => {
    await start();
    const [revoked, expired, ending] = [1, 2, 3].map(() => tenant.admin.createUserKey());
    const short = tenant.admin.createUserKey(FIRST_PERSON.id, 60_000);
    if (revoked === undefined || expired === undefined || ending === undefined) throw new Error('no keys');
    tenant.admin.revokeKey(revoked);
    tenant.admin.expireKey(expired);
    const me = (key: string): Promise<Asked> => ask(tenant, 'GET /api/v1/users/me', { key });
    expect(await me(revoked)).toMatchObject({ status: 401, body: { detail: 'Invalid API key' } });
    expect(await me(expired)).toMatchObject({ status: 401, body: { detail: 'API key has expired' } });
    expect((await me('rl_made-up')).status).toBe(401);
    expect((await ask(tenant, 'GET /api/v1/users/me')).status).toBe(401);
    expect((await me(ending)).status).toBe(200);
    expect((await me(short)).status).toBe(200);
    now += 60_000;
    expect((await me(short)).status).toBe(401);
  });

  it('stores no key and no code that could be used', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rl-tenant-'));
    try {
      tenant = await startTenant({ database: join(directory, 'tenant.db') });
      const { device, user } = await authorize();
      const key = tenant.admin.createUserKey();
      const stored = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
      const holds = (text: string): boolean => stored.some((file) => file.includes(text));
      expect([holds(user), holds(device), holds(key)]).toEqual([true, false, false]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('gives an organisation only what its key is for', async () => {
    await start();
    const key = tenant.admin.createOrgKey('connect');
    expect(key).toMatch(/^rl_org_/);
    expect((await ask(tenant, 'GET /api/v1/users/me', { key })).status).toBe(403);
    expect((await ask(tenant, 'GET /api/v1/servers', { key })).status).toBe(200);
    expect((await ask(tenant, 'GET /api/v1/auditlogs', { key })).status).toBe(403);
  });
});
