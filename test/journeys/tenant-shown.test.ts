/** What a person sees of a tenant: its rows beside ours, what waits there, what is told to it, status and doctor. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LogEntry, TenantApproval, TenantStatus } from '../../preload/contract/index.ts';
import { ask } from '../backend/ask.ts';
import { describeJourney, everythingServer, fixtureServer, node } from './companion-home.ts';
import { RawClient, type Message } from './raw-client.ts';
import { openTenantHome, signIn, startEntry, type TenantHome } from './tenant-home.ts';

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly text: string;
  readonly next?: string;
}

const codeOf = ({ result }: Message): unknown =>
  (result?.['_meta'] as Record<string, { code?: string }> | undefined)?.['com.runlayer/decision']?.code;

describeJourney('of a tenant is shown', () => {
  let world: TenantHome;
  let server: string;
  let client: RawClient;

  beforeAll(async () => {
    world = await openTenantHome();
    await signIn(world);
    const { admin } = world.tenant;
    server = admin.addConnector({
      name: 'Everything Here',
      url: node,
      transport_config: { args: [everythingServer] },
    }).id;
    admin.setPolicy({ connector: server, tool: 'get-env', rule: { kind: 'deny', reason: 'Rule 17.' } });
    await world.home.must(['connectors', 'accept', server, '-y', '--name', 'everything']);
    client = startEntry(world.home, server, world.tenant.url);
    await client.initialize('Cursor');
  });
  afterAll(async () => {
    await client?.close();
    await world?.close();
  });

  const logs = async (...options: string[]): Promise<LogEntry[]> =>
    (await world.home.must(['logs', '--json', ...options]))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogEntry);
  const doctor = async (): Promise<{ code: number; findings: Finding[] }> => {
    const { code, out } = await world.home.runlayer(['doctor', '--json']);
    const all = (JSON.parse(out) as { findings: Finding[] }).findings;
    return { code, findings: all.filter(({ check }) => check === new URL(world.tenant.url).host) };
  };

  it('one entry for a call that both saw, with what the tenant wrote of it', async () => {
    await client.call('both', 'echo', { message: 'seen by both' });
    const [own] = await logs('--tool', 'echo');
    expect(own?.tenant).toMatchObject({ host: world.tenant.url, server });
    const correlation = own?.tenant?.correlation_id;
    expect(correlation).toBeDefined();

    const merged = await logs('--tool', 'echo', '--tenant');
    expect(merged).toHaveLength(1);
    expect(merged[0]).toMatchObject({ id: own?.id, outcome: 'ok', tenant: { correlation_id: correlation } });
    const rows = merged[0]?.detail?.['tenant'];
    expect(rows).toHaveLength(2);
    expect(await world.home.must(['logs', '--tool', 'echo', '--tenant'])).toMatch(
      /Cursor → everything\.echo .*\(tenant: /,
    );
    // Asked for nothing, the tenant is not asked.
    world.tenant.requests.clear();
    await logs();
    expect(world.tenant.requests.all).toEqual([]);
  });

  it('a call of another machine, as from the tenant', async () => {
    const key = world.tenant.admin.createUserKey();
    const answer = await ask(world.tenant, `POST /api/v1/local/${server}/pre`, {
      key,
      body: { method: 'tools/call', params: { name: 'get-sum', arguments: { a: 1, b: 2 } } },
    });
    expect(answer.status).toBe(200);
    const [theirs, ...more] = await logs('--tool', 'get-sum', '--tenant');
    expect(more).toEqual([]);
    expect(theirs).toMatchObject({ origin: 'tenant', kind: 'call', connector: 'everything', tool: 'get-sum' });
    expect(await logs('--tool', 'get-sum')).toEqual([]);
    expect(await world.home.must(['logs', '--tool', 'get-sum', '--tenant'])).toContain(`(${world.tenant.url})`);
  });

  it('that its log is missing, while it is down, beside all of ours', async () => {
    world.tenant.faults.add('GET /api/v1/auditlogs', { kind: 'status', status: 503 });
    const { code, out, err } = await world.home.runlayer(['logs', '--tenant']);
    world.tenant.faults.clear();
    expect(code).toBe(0);
    expect(out).toContain('everything.echo');
    expect(err).toContain(`The log of ${world.tenant.url} is missing here.`);
  });

  it('what waits there: decided here where the tenant allows that, in the dashboard otherwise', async () => {
    const { admin } = world.tenant;
    const one = admin.addApproval({ title: 'Create a release', server_name: 'GitHub', tool_name: 'create_release' });
    const two = admin.addApproval({ title: 'Open a channel', server_name: 'Slack', tool_name: 'create_channel' });
    const dashboard = admin.addApproval({
      title: 'Change stock',
      server_name: 'Warehouse',
      tool_name: 'adjust_stock',
      can_decide_inline: false,
    });
    const listed = await world.home.json<TenantApproval[]>(['tenant', 'approvals']);
    expect(listed.map(({ id, canDecideInline }) => [id, canDecideInline])).toEqual([
      [one, true],
      [two, true],
      [dashboard, false],
    ]);
    const statusOf = (id: string): string | undefined => admin.approvals().find((row) => row.id === id)?.status;

    const link = `${world.tenant.url}/approvals/${dashboard}`;
    for (const verb of ['approve', 'deny']) {
      const refused = await world.home.runlayer(['tenant', verb, dashboard]);
      expect(refused.code).not.toBe(0);
      expect(refused.err).toContain(link);
    }
    expect(statusOf(dashboard)).toBe('pending');

    // A program cannot say yes for a person.
    expect((await world.home.runlayer(['tenant', 'approve', one], { input: 'y\n' })).code).not.toBe(0);
    expect(statusOf(one)).toBe('pending');
    const approved = await world.home.runlayer(['tenant', 'approve', one], {
      typed: [{ after: /\[y\/N\] /, text: 'y\n' }],
    });
    expect(approved.out).toContain('create_release');
    expect(approved.code).toBe(0);
    expect(statusOf(one)).toBe('approved');
    await world.home.must(['tenant', 'deny', two]);
    expect(statusOf(two)).not.toBe('pending');
    expect(statusOf(two)).not.toBe('approved');
    const decided = world.home
      .records()
      .flatMap((record) =>
        record.kind === 'event' && record.event === 'tenant_approval_decided'
          ? [[record.detail['approval'], record.detail['state']]]
          : [],
      );
    // Recorded before it leaves, and once more with what became of it.
    expect(decided).toEqual([
      [one, 'sent'],
      [one, 'taken'],
      [two, 'sent'],
      [two, 'taken'],
    ]);
    expect((await world.home.json<TenantApproval[]>(['tenant', 'approvals'])).map(({ id }) => id)).toEqual([dashboard]);
  });

  it('what was blocked here, told to it once; its own denials are not', async () => {
    const route = 'POST /api/v1/hooks/events';
    const before = world.tenant.admin.hookEvents().length;
    expect(codeOf(await client.call('theirs', 'get-env'))).toBe('tenant_deny');
    const { id } = await world.home.json<{ id: string }>(['policy', 'deny', 'everything', 'echo']);
    const refused = await client.call('ours', 'echo', { message: 'the-arguments-stay-here' });
    expect(JSON.stringify(refused)).not.toContain('Echo:');
    await world.tenant.requests.arrival(route, before + 1);
    await world.home.must(['policy', 'remove', id, '-y']);
    await client.call('allowed', 'echo', { message: 'hi' });
    await client.call('theirs again', 'get-env');
    const told = world.tenant.admin.hookEvents().slice(before);
    expect(told).toHaveLength(1);
    const text = JSON.stringify(told);
    expect(text).toContain(server);
    expect(text).toContain('echo');
    expect(text).toContain('cursor');
    expect(text).not.toContain('the-arguments-stay-here');
    expect(text).not.toContain('get-env');
  });

  it('in the documented words of status, with ours beside them', async () => {
    world.tenant.admin.addAccount({ server_id: server, label: 'broken', session_healthy: false });
    world.tenant.admin.addAccount({ server_id: server, label: 'fine', session_healthy: true });
    world.tenant.admin.addAccount({ server_id: server, label: 'unknown', session_healthy: null });
    const status = await world.home.json<TenantStatus & { companion: Record<string, unknown> }>(['status']);
    expect(Object.keys(status).toSorted()).toEqual(
      [
        'version',
        'default_host',
        'dashboard_url',
        'hosts',
        'hooks',
        'identity',
        'attention',
        'admin',
        'companion',
      ].toSorted(),
    );
    expect(status).toMatchObject({
      default_host: world.tenant.url,
      dashboard_url: world.tenant.url,
      hosts: [{ url: world.tenant.url, credential: 'ok', enrolled: true }],
      admin: null,
      companion: { enforcement: 'closed', tenants: [{ host: world.tenant.url, state: 'ok' }] },
    });
    expect(status.identity?.email).toContain('@');
    expect(status.attention).toMatchObject({
      accounts_needing_reconnect: 1,
      accounts: [{ label: 'broken', server_id: server }],
      approval_requests_pending: 1,
    });
    const shown = await world.home.must(['status']);
    expect(shown).toMatch(/approval waits\s+at\s+the\s+tenant/);
    expect(shown).toMatch(/account needs\s+to\s+be\s+connected\s+again/);
  });

  it('by doctor: well, then down, then with a key that is not taken', async () => {
    expect(await doctor()).toMatchObject({ findings: [{ state: 'ok' }, { state: 'ok' }] });

    const views = async (): Promise<Record<string, unknown>> =>
      await world.home.json<Record<string, unknown>>(['status']);
    world.tenant.faults.add('* /**', { kind: 'cut' });
    const down = await doctor();
    const status = await views();
    world.tenant.faults.clear();
    expect(down.code).not.toBe(0);
    expect(down.findings).toHaveLength(1);
    expect(down.findings[0]).toMatchObject({ state: 'problem' });
    expect(down.findings[0]?.next).toBeDefined();
    expect(status).toMatchObject({ identity: null, attention: null });

    const [key] = world.tenant.requests.all.flatMap(({ headers }) => headers['x-runlayer-api-key'] ?? []).slice(-1);
    world.tenant.admin.revokeKey(String(key));
    const refused = await doctor();
    expect(refused.code).not.toBe(0);
    const problem = refused.findings.find(({ state }) => state === 'problem');
    expect(problem?.text).toContain('does not take the key');
    expect(problem?.next).toContain(`runlayer login --host ${world.tenant.url}`);
    expect(JSON.stringify(refused)).not.toContain(String(key));
    expect(await views()).toMatchObject({ hosts: [{ url: world.tenant.url, enrolled: false }] });
    expect(codeOf(await client.call('refused', 'echo', { message: 'hi' }))).toBe('tenant_unauthorized');

    await signIn(world, ['-y']);
    expect((await client.call('again', 'echo', { message: 'hi' })).result?.content?.[0]?.text).toBe('Echo: hi');
    expect(await doctor()).toMatchObject({ findings: [{ state: 'ok' }, { state: 'ok' }] });
  });

  it('and what a person has without it goes on as before', async () => {
    await world.home.add('tools', [node, fixtureServer('tools.mjs')]);
    world.tenant.faults.add('* /**', { kind: 'cut' });
    const own = new RawClient(world.home.start(['run', 'tools']));
    await own.initialize();
    expect((await own.call(1, 'echo', { text: 'mine' })).result?.content?.[0]?.text).toBe('mine');
    await own.close();
    world.tenant.faults.clear();
  });
});
