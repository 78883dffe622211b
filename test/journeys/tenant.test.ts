/**
 * Signed in to a tenant, with the documented client entry, the real thin client and a real server from npm: what the tenant
 * allows, denies, answers itself, rewrites, masks and hides, and what happens when it cannot be asked.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeJourney, everythingServer, node } from './companion-home.ts';
import type { Message, RawClient } from './raw-client.ts';
import { openTenantHome, signIn, startEntry, type TenantHome } from './tenant-home.ts';

const textOf = ({ result }: Message): string => result?.content?.[0]?.text ?? '';
const codeOf = ({ result }: Message): unknown =>
  (result?.['_meta'] as Record<string, { code?: string }> | undefined)?.['com.runlayer/decision']?.code;

describeJourney('a connector of a tenant', () => {
  let world: TenantHome;
  let server: string;
  let client: RawClient;
  /** Policies of one test; what allows the connector stays. */
  const removals: (() => void)[] = [];

  beforeAll(async () => {
    world = await openTenantHome();
    expect(await signIn(world)).toContain('You are signed in');
    server = world.tenant.admin.addConnector({
      name: 'Everything Here',
      url: node,
      transport_config: { args: [everythingServer], env: {} },
    }).id;
    await world.home.must(['connectors', 'accept', server, '--host', world.tenant.url, '-y']);
    client = startEntry(world.home, server, world.tenant.url);
    await client.initialize();
  });
  afterEach(() => {
    world.tenant.faults.clear();
    for (const remove of removals.splice(0)) remove();
  });
  afterAll(async () => {
    await client?.close();
    await world?.close();
  });
  const policy = (tool: string, rule: Parameters<TenantHome['tenant']['admin']['setPolicy']>[0]['rule']): void => {
    removals.push(world.tenant.admin.setPolicy({ connector: server, tool, rule }));
  };
  const lastCall = (tool: string) => {
    const records = world.home.records();
    const intent = records.findLast((record) => record.kind === 'intent' && record['gen_ai.tool.name'] === tool);
    const outcome = records.findLast((record) => record.kind === 'outcome' && record['gen_ai.tool.name'] === tool);
    if (intent?.kind !== 'intent' || outcome?.kind !== 'outcome') throw new Error('no record');
    return { intent, outcome };
  };

  it('is allowed, and both journals can be joined', async () => {
    expect(textOf(await client.call('allowed', 'echo', { message: 'hello' }))).toBe('Echo: hello');
    const { intent, outcome } = lastCall('echo');
    expect(intent.decision).toMatchObject({ effect: 'allow', decidedBy: 'tenant', code: 'tenant_allow' });
    expect(intent.tenant).toMatchObject({ host: world.tenant.url, server });
    expect(outcome.outcome).toBe('ok');
    const rows = JSON.stringify(world.tenant.admin.logs());
    expect(rows).toContain(intent.tenant?.correlation_id ?? 'none');
  });

  it('is denied, with a reason for the person and none for the agent', async () => {
    policy('echo', { kind: 'deny', reason: 'Only on weekdays (rule 17).' });
    const answer = await client.call('denied', 'echo', { message: 'hello' });
    expect(answer.result?.isError).toBe(true);
    expect(codeOf(answer)).toBe('tenant_deny');
    expect(JSON.stringify(answer)).not.toContain('rule 17');
    const { intent, outcome } = lastCall('echo');
    expect(intent.decision.reason).toContain('Only on weekdays (rule 17).');
    expect(outcome.outcome).toBe('refused');
    expect(await world.home.must(['logs', '--blocked'])).toContain('Only on weekdays');
  });

  it('is answered by the tenant in the place of the server', async () => {
    policy('echo', { kind: 'quick', result: { content: [{ type: 'text', text: 'from the tenant' }] } });
    expect(textOf(await client.call('quick', 'echo', { message: 'hello' }))).toBe('from the tenant');
    expect(lastCall('echo')).toMatchObject({
      intent: { decision: { code: 'tenant_answered' } },
      outcome: { outcome: 'ok', result_from: 'tenant' },
    });
  });

  it('has its arguments rewritten, and the record shows what left', async () => {
    policy('echo', { kind: 'arguments', set: { message: 'rewritten' } });
    expect(textOf(await client.call('rewritten', 'echo', { message: 'hello' }))).toBe('Echo: rewritten');
    expect(lastCall('echo').intent).toMatchObject({ arguments: { message: 'rewritten' }, arguments_from: 'tenant' });
  });

  it('cannot be rewritten past what is closed here', async () => {
    policy('echo', { kind: 'arguments', set: { message: `${world.home.home}/settings.json` } });
    const answer = await client.call('closed', 'echo', { message: 'hello' });
    expect(codeOf(answer)).toBe('protected_path');
    const told = await world.tenant.requests.arrival(`POST /api/v1/local/${server}/post`, 1);
    expect(told).toBeDefined();
  });

  it('has its output masked', async () => {
    policy('echo', { kind: 'output', mask: [{ find: '4111-1111', with: '[MASKED]' }] });
    const answer = await client.call('masked', 'echo', { message: 'card 4111-1111' });
    expect(textOf(answer)).toBe('Echo: card [MASKED]');
    expect(JSON.stringify(answer)).not.toContain('4111-1111');
    expect(lastCall('echo').outcome).toMatchObject({ outcome: 'ok', result_from: 'tenant' });
  });

  it('loses a tool from its list, and the tool is then as one that never was', async () => {
    policy('get-sum', { kind: 'hide' });
    const names = (await client.request('list', 'tools/list', {})).result?.tools?.map(({ name }) => name);
    expect(names).toContain('echo');
    expect(names).not.toContain('get-sum');
    const hidden = await client.call('call 1', 'get-sum', { a: 1, b: 2 });
    const never = await client.call('call 2', 'never-was', { a: 1, b: 2 });
    expect(JSON.stringify(hidden).replace('get-sum', 'never-was').replace('call 1', 'call 2')).toBe(
      JSON.stringify(never),
    );
    for (const remove of removals.splice(0)) remove();
    await client.request('again', 'tools/list', {});
    expect(textOf(await client.call('back', 'get-sum', { a: 1, b: 2 }))).toContain('3');
  });

  it('lists nothing that its server lacks, and calls nothing of it', async () => {
    policy('*', { kind: 'add', definition: { name: 'made_up', inputSchema: { type: 'object' } } });
    const names = (await client.request('list2', 'tools/list', {})).result?.tools?.map(({ name }) => name);
    expect(names).not.toContain('made_up');
    expect((await client.call('up', 'made_up', {})).error?.message).toBe('Unknown tool: made_up');
  });

  it('is not called while the tenant cannot be asked, and its tools stay those of the last list', async () => {
    const before = (await client.request('l0', 'tools/list', {})).result?.tools?.length;
    world.tenant.faults.add('* /api/v1/**', { kind: 'status', status: 503 });
    const answer = await client.call('down', 'echo', { message: 'hello' });
    expect(codeOf(answer)).toBe('tenant_unavailable');
    expect((await client.request('l1', 'tools/list', {})).result?.tools?.length).toBe(before);
    const status = await world.home.json<{ companion: { tenants: { state: string; problem: string }[] } }>(['status']);
    expect(status.companion.tenants[0]).toMatchObject({ state: 'unreachable' });
    expect(status.companion.tenants[0]?.problem).not.toBe('');
    world.tenant.faults.clear();
    expect(textOf(await client.call('up again', 'echo', { message: 'hello' }))).toBe('Echo: hello');
  });

  it.each([
    ['is garbage', { kind: 'garbage' }],
    ['is a page', { kind: 'html' }],
    ['is a redirect', { kind: 'redirect', to: 'http://127.0.0.1:9/elsewhere' }],
    ['is cut', { kind: 'cut_in_answer' }],
  ] as const)('has its result withheld where the answer after it %s', async (_title, fault) => {
    world.tenant.faults.add(`POST /api/v1/local/*/post`, fault);
    const answer = await client.call('withheld', 'echo', { message: 'nobody reads this' });
    expect(answer.result?.isError).toBe(true);
    expect(JSON.stringify(answer)).not.toContain('nobody reads this');
    expect(lastCall('echo').outcome.outcome).toBe('withheld');
  });

  it('keeps arguments of the wrong type from its server', async () => {
    world.tenant.faults.add(`POST /api/v1/local/*/pre`, {
      kind: 'body',
      body: { correlation_id: 'c', modified_args: ['not', 'an', 'object'] },
    });
    expect(codeOf(await client.call('wrong', 'echo', { message: 'hello' }))).toBe('tenant_invalid');
  });

  it('leaves the key nowhere', () => {
    const keys = new Set(
      world.tenant.requests.all.map(({ headers }) => headers['x-runlayer-api-key'] ?? '').filter((key) => key !== ''),
    );
    expect(keys.size).toBe(1);
    for (const key of keys) expect(world.home.filesHolding(key)).toEqual([]);
  });
});

describeJourney('a host', () => {
  let world: TenantHome;
  beforeAll(async () => {
    world = await openTenantHome();
  });
  afterAll(async () => {
    await world?.close();
  });

  it('that nobody signed in to is asked for nothing', async () => {
    const { home, tenant } = world;
    const id = tenant.admin.addConnector({ name: 'x', url: node, transport_config: { args: [everythingServer] } }).id;
    tenant.requests.clear();
    const client = startEntry(home, id, tenant.url);
    const { error } = await client.initialize();
    expect(error?.message).toContain('runlayer login');
    await client.close();
    expect((await home.runlayer(['run', id, '--host', tenant.url, '--secret', 'rl_anything'])).code).not.toBe(0);
    expect((await home.runlayer(['connectors', 'accept', id, '--host', tenant.url, '-y'])).code).not.toBe(0);
    expect(tenant.requests.all).toEqual([]);
  });

  it('is signed in to with a key, and what it offers starts only after a yes', async () => {
    const { home, tenant } = world;
    const key = tenant.admin.createUserKey();
    await home.must(['login', '--host', tenant.url, '--secret', '-'], { input: `${key}\n` });
    const id = tenant.admin.addConnector({
      name: 'Files, all of them',
      url: node,
      transport_config: { args: [everythingServer], env: { API_TOKEN: 'tenant-gave-this-secret', MODE: 'live' } },
    }).id;
    const accepted = await home.must(['connectors', 'accept', id, '-y']);
    expect(accepted).toContain('MODE=live');
    expect(accepted).not.toContain('tenant-gave-this-secret');
    const client = startEntry(home, id, tenant.url);
    expect((await client.initialize()).result).toBeDefined();
    await client.close();
    expect(home.filesHolding('tenant-gave-this-secret')).toEqual([]);
    expect(home.filesHolding(key)).toEqual([]);
  });

  it('is still signed in to after a restart, where a file opens the vault', async () => {
    const { home, tenant } = world;
    await home.must(['stop']);
    await world.serve({ RUNLAYER_VAULT_PASSPHRASE_FILE: world.passphraseFile });
    const all = await home.json<{ target: { server?: string } }[]>(['connectors', 'list']);
    const id = all.find(({ target }) => target.server !== undefined)?.target.server ?? 'none';
    const client = startEntry(home, id, tenant.url);
    expect((await client.initialize()).result).toBeDefined();
    await client.close();
  });

  it('is signed out of, and its connectors are refused', async () => {
    const { home, tenant } = world;
    const all = await home.json<{ target: { server?: string } }[]>(['connectors', 'list']);
    const id = all.find(({ target }) => target.server !== undefined)?.target.server ?? 'none';
    await home.must(['logout', '--host', tenant.url]);
    tenant.requests.clear();
    const client = startEntry(home, id, tenant.url);
    expect((await client.initialize()).error?.message).toContain('runlayer login');
    await client.close();
    expect(tenant.requests.all).toEqual([]);
  });
});
