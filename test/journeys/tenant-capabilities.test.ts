/** What a tenant is told of what a server offers, and a connector that becomes another one while it runs. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeJourney, everythingServer, node } from './companion-home.ts';
import type { RawClient } from './raw-client.ts';
import { openTenantHome, signIn, startEntry, type TenantHome } from './tenant-home.ts';

interface Offered {
  readonly tools: readonly { readonly name: string }[];
  readonly resources: readonly { readonly uri: string }[];
  readonly prompts: readonly { readonly name: string }[];
}

describeJourney('what a server offers', () => {
  let world: TenantHome;
  let id: string;
  let route: string;

  beforeAll(async () => {
    world = await openTenantHome();
    await signIn(world);
  });
  afterAll(async () => {
    await world?.close();
  });
  beforeEach(async () => {
    ({ id } = world.tenant.admin.addConnector({
      name: 'Inventory',
      alias: `inventory-${world.tenant.admin.connectors().length}`,
      url: node,
      transport_config: { args: [everythingServer] },
      sync_required: true,
    }));
    route = `POST /api/v1/local/${id}/capabilities`;
    await world.home.must(['connectors', 'accept', id, '-y', '--name', `inventory-${id.slice(0, 8)}`]);
  });
  const start = async (): Promise<RawClient> => {
    const client = startEntry(world.home, id, world.tenant.url);
    await client.initialize();
    return client;
  };
  const count = (event: 'capabilities_synced' | 'session_started'): number =>
    world.home
      .records()
      .filter(
        (record) =>
          record.kind === 'event' && record.event === event && record.connector === `inventory-${id.slice(0, 8)}`,
      ).length;
  const synced = (): number => count('capabilities_synced');
  const started = (): number => count('session_started');

  it('is told once to a tenant that wants to know', async () => {
    const first = await start();
    const names = (await first.request('l', 'tools/list')).result?.tools?.map(({ name }) => name);
    await world.tenant.requests.arrival(route);
    await first.call(1, 'echo', { message: 'hi' });
    await first.close();
    const told = world.tenant.admin.capabilities(id) as Offered;
    expect(told.tools.map(({ name }) => name).toSorted()).toEqual(names?.toSorted());
    expect(told.resources.length).toBeGreaterThan(0);
    expect(told.prompts.length).toBeGreaterThan(0);
    expect(synced()).toBe(1);

    const second = await start();
    await second.request('l', 'tools/list');
    await second.call(1, 'echo', { message: 'hi' });
    await second.close();
    // The tenant had all it wanted, and says so in what it answers at the start.
    expect(world.tenant.requests.to(route)).toHaveLength(1);
  });

  it('is told again, once, where only the version moved', async () => {
    world.tenant.faults.add(route, { kind: 'status', status: 409, detail: 'Version moved' }, { times: 1 });
    const client = await start();
    await client.request('l', 'tools/list');
    await world.tenant.requests.arrival(route, 2);
    await client.call(1, 'echo', { message: 'hi' });
    await client.close();
    expect(world.tenant.requests.to(route)).toHaveLength(2);
    expect((world.tenant.admin.capabilities(id) as Offered).tools.length).toBeGreaterThan(0);
  });

  it('is not told a third time, and the session goes on', async () => {
    world.tenant.faults.add(route, { kind: 'status', status: 409, detail: 'Version moved' });
    const client = await start();
    await client.request('l', 'tools/list');
    await world.tenant.requests.arrival(route, 2);
    expect((await client.call(1, 'echo', { message: 'hi' })).result?.content?.[0]?.text).toBe('Echo: hi');
    await client.close();
    world.tenant.faults.clear();
    expect(world.tenant.requests.to(route)).toHaveLength(2);
    expect(world.tenant.admin.capabilities(id)).toBeUndefined();
  });

  it('ends with its session where the connector is another one by then, and says why', async () => {
    const held = world.tenant.faults.hold(route);
    const client = await start();
    client.send({ jsonrpc: '2.0', id: 'l', method: 'tools/list', params: {} });
    await held.arrived;
    world.tenant.admin.setConnector(id, { transport_config: { args: [everythingServer, 'stdio'] } });
    held.release();
    await client.answer('l');
    // Whatever the client asks from now on is answered with why.
    const { error: ended } = await client.until('the session is over', () => {
      client.send({ jsonrpc: '2.0', id: `ask ${client.lines.length}`, method: 'ping' });
      return client.messages().find(({ error }) => error?.message.includes('was changed at') === true);
    });
    expect(ended?.message).toContain('was changed at');
    await client.until('the reason for a person', () => client.err.includes('was changed at') || undefined);
    expect(world.tenant.admin.capabilities(id)).toBeUndefined();
    await client.close();
    // What it is now was not agreed to, however soon it is started again.
    const next = startEntry(world.home, id, world.tenant.url);
    const answer = next.initialize();
    const waiting = async (): Promise<readonly string[]> =>
      (
        await world.home.json<{ companion: { waitingConsents: { server: string }[] } }>(['status'])
      ).companion.waitingConsents.map(({ server }) => server);
    let shown = await waiting();
    for (let tries = 0; shown.length === 0 && tries < 50; tries++) shown = await waiting();
    expect(shown).toEqual([id]);
    expect(started()).toBe(1);
    await world.home.must(['connectors', 'accept', id, '-y', '--name', `inventory-${id.slice(0, 8)}`]);
    expect((await answer).result).toBeDefined();
    await next.close();
    expect(started()).toBe(2);
  });
});
