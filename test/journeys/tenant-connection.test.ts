/**
 * Who is at the other end, and under whose key: what a tenant that is not trusted, not encrypted, elsewhere or endless gets from a
 * companion, and what a key that ends in the middle of a session does to it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { CERTIFICATE, KEY } from '../identity/loopback-certificate.ts';
import { openBystander, type Bystander } from './bystander.ts';
import { describeJourney } from './companion-home.ts';
import { INSECURE, openTenantHome, signIn, startEntry, type TenantHome } from './tenant-home.ts';
import { addJournal, codeOf, companionOf, note, recorded, tenantShown, textOf, unlock } from './tenant-journal.ts';

const doctorOf = async ({ home }: TenantHome, env: Readonly<Record<string, string>> = {}) => {
  const { out } = await home.runlayer(['doctor', '--json'], { env });
  const { findings } = JSON.parse(out) as {
    findings: { check: string; state: string; text: string; next?: string }[];
  };
  return findings;
};

describeJourney('signing in', () => {
  let world: TenantHome;
  let bystander: Bystander;
  beforeAll(async () => {
    bystander = await openBystander();
    world = await openTenantHome({ device: { intervalS: 1, expiresInS: 2 } });
  });
  afterEach(() => world.tenant.faults.clear());
  afterAll(async () => {
    await world?.close();
    await bystander?.close();
  });

  it('ends by itself where the tenant says 202 for ever', async () => {
    const { home, tenant } = world;
    tenant.faults.add('POST /api/v1/cli/device/token', {
      kind: 'status',
      status: 202,
      detail: 'authorization_pending',
    });
    const ended = await home.runlayer(['login', '--host', tenant.url]);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('Nobody approved the sign-in in time.');
    expect(ended.err).toContain('Begin again');
    const asked = tenant.requests.to('POST /api/v1/cli/device/token').length;
    expect(asked).toBeGreaterThan(0);
    expect(await home.json(['tenant', 'list'])).toEqual([]);
    expect(tenant.requests.to('POST /api/v1/cli/device/token')).toHaveLength(asked);
  });

  it.each(['authorize', 'token'])('follows no redirect (%s)', async (step) => {
    const { home, tenant } = world;
    tenant.faults.add(`POST /api/v1/cli/device/${step}`, {
      kind: 'redirect',
      to: `${bystander.url}/api/v1/cli/device/${step}`,
    });
    const ended = await home.runlayer(['login', '--host', tenant.url]);
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/redirect/);
    expect(ended.err).not.toContain(bystander.url);
    expect(bystander.seen).toEqual([]);
    expect(await home.json(['tenant', 'list'])).toEqual([]);
  });

  it.each([
    ['a page', { kind: 'html' }],
    ['garbage', { kind: 'garbage' }],
    ['50 MB', { kind: 'huge', megabytes: 50 }],
  ] as const)('to what answers with %s says that it may be no tenant', async (_what, fault) => {
    const { home, tenant } = world;
    const key = tenant.admin.createUserKey();
    tenant.faults.add('* /**', fault);
    const byCode = await home.runlayer(['login', '--host', tenant.url]);
    expect(byCode.code).toBe(1);
    expect(byCode.err).toContain('is the address of a Runlayer tenant');
    const byKey = await home.runlayer(['login', '--host', tenant.url, '--secret', '-'], { input: `${key}\n` });
    expect(byKey.code).toBe(1);
    expect(byKey.err).toContain('is the address of a Runlayer tenant');
    expect(await home.json(['tenant', 'list'])).toEqual([]);
    expect(home.filesHolding(key)).toEqual([]);
  });
});

describeJourney('http', () => {
  let world: TenantHome;
  beforeAll(async () => {
    world = await openTenantHome({ device: { intervalS: 1 } });
  });
  afterAll(async () => {
    await world?.close();
  });

  it('without the switch is refused before a byte leaves, whoever asks and whoever is signed in', async () => {
    const { home, tenant } = world;
    await signIn(world);
    const journal = await addJournal(world);
    await home.must(['stop']);
    await world.serve({ RUNLAYER_ALLOW_INSECURE_TRANSPORT: '0' });
    tenant.requests.clear();
    // The switch in a client's environment is none.
    const login = await home.runlayer(['login', '--host', tenant.url, '-y'], { env: INSECURE });
    expect(login.code).toBe(2);
    expect(login.err).toContain('is not https; nothing was sent there');
    const client = startEntry(home, journal.id, tenant.url, INSECURE);
    const { error } = await client.initialize();
    expect(error?.message).toContain('https');
    await client.close();
    expect(journal.executed()).toEqual([]);
    expect(tenant.requests.all).toEqual([]);
    const status = await home.must(['status']);
    expect(status).toMatch(/NOT REACHED/);
    expect(status).toContain('RUNLAYER_ALLOW_INSECURE_TRANSPORT');
    expect(tenant.requests.all).toEqual([]);
  });

  it('to any other machine is refused with the switch, too', async () => {
    const { code, err } = await world.home.runlayer(['login', '--host', 'http://tenant.invalid']);
    expect({ code, err }).toMatchObject({ code: 2 });
  });
});

describeJourney('a certificate', () => {
  let world: TenantHome;
  let authority: string;
  beforeAll(async () => {
    world = await openTenantHome({ tls: { key: KEY, cert: CERTIFICATE } });
    authority = join(world.home.path, 'authority.pem');
    writeFileSync(authority, CERTIFICATE);
  });
  afterAll(async () => {
    await world?.close();
  });

  it('that nothing here trusts is refused, and neither switch nor client makes it trusted', async () => {
    const { home, tenant } = world;
    await home.must(['stop']);
    await world.serve({ ...INSECURE, NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    await unlock(home);
    const key = tenant.admin.createUserKey();
    const env = { NODE_EXTRA_CA_CERTS: authority, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    for (const given of [
      ['login', '--host', tenant.url],
      ['login', '--host', tenant.url, '--secret', '-'],
    ]) {
      const ended = await home.runlayer(given, { env, input: `${key}\n` });
      expect(ended.code).toBe(1);
      expect(ended.err).toContain('has a certificate that is not trusted.');
      expect(ended.err).toContain('Do not go on');
    }
    expect(tenant.requests.all).toEqual([]);
    expect(await home.json(['tenant', 'list'])).toEqual([]);
    expect(home.filesHolding(key)).toEqual([]);
  });

  it('that the environment of the companion vouches for works from the sign-in to the call', async () => {
    const { home, tenant } = world;
    await home.must(['stop']);
    await world.serve({ NODE_EXTRA_CA_CERTS: authority });
    await unlock(home);
    const key = tenant.admin.createUserKey();
    await home.must(['login', '--host', tenant.url, '--secret', '-'], { input: `${key}\n` });
    const journal = await addJournal(world);
    const client = await journal.start();
    expect(textOf(await note(client, 'over TLS'))).toBe('over TLS');
    expect(recorded(home, 'over TLS').intent.decision).toMatchObject({ code: 'tenant_allow' });
    const finding = async (env: Readonly<Record<string, string>>) =>
      (await doctorOf(world, env)).filter(({ check }) => check === new URL(tenant.url).host);
    const [trusted, known] = await finding({ NODE_EXTRA_CA_CERTS: authority });
    expect([trusted?.state, known?.state]).toEqual(['ok', 'ok']);
    // A terminal without that certificate must not call broken what works.
    const [elsewhere, taken] = await finding({});
    expect([elsewhere?.state, taken?.state]).toEqual(['note', 'ok']);
    expect(elsewhere?.text).toContain('this terminal does not');
    // Without it, what worked before is refused again, and status and doctor say why.
    await home.must(['stop']);
    await client.close();
    await world.serve();
    await unlock(home);
    tenant.requests.clear();
    const refused = startEntry(home, journal.id, tenant.url);
    expect((await refused.initialize()).error?.message).toMatch(/certificate/i);
    await refused.close();
    expect(await tenantShown(home)).toMatchObject({ state: 'unreachable' });
    expect((await tenantShown(home)).problem).toMatch(/certificate/i);
    expect(await home.must(['status'])).toMatch(/NOT REACHED.*certificate/is);
    expect((await finding({}))[0]?.next).toContain('Do not go on');
    expect(tenant.requests.all).toEqual([]);
  });
});

describeJourney('a key', () => {
  let world: TenantHome;
  beforeAll(async () => {
    world = await openTenantHome({ device: { intervalS: 1 } });
    await signIn(world);
  });
  afterAll(async () => {
    await world?.close();
  });

  it('that ends in the middle of a session stops the next call, and a new sign-in lets the same session go on', async () => {
    const { home, tenant } = world;
    const journal = await addJournal(world);
    const client = await journal.start();
    expect(textOf(await note(client, 'good key'))).toBe('good key');
    const old = tenant.requests.all.at(-1)?.headers['x-runlayer-api-key'] ?? '';
    expect(old).toMatch(/^rl_/);
    tenant.admin.expireKey(old);

    const refused = await note(client, 'ended key');
    expect(codeOf(refused)).toBe('tenant_unauthorized');
    expect(textOf(refused)).toContain('sign in');
    expect(recorded(home, 'ended key')).toMatchObject({
      intent: { decision: { effect: 'deny', decidedBy: 'tenant', code: 'tenant_unauthorized' } },
      outcome: { outcome: 'refused' },
    });
    expect(await tenantShown(home)).toMatchObject({ state: 'unauthorized', credential: 'ok' });
    expect(await home.must(['status'])).toContain(`runlayer login --host ${tenant.url}`);

    expect(await signIn(world, ['-y'])).toContain('You are signed in');
    expect(textOf(await note(client, 'new key'))).toBe('new key');
    expect(journal.executed()).toEqual(['good key', 'new key']);
    expect(tenant.requests.all.at(-1)?.headers['x-runlayer-api-key']).not.toBe(old);
    expect(await tenantShown(home)).toMatchObject({ state: 'ok', problem: '' });
    await client.close();
  });

  it('that ends between question and result withholds the result', async () => {
    const { tenant, home } = world;
    const journal = await addJournal(world, 'Between');
    const client = await journal.start();
    expect(textOf(await note(client, 'fine'))).toBe('fine');
    const key = tenant.requests.all.at(-1)?.headers['x-runlayer-api-key'] ?? '';
    const hold = tenant.faults.hold('POST /api/v1/local/*/post');
    const call = note(client, 'between');
    await hold.arrived;
    tenant.admin.expireKey(key);
    hold.release();
    expect(codeOf(await call)).toBe('tenant_unauthorized');
    expect(recorded(home, 'between')).toMatchObject({ outcome: { outcome: 'withheld' } });
    expect((await companionOf(home)).tenants[0]?.state).toBe('unauthorized');
    await signIn(world, ['-y']);
    expect(textOf(await note(client, 'after'))).toBe('after');
    await client.close();
  });
});
