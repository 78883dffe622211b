import { describe, expect, it } from 'vitest';
import type { TenantSignIn, TenantView } from '../../preload/contract/index.ts';
import { tell } from './fake-io.ts';

const HOST = 'https://acme.runlayer.com';
const KEY = 'rl_user_4f9a2c7b91';
const view: TenantView = {
  host: HOST,
  signedInAt: '2026-11-21T08:00:00.000Z',
  account: 'ada@acme.example',
  isDefault: true,
  credential: 'ok',
  state: 'ok',
  problem: '',
};
const begun: TenantSignIn = {
  id: 's1',
  host: HOST,
  userCode: 'WDJB-MJHT',
  verificationUri: `${HOST}/device`,
  verificationUriComplete: `${HOST}/device?user_code=WDJB-MJHT`,
  expiresAt: '2026-11-21T08:10:00.000Z',
};
const answers = { 'tenant.signIn': begun, 'tenant.signInResult': view };

describe('login', () => {
  it('prints a page and a code, and waits', async () => {
    const { out, err, calls } = await tell('login --host acme.runlayer.com', { answers });
    expect(out).toBe(`Signing in to ${HOST}.
Open this page in a browser, on whatever machine, until 08:10 UTC:

  ${HOST}/device?user_code=WDJB-MJHT

Approve it there only if it shows this code:

  WDJB-MJHT

You are signed in to ${HOST} as ada@acme.example.
`);
    expect(err).toBe('');
    expect(calls).toEqual([`tenant.signIn {"host":"${HOST}"}`, 'tenant.signInResult {"id":"s1"}']);
  });

  it('without a host takes the default one, and says which', async () => {
    const { out, calls } = await tell('login', { answers });
    expect(out).toContain(`Signing in to ${HOST}.\n`);
    expect(calls[0]).toBe('tenant.signIn {}');
  });

  it('with --json prints one document', async () => {
    const { out, err } = await tell('login --json', { answers });
    expect(JSON.parse(out)).toEqual(view);
    expect(err).toContain('WDJB-MJHT');
  });

  it('warns of a page that is not the tenant’s', async () => {
    const foreign = { ...begun, verificationUri: 'https://login.example/device', verificationUriComplete: '' };
    const { out } = await tell('login', { answers: { ...answers, 'tenant.signIn': foreign } });
    expect(out).toContain(`! The page below is not on ${HOST}.`);
    expect(out).toContain('\n  https://login.example/device\n');
  });

  it('left alone, gives the sign-in up', async () => {
    const { out, code, calls } = await tell('login', {
      answers: { ...answers, 'tenant.signInCancel': {} },
      leavesAt: 'tenant.signInResult',
    });
    expect(code).toBe(130);
    expect(out).not.toContain('You are signed in');
    expect(calls.at(-1)).toBe('tenant.signInCancel {"id":"s1"}');
  });

  it.each(['http://acme.runlayer.com', 'https://acme.runlayer.com/api', 'https://a@b', 'javascript:alert(1)'])(
    'takes no %s',
    async (host) => {
      const { failure, code, calls } = await tell(['login', '--host', host]);
      expect(failure?.code).toBe('E_TENANT_HOST');
      expect(code).toBe(2);
      expect(calls).toEqual([]);
    },
  );
});

describe('login where somebody was signed in', () => {
  const scene = {
    answers: { ...answers, 'tenant.useKey': view },
    weakens: ['tenant.signIn', 'tenant.useKey'],
  } as const;

  it.each(['login', `login --secret ${KEY}`])('%s asks first', async (line) => {
    const told = await tell(`${line} --host ${HOST}`, { ...scene, tty: true, typed: ['n'] });
    expect(told.failure?.code).toBe('E_DECLINED');
    expect(told.asked).toEqual([expect.stringContaining(`Somebody signed in to ${HOST} before.`)]);
    expect(JSON.stringify(told.asked)).not.toContain(KEY);
    expect(told.out).not.toContain('WDJB-MJHT');
    const yes = await tell(`${line} --host ${HOST}`, { ...scene, tty: true, typed: ['y'] });
    expect(yes.out).toContain('You are signed in');
  });

  it('is done with -y, and not without a terminal', async () => {
    expect((await tell(`login --host ${HOST}`, scene)).failure?.code).toBe('E_CONFIRMATION');
    const given = await tell(`login --host ${HOST} --secret - -y`, { ...scene, stdin: KEY });
    expect(given.out).toContain('You are signed in');
    expect(given.asked).toEqual([]);
  });
});

describe('login with a key', () => {
  const withKey = { 'tenant.useKey': view };
  const used = `tenant.useKey {"host":"${HOST}","key":"${KEY}"}`;

  it('from standard input says nothing of it', async () => {
    const { out, err, calls } = await tell(`login --host ${HOST} --secret -`, { answers: withKey, stdin: `${KEY}\n` });
    expect(out).toBe(`You are signed in to ${HOST} as ada@acme.example.\n`);
    expect(err).toBe('');
    expect(calls).toEqual([used]);
  });

  it('at a terminal asks for it', async () => {
    const { asked, calls } = await tell(`login --host ${HOST} --secret -`, {
      answers: withKey,
      tty: true,
      typed: [KEY],
    });
    expect(asked).toEqual(['Key (not shown): ']);
    expect(calls).toEqual([used]);
  });

  it('on the command line warns', async () => {
    const { out, err, calls } = await tell(`login --host ${HOST} --secret ${KEY}`, { answers: withKey });
    expect(err).toContain('Other programs on this machine can read a key');
    expect(`${out}${err}`).not.toContain(KEY);
    expect(calls).toEqual([used]);
  });

  it.each([
    [{ RUNLAYER_API_KEY: KEY, RUNLAYER_BASE_URL: HOST }, [], used],
    [{ RUNLAYER_API_KEY: KEY }, [], `tenant.useKey {"key":"${KEY}"}`],
    [{ RUNLAYER_API_KEY: KEY, RUNLAYER_BASE_URL: 'https://other.example' }, ['--host', HOST], used],
  ] as const)('from the environment %j', async (env, words, call) => {
    expect((await tell(['login', ...words], { answers: withKey, env })).calls).toEqual([call]);
  });

  it('an address in the environment counts only beside its key', async () => {
    const env = { RUNLAYER_API_KEY: '', RUNLAYER_BASE_URL: 'https://other.example' };
    expect((await tell('login', { answers, env })).calls[0]).toBe('tenant.signIn {}');
    const given = await tell('login --secret -', { answers: withKey, stdin: KEY, env });
    expect(given.calls).toEqual([`tenant.useKey {"key":"${KEY}"}`]);
  });

  it('that is empty is refused', async () => {
    const { failure, code } = await tell('login --secret -', { stdin: '\n' });
    expect(failure?.code).toBe('E_USAGE');
    expect(code).toBe(2);
  });
});

describe('logout', () => {
  it('says of which, and what is left to do', async () => {
    const { out, calls } = await tell('logout', { answers: { 'tenant.signOut': { host: HOST } } });
    expect(calls).toEqual(['tenant.signOut {}']);
    expect(out.replaceAll('\n', ' ')).toBe(
      `You are signed out of ${HOST} here. To end the key everywhere, revoke it in the dashboard. `,
    );
  });

  it('takes a host and prints JSON', async () => {
    const { out, calls } = await tell('logout --host acme.runlayer.com --json', {
      answers: { 'tenant.signOut': { host: HOST } },
      env: { RUNLAYER_BASE_URL: 'https://other.example' },
    });
    expect(calls).toEqual([`tenant.signOut {"host":"${HOST}"}`]);
    expect(JSON.parse(out)).toEqual({ host: HOST, signedOut: true });
  });
});

describe('tenant list', () => {
  it('is a table, with what is wrong under it', async () => {
    const other: TenantView = {
      host: 'https://globex.runlayer.com',
      signedInAt: '2026-11-21T08:00:00.000Z',
      isDefault: false,
      credential: 'missing',
      state: 'unknown',
      problem: 'Sign in again.',
    };
    expect((await tell('tenant list', { answers: { 'tenant.list': [view, other] } })).out).toBe(
      `HOST                         STATE    KEY      DEFAULT  ACCOUNT
https://acme.runlayer.com    ok       stored   yes      ada@acme.example
https://globex.runlayer.com  unknown  MISSING  no       -

https://globex.runlayer.com: Sign in again.
`,
    );
    expect(JSON.parse((await tell('tenant list --json', { answers: { 'tenant.list': [view] } })).out)).toEqual([view]);
  });

  it('says how to begin', async () => {
    expect((await tell('tenant list', { answers: { 'tenant.list': [] } })).out).toBe(
      'Nobody is signed in. Sign in with "runlayer login --host <host>".\n',
    );
  });

  it('shows nothing unseen that a tenant said', async () => {
    const hostile = { ...view, account: 'a\u001b[2J\u202eb', problem: 'x\u001b[2J' };
    const { out } = await tell('tenant list', { answers: { 'tenant.list': [hostile] } });
    expect(out.includes('\u001b') || out.includes('\u202e')).toBe(false);
    expect(out).toContain(String.raw`a\u{1b}[2J\u{202e}b`);
  });
});
