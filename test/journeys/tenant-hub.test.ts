/** Connectors of a tenant through the hub: the tenant decides there as it does everywhere. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeJourney, everythingServer, node } from './companion-home.ts';
import { HubClient, type RpcMessage } from './hub-client.ts';
import { openTenantHome, signIn, type TenantHome } from './tenant-home.ts';

interface Bound {
  readonly binding: { readonly id: string };
  readonly url: string;
  readonly token: string;
}

describeJourney('a connector of a tenant in the hub', () => {
  let world: TenantHome;
  let server: string;
  const clients: HubClient[] = [];

  beforeAll(async () => {
    world = await openTenantHome();
    await signIn(world);
    const { admin } = world.tenant;
    server = admin.addConnector({
      name: 'Everything Here',
      url: node,
      transport_config: { args: [everythingServer] },
    }).id;
    admin.setPolicy({
      connector: server,
      tool: 'echo',
      rule: { kind: 'deny', reason: 'Rule 17.', when: { pointer: '/message', contains: 'SECRET' } },
    });
    admin.setPolicy({
      connector: server,
      tool: 'echo',
      rule: { kind: 'output', mask: [{ find: '4111', with: '[MASKED]' }] },
    });
    admin.setPolicy({ connector: server, tool: 'get-sum', rule: { kind: 'hide' } });
    await world.home.must(['connectors', 'accept', server, '-y', '--name', 'everything']);
  });
  afterAll(async () => {
    await Promise.allSettled(clients.map((client) => client.close()));
    await world?.close();
  });

  const bound = async (...args: string[]): Promise<HubClient> => {
    const { url, token } = await world.home.json<Bound>(['hub', 'bind', ...args, '-y']);
    const client = new HubClient(url, token);
    clients.push(client);
    return client;
  };
  const textOf = (message: RpcMessage | undefined): string => message?.result?.content?.[0]?.text ?? '';
  const governed = async (client: HubClient, prefix: string): Promise<void> => {
    world.tenant.requests.clear();
    const call = async (id: string, name: string, args: object): Promise<RpcMessage | undefined> =>
      (await client.modern(id, 'tools/call', { name: `${prefix}${name}`, arguments: args })).messages.at(-1);

    const list = (await client.modern('l', 'tools/list')).messages[0]?.result?.tools?.map(({ name }) => name) ?? [];
    expect(list).toContain(`${prefix}echo`);
    expect(list).not.toContain(`${prefix}get-sum`);
    expect(textOf(await call('a', 'echo', { message: 'card 4111' }))).toBe('Echo: card [MASKED]');

    const denied = await call('b', 'echo', { message: 'SECRET' });
    expect(denied?.result?.['isError']).toBe(true);
    expect(JSON.stringify(denied)).toContain('tenant_deny');
    expect(JSON.stringify(denied)).not.toMatch(/Echo|Rule 17/);
    expect((await call('c', 'get-sum', { a: 1, b: 2 }))?.error?.message).toBe(`Unknown tool: ${prefix}get-sum`);

    world.tenant.faults.add(`POST /api/v1/local/${server}/pre`, { kind: 'status', status: 503 });
    const down = await call('d', 'echo', { message: 'while it is down' });
    world.tenant.faults.clear();
    expect(JSON.stringify(down)).toContain('tenant_unavailable');
    expect(JSON.stringify(down)).not.toContain('Echo');

    expect(textOf(await call('e', 'echo', { message: 'back' }))).toBe('Echo: back');
    const asked = world.tenant.requests
      .to(`POST /api/v1/local/${server}/pre`)
      .map(({ body }) => JSON.parse(body) as { method: string; params: { name: string } | null })
      .filter(({ method }) => method === 'tools/call');
    // By the name that the tenant knows, and never past it.
    for (const { params } of asked) expect(['echo', 'get-sum']).toContain(params?.name);
    expect(asked.filter(({ params }) => params?.name === 'echo')).toHaveLength(4);
    const intent = world.home.records().findLast((record) => record.kind === 'intent');
    expect(intent).toMatchObject({ connector: 'everything', decision: { decidedBy: 'tenant', code: 'tenant_allow' } });
  };

  it('is governed behind a binding of its own', async () => {
    await world.home.must(['hub', 'config', 'create', 'everything-all', '--connector', 'everything', '-y']);
    await governed(await bound('everything-all'), '');
  });

  it('is governed behind one address for all', async () => {
    await governed(await bound('--all'), 'everything__');
  });

  it('is governed in a session of the older era', async () => {
    const client = await bound('everything-all');
    await client.initialize();
    const reply = await client.legacy({
      id: 'x',
      method: 'tools/call',
      params: { name: 'echo', arguments: { message: 'SECRET' } },
    });
    expect(JSON.stringify(reply.messages)).toContain('tenant_deny');
  });

  it('is served no more once nobody is signed in', async () => {
    const client = await bound('everything-all');
    await client.modern('warm', 'tools/call', { name: 'echo', arguments: { message: 'one' } });
    await world.home.must(['logout', '--host', world.tenant.url]);
    world.tenant.requests.clear();
    const after = await client.modern('after', 'tools/call', { name: 'echo', arguments: { message: 'two' } });
    expect(after.text).toContain('tenant_unauthorized');
    expect(after.text).not.toContain('Echo');
    expect(world.tenant.requests.all).toEqual([]);
    await signIn(world, ['-y']);
    const again = await client.modern('again', 'tools/call', { name: 'echo', arguments: { message: 'three' } });
    expect(textOf(again.messages.at(-1))).toBe('Echo: three');
  });
});
