import { describe, expect, it } from 'vitest';
import { TenantError } from '../../main/backend/tenant-api.ts';
import { tenantSecret } from '../../main/backend/tenant-keys.ts';
import { createTenants, type TenantRegistry, type TenantsOptions } from '../../main/backend/tenants.ts';
import { isSignInSecret } from '../../main/identity/stored-sign-in.ts';
import { CompanionError, TenantView } from '../../preload/contract/index.ts';
import { aVault, closing, type VaultRig } from '../identity/rig.ts';
import { aConnector, memorySettings, type MemorySettings } from '../operations/fakes.ts';
import { codeOf, fakeTimers } from '../secrets/fakes.ts';
import { oddServer, says } from './odd-server.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

const NOW = Date.parse('2026-11-21T08:00:00.000Z');
const AT = '2026-11-21T08:00:00.000Z';
const KEY = 'rl_user_4f9a2c7b91';
const ACME = 'https://acme.runlayer.com';
const GLOBEX = 'https://globex.runlayer.com';
const CLOSED = { enforcementFailureMode: 'closed', vouchedHosts: [], defaultHost: undefined } as const;

interface Bench extends VaultRig {
  readonly tenants: TenantRegistry;
  readonly settings: MemorySettings;
  readonly recorded: string[];
  readonly warnings: string[];
  readonly changes: string[];
  readonly timers: ReturnType<typeof fakeTimers>;
}

function aBench(over: Partial<TenantsOptions> & { settings?: MemorySettings; rig?: VaultRig } = {}): Bench {
  const rig = over.rig ?? aVault();
  const settings = over.settings ?? memorySettings();
  const recorded: string[] = [];
  const warnings: string[] = [];
  const changes: string[] = [];
  const timers = fakeTimers();
  let ids = 0;
  const tenants = createTenants({
    vault: rig.vault,
    live: rig.live,
    env: {},
    managed: { ...CLOSED, allowInsecureTransport: true },
    officialDefault: () => undefined,
    userAgent: 'runlayer-companion/1.2.3',
    clock: () => new Date(NOW),
    newId: () => `s${++ids}`,
    record: (event, detail) => recorded.push(`${event} ${JSON.stringify(detail)}`),
    warn: (text) => warnings.push(text),
    after: timers.after,
    ...over,
    settings,
  });
  closing(() => tenants.close());
  tenants.onStateChange(({ host, state }) => changes.push(`${host} ${state}`));
  return { ...rig, tenants, settings, recorded, warnings, changes, timers };
}

async function aTenant(): Promise<RunningTenant> {
  const tenant = await startTenant({ device: { expiresInS: 600, intervalS: 5 } });
  closing(() => tenant.stop());
  return tenant;
}

const tenantRow = (host: string) => ({ host, signedInAt: AT });

async function failureOf(work: Promise<unknown>): Promise<CompanionError> {
  const thrown = await work.catch((error: unknown) => error);
  if (thrown instanceof CompanionError) return thrown;
  throw new Error('expected a refusal');
}

describe('which tenant is meant', () => {
  const env = { RUNLAYER_API_KEY: KEY };
  it.each<[string, Partial<TenantsOptions>, readonly string[], string | null, string | undefined]>([
    ['none', {}, [], null, undefined],
    ['the only one', {}, [ACME], null, ACME],
    ['neither of two', {}, [ACME, GLOBEX], null, undefined],
    ['the stored default', {}, [ACME, GLOBEX], GLOBEX, GLOBEX],
    ['that of the official command line', { officialDefault: () => GLOBEX }, [], null, GLOBEX],
    ['a tenant rather than that', { officialDefault: () => GLOBEX }, [ACME], null, ACME],
    ['that rather than one of two', { officialDefault: () => GLOBEX }, [ACME, 'https://x.example'], null, GLOBEX],
    [
      'the administrator’s rather than that',
      { managed: { ...CLOSED, allowInsecureTransport: false, defaultHost: ACME }, officialDefault: () => GLOBEX },
      [],
      null,
      ACME,
    ],
    ['the one in the environment', { env: { ...env, RUNLAYER_BASE_URL: `${GLOBEX}/` } }, [], null, GLOBEX],
    ['the stored default before the environment', { env: { ...env, RUNLAYER_BASE_URL: GLOBEX } }, [ACME], ACME, ACME],
    ['an address without a key is nobody’s', { env: { RUNLAYER_BASE_URL: GLOBEX } }, [], null, undefined],
  ])('%s', (_what, over, hosts, stored, expected) => {
    const settings = memorySettings({ tenants: hosts.map(tenantRow), defaultTenant: stored });
    expect(aBench({ ...over, settings }).tenants.defaultHost()).toBe(expected);
  });
});

describe('whom it knows', () => {
  it.each([
    'https://acme.runlayer.com:8443',
    'http://acme.runlayer.com',
    'https://Acme.runlayer.com',
    'https://acme.runlayer.com/',
    'https://acme.runlayer.com.',
    'https://evil.example',
    'https://sub.acme.runlayer.com',
    'acme.runlayer.com',
    '',
  ])('only by the exact origin, and not %j', async (host) => {
    const { tenants, store } = aBench({ settings: memorySettings({ tenants: [tenantRow(ACME)] }) });
    expect(tenants.known(ACME)).toBe(true);
    expect(tenants.known(host)).toBe(false);
    expect(await codeOf(tenants.api(host))).toBe('E_TENANT_UNKNOWN');
    expect(() => tenants.apiWithKey(host, KEY)).toThrow(CompanionError);
    expect(store.calls).toEqual([]);
  });

  it('a key makes no host known, and must look like one', async () => {
    const { tenants } = aBench({ settings: memorySettings({ tenants: [tenantRow(ACME)] }) });
    expect(tenants.apiWithKey(undefined, KEY).host).toBe(ACME);
    expect(() => tenants.apiWithKey(GLOBEX, KEY)).toThrow('Nobody is signed in');
    expect(() => tenants.apiWithKey(ACME, 'sk_x')).toThrow('not a key');
  });

  it('the default of the official command line is not known for that', async () => {
    const { tenants } = aBench({ officialDefault: () => ACME });
    expect(await codeOf(tenants.api(undefined))).toBe('E_TENANT_UNKNOWN');
    expect(await codeOf(aBench().tenants.api(undefined))).toBe('E_TENANT_HOST_NEEDED');
  });

  it('http is asked only under the switch', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const settings = memorySettings({ tenants: [tenantRow(server.origin)] });
    const { tenants } = aBench({ settings, managed: { ...CLOSED, allowInsecureTransport: false } });
    expect(await codeOf(tenants.api(server.origin))).toBe('E_TENANT_INSECURE');
    expect(await codeOf(tenants.useKey(server.origin, KEY, 't'))).toBe('E_TENANT_INSECURE');
    expect(await codeOf(tenants.signIn(server.origin, 't'))).toBe('E_TENANT_INSECURE');
    expect(tenants.views()[0]).toMatchObject({
      state: 'unreachable',
      problem: expect.stringContaining('not https') as string,
    });
    expect(server.came).toEqual([]);
  });
});

describe('a key from the environment', () => {
  it('is used and shown nowhere, and kept nowhere', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const { tenants, store, live, settings, changes } = aBench({
      env: { RUNLAYER_API_KEY: KEY, RUNLAYER_BASE_URL: server.origin },
    });
    expect(live.redact(`x ${KEY}`)).not.toContain(KEY);
    expect(tenants.known(server.origin)).toBe(true);
    await (await tenants.api(undefined)).me();
    expect(server.came[0]?.headers['x-runlayer-api-key']).toBe(KEY);
    expect(tenants.views()).toEqual([
      { host: server.origin, signedInAt: AT, isDefault: true, credential: 'environment', state: 'ok', problem: '' },
    ]);
    expect(changes).toEqual([`${server.origin} ok`]);
    expect(store.calls).toEqual([]);
    expect(settings.writes).toEqual([]);
    expect(await codeOf(tenants.signOut(undefined, 't'))).toBe('E_TENANT_ENVIRONMENT');
  });

  it.each([
    [{ RUNLAYER_API_KEY: 'sk_x' }, 'begins with rl_'],
    [{ RUNLAYER_API_KEY: KEY, RUNLAYER_BASE_URL: 'http://acme.runlayer.com' }, 'RUNLAYER_BASE_URL'],
    [{ RUNLAYER_API_KEY: KEY, RUNLAYER_BASE_URL: `${ACME}/api` }, 'RUNLAYER_BASE_URL'],
  ])('that cannot be used is not: %j', (env, word) => {
    const { tenants, warnings } = aBench({ env, officialDefault: () => ACME });
    expect(tenants.views()).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(word)]);
    expect(warnings[0]).not.toContain(KEY);
  });

  it('without an address is for the default tenant, and stays for the one it was started with', () => {
    let official: string | undefined = ACME;
    const { tenants } = aBench({ env: { RUNLAYER_API_KEY: KEY }, officialDefault: () => official });
    expect(tenants.known(ACME)).toBe(true);
    official = 'https://evil.example';
    expect(tenants.known(ACME)).toBe(true);
    expect(tenants.known('https://evil.example')).toBe(false);
  });
});

describe('a key from the environment without an address', () => {
  const env = { RUNLAYER_API_KEY: KEY };
  const keysOf = (server: { came: readonly { headers: Record<string, unknown> }[] }): unknown[] =>
    server.came.map(({ headers }) => headers['x-runlayer-api-key']);

  it('goes to no other tenant after a sign-in there', async () => {
    const other = await oddServer(says({ id: 'u' }));
    const { tenants } = aBench({ env, officialDefault: () => ACME });
    await tenants.useKey(other.origin, 'rl_other', 't');
    await (await tenants.api(other.origin)).me();
    expect(keysOf(other)).toEqual(['rl_other', 'rl_other']);
    expect(tenants.known(ACME)).toBe(true);
  });

  it('goes to none that becomes the default or the only one', async () => {
    const other = await oddServer(says({ id: 'u' }));
    const settings = memorySettings({ tenants: [tenantRow(ACME), tenantRow(other.origin)], defaultTenant: ACME });
    const { tenants } = aBench({ env, settings });
    await tenants.signOut(ACME, 't');
    expect(await codeOf((await tenants.api(other.origin)).me())).toBe('E_TENANT_KEY_MISSING');
    expect(other.came).toEqual([]);
  });

  it('is for nobody where nobody was meant at the start', async () => {
    const other = await oddServer(says({ id: 'u' }));
    const { tenants } = aBench({ env });
    await tenants.useKey(other.origin, 'rl_other', 't');
    await (await tenants.api(undefined)).me();
    expect(keysOf(other)).toEqual(['rl_other', 'rl_other']);
  });
});

describe('signing in where somebody was', () => {
  const later = (): (() => Date) => {
    let seconds = 0;
    return () => new Date(NOW + (seconds += 1) * 1000);
  };
  const connector = {
    ...aConnector('files'),
    definition: { tenant: ACME, server: '1b4e28ba-2fa1-41d2-883f-0016d3cca427', title: 'Files' },
  };

  it('takes a place, and so it does after a sign-out where connectors of it are here', async () => {
    const at = (over: Parameters<typeof memorySettings>[0]) => aBench({ settings: memorySettings(over) }).tenants;
    expect(at({ tenants: [tenantRow(ACME)], defaultTenant: ACME }).replaces(ACME)).toBe(true);
    expect(at({ tenants: [tenantRow(ACME)], defaultTenant: ACME }).replaces(undefined)).toBe(true);
    expect(at({ tenants: [tenantRow(ACME)] }).replaces(GLOBEX)).toBe(false);
    expect(at({ connectors: [connector] }).replaces(ACME)).toBe(true);
    expect(at({}).replaces(undefined)).toBe(false);
  });

  it('with a code that was begun before anybody was, stores nothing', async () => {
    const tenant = await aTenant();
    const key = tenant.admin.createUserKey();
    const { tenants, timers, store, recorded } = aBench({ clock: later() });
    const { id, userCode } = await tenants.signIn(tenant.url, 'an agent');
    const done = codeOf(tenants.signInResult(id));
    await tenants.useKey(tenant.url, key, 'a person');
    tenant.admin.approveDevice(userCode);
    await timers.advance(5000);
    expect(await done).toBe('E_SIGN_IN_CHANGED');
    expect(store.items.get(`inst/${tenantSecret(tenant.url)}`)).toBe(key);
    expect(recorded).toHaveLength(1);
  });

  it('with a key at the same moment, the second one stores nothing', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const { tenants, store } = aBench({ clock: later() });
    const [first, second] = await Promise.all([
      codeOf(
        tenants.useKey(server.origin, `${KEY}_1`, 't').then(() => Promise.reject(new CompanionError('OK', '', ''))),
      ),
      codeOf(
        tenants.useKey(server.origin, `${KEY}_2`, 't').then(() => Promise.reject(new CompanionError('OK', '', ''))),
      ),
    ]);
    expect([first, second].toSorted()).toEqual(['E_SIGN_IN_CHANGED', 'OK']);
    expect([...store.items.values()].filter((value) => value.startsWith(KEY))).toHaveLength(1);
    expect((await tenants.useKey(server.origin, `${KEY}_3`, 't')).credential).toBe('ok');
  });

  it('says whose the key is by the address that one person has, else by the moment', async () => {
    const server = await oddServer(says({ id: 'u', email: 'ada@acme.example' }));
    const named = await oddServer(says({ id: 'u', name: 'Ada' }));
    const { tenants } = aBench({ clock: later() });
    const twice = async (origin: string): Promise<string[]> => {
      const seen: string[] = [];
      for (const key of [`${KEY}_1`, `${KEY}_2`]) {
        await tenants.useKey(origin, key, 't');
        seen.push(tenants.signedInAs(origin));
      }
      return seen;
    };
    expect(new Set(await twice(server.origin)).size).toBe(1);
    expect(new Set(await twice(named.origin)).size).toBe(2);
    expect(tenants.signedInAs(ACME)).toBe('');
  });
});

describe('signing in with a key', () => {
  it('asks whose it is, keeps it in the keychain, and only then counts', async () => {
    const tenant = await aTenant();
    const key = tenant.admin.createUserKey();
    const { tenants, store, settings, recorded, live } = aBench();
    const view = await tenants.useKey(tenant.url, key, 'a test');
    expect(TenantView.parse(view)).toEqual(view);
    expect(view).toMatchObject({ host: tenant.url, isDefault: true, credential: 'ok', state: 'ok', problem: '' });
    expect(view.account).toContain('@');
    expect(store.items.get(`inst/${tenantSecret(tenant.url)}`)).toBe(key);
    expect(settings.read()).toMatchObject({
      tenants: [{ host: tenant.url, signedInAt: AT }],
      defaultTenant: tenant.url,
    });
    expect(settings.writes).toEqual(['tenant.signIn by a test']);
    expect(JSON.stringify([settings.read(), recorded])).not.toContain(key);
    expect(recorded).toHaveLength(1);
    expect(live.redact(key)).not.toContain(key);
    expect((await (await tenants.api(undefined)).me()).email).toBe(view.account);
  });

  it('an organisation’s key has no person', async () => {
    const server = await oddServer(says({ detail: 'no person' }, 403));
    const { tenants } = aBench();
    expect(await tenants.useKey(server.origin, 'rl_org_4f9a2c7b91', 't')).not.toHaveProperty('account');
  });

  it('what the tenant calls somebody is made safe to show', async () => {
    const server = await oddServer(says({ id: 'u', email: `a\u202eb\n${KEY}${'x'.repeat(400)}` }));
    const { account = '' } = await aBench().tenants.useKey(server.origin, KEY, 't');
    expect(account).toMatch(/^a\\u\{202e\}b\\u\{a\}\[redacted\]x+$/);
    expect(account).toHaveLength(320);
  });

  it.each([
    ['it is refused', says({}, 401), 'E_TENANT_UNAUTHORIZED'],
    ['the tenant is out of order', says({}, 500), 'E_TENANT_FAILED'],
    ['it is no tenant', says('<html>', 200, { 'content-type': 'text/html' }), 'E_TENANT_INVALID'],
    ['it redirects', says({}, 302, { location: 'https://evil.example' }), 'E_TENANT_INVALID'],
  ] as const)('keeps nothing where %s', async (_what, answer, code) => {
    const server = await oddServer(answer);
    const { tenants, store, settings, recorded } = aBench();
    expect(await codeOf(tenants.useKey(server.origin, KEY, 't'))).toBe(code);
    expect([...store.items.keys()].filter((name) => name.includes('tenant.'))).toEqual([]);
    expect(settings.writes).toEqual([]);
    expect(recorded).toEqual([]);
  });

  it.each(['sk_live', '', 'rl_a\nb'])('%j is none, and nothing is asked', async (key) => {
    const server = await oddServer(says({ id: 'u' }));
    expect(await codeOf(aBench().tenants.useKey(server.origin, key, 't'))).toBe('E_TENANT_KEY');
    expect(server.came).toEqual([]);
  });

  it('without a keychain nothing is asked', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const { tenants, store } = aBench();
    store.locked = true;
    expect(await codeOf(tenants.useKey(server.origin, KEY, 't'))).toBe('E_KEYCHAIN_LOCKED');
    expect(await codeOf(tenants.signIn(server.origin, 't'))).toBe('E_KEYCHAIN_LOCKED');
    expect(server.came).toEqual([]);
    store.locked = false;
    expect((await tenants.useKey(server.origin, KEY, 't')).credential).toBe('ok');
  });

  it('leaves no key behind that the settings do not speak of', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const settings: MemorySettings = {
      ...memorySettings(),
      update: () => {
        throw new CompanionError('E_SETTINGS_WRITE', 'No.', 'Free some space.');
      },
    };
    const { tenants, store, recorded } = aBench({ settings });
    expect(await codeOf(tenants.useKey(server.origin, KEY, 't'))).toBe('E_SETTINGS_WRITE');
    expect([...store.items.values()]).not.toContain(KEY);
    expect(recorded).toEqual([]);
  });

  it('several tenants each have their own key; the first one stays the default', async () => {
    const one = await oddServer(says({ id: 'u' }));
    const two = await oddServer(says({ id: 'u' }));
    const { tenants } = aBench();
    await tenants.useKey(one.origin, `${KEY}_1`, 't');
    await tenants.useKey(two.origin, `${KEY}_2`, 't');
    await (await tenants.api(two.origin)).me();
    await (await tenants.api(one.origin)).me();
    expect(new Set(one.came.map(({ headers }) => headers['x-runlayer-api-key']))).toEqual(new Set([`${KEY}_1`]));
    expect(new Set(two.came.map(({ headers }) => headers['x-runlayer-api-key']))).toEqual(new Set([`${KEY}_2`]));
    expect(tenants.views().map(({ host, isDefault }) => [host, isDefault])).toEqual([
      [one.origin, true],
      [two.origin, false],
    ]);
  });
});

describe('signing in with a browser', () => {
  it('ends with a key that a person approved', async () => {
    const tenant = await aTenant();
    const { tenants, timers, store, recorded } = aBench();
    const begun = await tenants.signIn(tenant.url, 'a test');
    expect(begun).toMatchObject({ id: 's1', host: tenant.url, expiresAt: '2026-11-21T08:10:00.000Z' });
    expect(begun.verificationUriComplete).toContain(begun.userCode);
    const done = tenants.signInResult(begun.id);
    tenant.admin.approveDevice(begun.userCode);
    await timers.advance(5000);
    const view = await done;
    expect(view).toMatchObject({ host: tenant.url, credential: 'ok', state: 'ok', isDefault: true });
    expect(store.items.get(`inst/${tenantSecret(tenant.url)}`)).toMatch(/^rl_/);
    expect(recorded).toEqual([expect.stringContaining('tenant_signed_in')]);
    expect(await tenants.signInResult(begun.id)).toEqual(view);
    await (await tenants.api(undefined)).me();
  });

  it('is one at a time: a second one joins', async () => {
    const tenant = await aTenant();
    const { tenants } = aBench();
    const [one, two] = await Promise.all([tenants.signIn(tenant.url, 'a'), tenants.signIn(tenant.url, 'b')]);
    expect(two).toEqual(one);
    expect(tenant.requests.to('POST /api/v1/cli/device/authorize')).toHaveLength(1);
    const done = codeOf(tenants.signInResult(one.id));
    tenants.giveUpSignIn(one.id);
    expect((await tenants.signIn(tenant.url, 'c')).id).toBe(one.id);
    tenants.giveUpSignIn(one.id);
    tenants.giveUpSignIn(one.id);
    expect(await done).toBe('E_SIGN_IN_CANCELLED');
    expect((await tenants.signIn(tenant.url, 'd')).id).toBe('s2');
  });

  it('given up, leaves nothing behind even where the code is approved then', async () => {
    const tenant = await aTenant();
    const { tenants, timers, settings, store } = aBench();
    const { id, userCode } = await tenants.signIn(tenant.url, 't');
    tenants.giveUpSignIn(id);
    tenant.admin.approveDevice(userCode);
    await timers.advance(600_000);
    expect(settings.writes).toEqual([]);
    expect([...store.items.values()].filter((value) => value.startsWith('rl_'))).toEqual([]);
    expect(timers.waiting).toBe(0);
  });

  it('given up when the key is there already, keeps none', async () => {
    const tenant = await aTenant();
    const { tenants, timers, settings, store, recorded } = aBench();
    const { id, userCode } = await tenants.signIn(tenant.url, 't');
    const done = codeOf(tenants.signInResult(id));
    tenant.admin.approveDevice(userCode);
    const held = tenant.faults.hold('GET /api/v1/users/me');
    await timers.advance(5000);
    await held.arrived;
    tenants.giveUpSignIn(id);
    held.release();
    expect(await done).toBe('E_SIGN_IN_CANCELLED');
    expect([...store.items.values()].filter((value) => value.startsWith('rl_'))).toEqual([]);
    expect(settings.writes).toEqual([]);
    expect(recorded).toEqual([]);
  });

  it('that failed to begin can be begun again', async () => {
    const tenant = await aTenant();
    const remove = tenant.faults.add('POST /api/v1/cli/device/authorize', { kind: 'html' });
    const { tenants } = aBench();
    expect(await codeOf(tenants.signIn(tenant.url, 't'))).toBe('E_TENANT_INVALID');
    remove();
    expect((await tenants.signIn(tenant.url, 't')).userCode).not.toBe('');
  });

  it('nobody knows of another id', async () => {
    const { tenants } = aBench();
    expect(await codeOf(tenants.signInResult('s9'))).toBe('E_SIGN_IN_UNKNOWN');
    expect(() => tenants.giveUpSignIn('s9')).toThrow('no such sign-in');
  });
});

describe('what is known of a tenant', () => {
  it('follows its answers; 401 takes no key away', async () => {
    const tenant = await aTenant();
    const key = tenant.admin.createUserKey();
    const { tenants, changes, store } = aBench();
    await tenants.useKey(tenant.url, key, 't');
    const api = await tenants.api(undefined);
    const state = (): string => tenants.views()[0]?.state ?? '';
    const remove = tenant.faults.add('* /api/v1/**', { kind: 'cut' });
    await api.me().catch(() => undefined);
    expect(state()).toBe('unreachable');
    remove();
    expect(await codeOf(api.resolve('nobody'))).toBe('E_TENANT_GONE');
    expect(state()).toBe('ok');
    tenant.admin.expireKey(key);
    await api.me().catch(() => undefined);
    expect(state()).toBe('unauthorized');
    expect(tenants.views()[0]).toMatchObject({
      credential: 'ok',
      problem: expect.stringContaining(`runlayer login --host ${tenant.url}`) as string,
    });
    expect([...store.items.values()]).toContain(key);
    expect(changes.map((change) => change.split(' ')[1])).toEqual(['ok', 'unreachable', 'ok', 'unauthorized']);
  });

  it('a key for one use says nothing about the stored one', async () => {
    const tenant = await aTenant();
    const { tenants } = aBench();
    await tenants.useKey(tenant.url, tenant.admin.createUserKey(), 't');
    const failure = await tenants
      .apiWithKey(undefined, KEY)
      .me()
      .catch((error: unknown) => error);
    expect(failure instanceof TenantError ? failure.kind : failure).toBe('unauthorized');
    expect(tenants.views()[0]?.state).toBe('ok');
  });

  it('the keychain is opened once for a key, and again when another was stored', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const { tenants, store } = aBench();
    await tenants.useKey(server.origin, KEY, 't');
    const api = await tenants.api(undefined);
    store.calls.length = 0;
    await Promise.all([api.me(), api.me(), api.me()]);
    expect(store.calls.filter((call) => call.startsWith('get'))).toHaveLength(1);
    await tenants.useKey(server.origin, `${KEY}_2`, 't');
    await api.me();
    expect(server.came.at(-1)?.headers['x-runlayer-api-key']).toBe(`${KEY}_2`);
  });

  it('a key that another companion renewed is used from then on', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const { tenants, vault } = aBench();
    await tenants.useKey(server.origin, KEY, 't');
    const api = await tenants.api(undefined);
    await api.me();
    await vault.set(tenantSecret(server.origin), `${KEY}_2`);
    await api.me();
    expect(server.came.at(-1)?.headers['x-runlayer-api-key']).toBe(`${KEY}_2`);
  });

  it('a key that is gone from the keychain is missed, and nothing is asked', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const settings = memorySettings({ tenants: [tenantRow(server.origin)] });
    const { tenants } = aBench({ settings });
    expect(tenants.views()[0]).toMatchObject({
      credential: 'missing',
      state: 'unknown',
      problem: expect.stringContaining('runlayer login') as string,
    });
    const failure = await failureOf((await tenants.api(undefined)).me());
    expect(failure).toMatchObject({ code: 'E_TENANT_KEY_MISSING' });
    expect(server.came).toEqual([]);
  });

  it('a tenant that took a key which is gone is not shown as well', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const { tenants, vault } = aBench();
    await tenants.useKey(server.origin, KEY, 't');
    expect(tenants.views()[0]).toMatchObject({ credential: 'ok', state: 'ok', problem: '' });
    await vault.remove(tenantSecret(server.origin));
    expect(tenants.views()[0]).toMatchObject({
      credential: 'missing',
      state: 'unknown',
      problem: expect.stringContaining('There is no key') as string,
    });
  });
});

describe('signing out', () => {
  it('takes the key away, and sessions under way get none', async () => {
    const tenant = await aTenant();
    const { tenants, store, settings, recorded } = aBench();
    const key = tenant.admin.createUserKey();
    await tenants.useKey(tenant.url, key, 't');
    const api = await tenants.api(undefined);
    await api.me();
    const asked = tenant.requests.all.length;
    expect(await tenants.signOut(undefined, 'a test')).toBe(tenant.url);
    expect([...store.items.values()]).not.toContain(key);
    expect(settings.read()).toMatchObject({ tenants: [], defaultTenant: null, secrets: [] });
    expect(recorded.at(-1)).toBe(`tenant_signed_out {"host":"${tenant.url}","by":"a test"}`);
    expect(await failureOf(api.me())).toMatchObject({ code: 'E_TENANT_UNKNOWN', kind: 'unauthorized' });
    expect(await codeOf(tenants.api(tenant.url))).toBe('E_TENANT_UNKNOWN');
    expect(tenant.requests.all).toHaveLength(asked);
    expect(await codeOf(tenants.signOut(tenant.url, 't'))).toBe('E_TENANT_UNKNOWN');
    await tenants.useKey(tenant.url, key, 't');
    await api.me();
  });

  it('ends what is being asked', async () => {
    const tenant = await aTenant();
    const { tenants } = aBench();
    await tenants.useKey(tenant.url, tenant.admin.createUserKey(), 't');
    const api = await tenants.api(undefined);
    const held = tenant.faults.hold('GET /api/v1/users/me');
    const work = codeOf(api.me());
    await held.arrived;
    await tenants.signOut(undefined, 't');
    expect(await work).toBe('E_TENANT_SIGNED_OUT');
    held.release();
  });

  it('counts at once, even where the keychain does not open', async () => {
    const server = await oddServer(says({ id: 'u' }));
    const { tenants, store } = aBench();
    await tenants.useKey(server.origin, KEY, 't');
    store.locked = true;
    expect(await codeOf(tenants.signOut(undefined, 't'))).toBe('E_TENANT_KEY_STORED');
    expect(tenants.known(server.origin)).toBe(false);
    expect([...store.items.values()]).toContain(KEY);
    store.locked = false;
    expect(await tenants.signOut(server.origin, 't')).toBe(server.origin);
    expect([...store.items.values()]).not.toContain(KEY);
    expect(await codeOf(tenants.signOut(server.origin, 't'))).toBe('E_TENANT_UNKNOWN');
  });

  it('the only one left becomes the default', async () => {
    const settings = memorySettings({ tenants: [tenantRow(ACME), tenantRow(GLOBEX)], defaultTenant: ACME });
    const { tenants } = aBench({ settings });
    await tenants.signOut(ACME, 't');
    expect(settings.read().defaultTenant).toBe(GLOBEX);
  });
});

describe('the name of a key in the keychain', () => {
  it('is reserved, for each origin its own', () => {
    const name = tenantSecret(ACME);
    expect(name).toMatch(/^tenant\.[0-9a-f]{32}$/);
    expect(tenantSecret(`${ACME}:8443`)).not.toBe(name);
    expect(isSignInSecret(name)).toBe(true);
    expect(isSignInSecret(name.toUpperCase())).toBe(true);
    expect(isSignInSecret('tenant.name')).toBe(false);
  });
});
