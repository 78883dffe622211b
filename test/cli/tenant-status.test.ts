/** `status` and `logs` where somebody signed in to a tenant. */
import { describe, expect, it } from 'vitest';
import type { LogEntry, Status, TenantStatus, TenantView } from '../../preload/contract/index.ts';
import { nobodyEntry } from '../../main/backend/tenant-log-entry.ts';
import { NO_TENANT } from '../fixtures/quiet-status.ts';
import { tell, type Told } from './fake-io.ts';

const AT = '2026-11-21T08:00:00.000Z';
const ACME = 'https://acme.runlayer.com';
const SERVER = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const HOSTILE = '\u001b[2J\u202eevil\u200b';
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/u;

const view = (over: Partial<TenantView> = {}): TenantView => ({
  host: ACME,
  signedInAt: AT,
  account: 'ada@acme.com',
  isDefault: true,
  credential: 'ok',
  state: 'ok',
  problem: '',
  ...over,
});

const status = (over: Partial<Status['companion']> = {}): Status => ({
  companion: {
    running: true,
    version: '1.2.3',
    kind: 'headless',
    pid: 42,
    startedAt: AT,
    home: '/h',
    draining: false,
    sessions: 1,
    connectors: 2,
    waitingApprovals: 0,
    keychain: { backend: 'keytar', state: 'ready', detail: 'Secrets are kept in the keychain.' },
    audit: { state: 'ok', detail: '', seq: 9 },
    ...NO_TENANT,
    tenants: [view()],
    warnings: [],
    ...over,
  },
});

const quiet = { accounts_needing_reconnect: 0, accounts: [], approval_requests_pending: 0, approval_requests: [] };
const tenant = (over: Partial<TenantStatus> = {}): TenantStatus => ({
  version: '1.2.3',
  default_host: ACME,
  dashboard_url: ACME,
  hosts: [{ url: ACME, credential: 'ok', enrolled: true }],
  hooks: [],
  identity: { id: 'u1', email: 'ada@acme.com', name: null },
  attention: quiet,
  admin: null,
  ...over,
});

const told = (companion: Status, word: TenantStatus = tenant(), line = 'status'): Promise<Told> =>
  tell(line, { answers: { 'status.get': companion, 'tenant.status': word } });

describe('status', () => {
  it('reads well when all is well', async () => {
    const delivery = {
      state: 'delivering',
      endpoint: 'https://audit.acme.com/ingest',
      lagEvents: 12,
      lagBytes: 20_480,
      lastSuccessAt: AT,
      parked: 0,
      pressure: 'none',
      problem: '',
    } as const;
    expect((await told(status({ delivery }))).out).toBe(`Companion 1.2.3 (headless, process 42)
  sessions   1
  connectors 2
  waiting    0
  keychain   Secrets are kept in the keychain.
  audit      10 records
  delivery   on, to https://audit.acme.com/ingest; 12 records wait (20 KiB);
             last taken 2026-11-21 08:00:00Z
  tenants    https://acme.runlayer.com (default): signed in as ada@acme.com
  home       /h
`);
  });

  it.each([
    [{ signed: true, detail: 'with the key 0123456789abcdef' }, '10 records, signed with the key 0123456789abcdef'],
    [{ signed: false, detail: 'The keychain is locked.' }, '10 records, NOT SIGNED: The keychain is locked.'],
  ])('says whether the audit trail is signed: %j', async (signing, text) => {
    const audit = { state: 'ok', detail: '', seq: 9, signing } as const;
    expect((await told(status({ audit }))).out).toContain(`  audit      ${text}\n`);
  });

  it('says what is wrong, and what to do about it', async () => {
    const bad = status({
      enforcement: 'open',
      waitingConsents: [
        { host: ACME, server: SERVER, title: 'GitHub' },
        { host: ACME, server: '$(reboot)', title: 'x' },
      ],
      tenants: [
        view({ state: 'unreachable', problem: 'It cannot be reached.' }),
        view({ host: 'https://b.example', isDefault: false, credential: 'missing' }),
      ],
      delivery: {
        state: 'stopped',
        endpoint: 'https://audit.acme.com/',
        lagEvents: 480_000,
        lagBytes: 3_000_000,
        lastSuccessAt: null,
        parked: 2,
        pressure: 'full',
        problem: 'The endpoint does not take the key.',
      },
    });
    const attention = { ...quiet, approval_requests_pending: 2, accounts_needing_reconnect: 1 };
    expect((await told(bad, tenant({ attention }))).out).toBe(`Companion 1.2.3 (headless, process 42)
  sessions   1
  connectors 2
  waiting    0
  keychain   Secrets are kept in the keychain.
  audit      10 records
  delivery   STOPPED, to https://audit.acme.com/; 480,000 records wait (2.9
             MiB); last taken never
  ! The endpoint does not take the key.
  ! NEW CALLS ARE DENIED: what may wait for delivery is used up.
  ! 2 records were refused by the endpoint and set aside, see
    "runlayer audit status"
  tenants    https://acme.runlayer.com (default): NOT REACHED. It cannot be
             reached.
             https://b.example: SIGNED OUT, its key is gone. Run
             "runlayer login --host https://b.example"
  ! "GitHub" of https://acme.runlayer.com waits for your consent. Look at it
    with
    "runlayer connectors accept ${SERVER} --host ${ACME}"
  ! "x" of https://acme.runlayer.com waits for your consent. Look at it with
    "runlayer tenant servers"
  ! NOT ENFORCING ON OUTAGE: while a tenant cannot be asked, calls pass without
    its word. Managed settings, or the environment that the companion was
    started with, say so; only local rules decide then.
  ! 2 approvals wait at the tenant, see "runlayer tenant approvals"
  ! 1 account needs to be connected again at https://acme.runlayer.com
  home       /h
`);
  });

  it('asks no tenant where nobody is signed in', async () => {
    const { calls, out } = await told(status({ tenants: [view({ credential: 'missing' })] }));
    expect(calls).toEqual(['status.get {}']);
    expect(out).toContain('SIGNED OUT');
  });

  it('counts what waits at other tenants too, and says nothing of what it does not know', async () => {
    const more = await told(status({ waitingTenantApprovals: 3 }), tenant({ attention: null }));
    expect(more.out).toContain('3 approvals wait at the tenant');
    expect((await told(status(), tenant({ attention: null }))).out).not.toContain('wait at the tenant');
  });

  it('--json is one document: the documented keys, and ours under "companion"', async () => {
    const { out, calls } = await told(status(), tenant(), 'status --json');
    expect(calls).toEqual(['tenant.status {}', 'status.get {}']);
    expect(out.trim().split('\n')).toHaveLength(1);
    const document = JSON.parse(out) as Record<string, unknown>;
    expect(document).toEqual({ ...tenant(), ...status() });
    expect(Object.keys(document)).toEqual([
      'version',
      'default_host',
      'dashboard_url',
      'hosts',
      'hooks',
      'identity',
      'attention',
      'admin',
      'companion',
    ]);
  });

  it('shows hostile text, and does not obey it', async () => {
    const bad = status({
      tenants: [view({ account: HOSTILE, state: 'unauthorized', problem: HOSTILE })],
      waitingConsents: [{ host: ACME, server: HOSTILE, title: HOSTILE }],
      delivery: { ...status().companion.delivery, state: 'waiting', endpoint: HOSTILE, problem: HOSTILE },
    });
    const { out } = await told(bad);
    expect(out).toContain(String.raw`\u{202e}evil`);
    expect(out).not.toMatch(UNSEEN);
  });
});

describe('logs --tenant', () => {
  const call: LogEntry = {
    id: 'e1',
    time: AT,
    kind: 'call',
    connector: 'github',
    client: 'cursor',
    tool: 'merge',
    effect: 'allow',
    decidedBy: 'tenant',
    outcome: 'ok',
    durationMs: 12,
    detail: {
      tenant: [
        { time: AT, host: ACME, action: 'tool_call', outcome: 'allowed' },
        { time: AT, host: ACME, action: 'tool_call', outcome: 'allowed' },
        { time: AT, host: ACME, action: 'scan', outcome: 'alert' },
        'nonsense',
      ],
    },
  };
  const foreign: LogEntry = {
    id: 'tenant:1',
    time: AT,
    kind: 'call',
    connector: 'Notion',
    client: 'claude_code',
    tool: 'search',
    reason: 'Not allowed for contractors.',
    detail: { host: ACME, action: 'tool_call', outcome: 'denied', by: 'eve@acme.com' },
    origin: 'tenant',
  };
  const event: LogEntry = {
    id: 'tenant:2',
    time: AT,
    kind: 'event',
    event: 'login',
    detail: { host: ACME, action: 'login' },
    origin: 'tenant',
  };
  const missing: LogEntry = {
    id: `missing:${ACME}`,
    time: AT,
    kind: 'event',
    event: 'tenant_log_missing',
    reason: 'It did not answer in time.',
    detail: { host: ACME },
    origin: 'tenant',
  };

  it('shows who decided, what the tenant saw of our calls, and what only it saw', async () => {
    const { out, err, calls } = await tell('logs --tenant', {
      answers: { 'logs.query': [missing, foreign, event, call] },
    });
    expect(calls).toEqual(['logs.query {"limit":50,"tenant":true}']);
    expect(err).toBe(`! The log of ${ACME} is missing here. It did not answer in\n  time.\n`);
    expect(out)
      .toBe(`2026-11-21 08:00:00Z  ok         cursor → github.merge  12 ms  [tenant]  (tenant: tool_call allowed, scan alert)
2026-11-21 08:00:00Z  tenant     login  (${ACME})
2026-11-21 08:00:00Z  tenant     claude_code → Notion.search  tool_call denied  by eve@acme.com  Not allowed for contractors.  (${ACME})
`);
  });

  it('says that nobody is signed in, beside what this machine has', async () => {
    const nobody = nobodyEntry(AT);
    const { out, err } = await tell('logs --tenant', { answers: { 'logs.query': [nobody, call] } });
    expect(err.replaceAll(/\s+/g, ' ')).toBe(`! ${nobody.reason ?? ''} `);
    expect(out.split('\n')).toHaveLength(2);
  });

  it('--json has the rows as they are, and the missing tenant beside them', async () => {
    const { out, err } = await tell('logs --tenant --json', { answers: { 'logs.query': [missing, foreign, call] } });
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as LogEntry),
    ).toEqual([call, foreign]);
    expect(err).toContain('is missing here');
  });

  it('shows hostile text, and does not obey it', async () => {
    const detail = { host: HOSTILE, action: HOSTILE, by: HOSTILE, tenant: [{ action: HOSTILE }] };
    const { out, err } = await tell('logs --tenant', {
      answers: {
        'logs.query': [
          { ...missing, reason: HOSTILE, detail },
          { ...foreign, tool: HOSTILE, reason: HOSTILE, detail },
          { ...event, detail },
          { ...call, detail },
        ],
      },
    });
    expect(out).toContain(String.raw`\u{202e}evil`);
    expect(out + err).not.toMatch(UNSEEN);
  });
});
