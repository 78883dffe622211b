/** What a tenant says of a connector when a client wants to start it: what makes no sense starts nothing, and says why and what to do. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Fault } from '../backend/faults.ts';
import { openBystander, type Bystander } from './bystander.ts';
import { describeJourney, fixtureServer, node } from './companion-home.ts';
import { openTenantHome, signIn, startEntry, type TenantHome } from './tenant-home.ts';

const DEFINITION = 'GET /api/v1/local/*';
const body = (more: object): Fault => ({
  kind: 'body',
  body: { id: '{id}', name: 'x', url: node, transport_type: 'stdio', version: 1, sync_required: false, ...more },
});

describeJourney('a definition', () => {
  let world: TenantHome;
  let bystander: Bystander;
  beforeAll(async () => {
    bystander = await openBystander();
    world = await openTenantHome({ device: { intervalS: 1 } });
    await signIn(world);
  });
  afterEach(() => world.tenant.faults.clear());
  afterAll(async () => {
    await world?.close();
    await bystander?.close();
  });

  it.each<[string, Fault, RegExp]>([
    ['a redirect', { kind: 'redirect', to: '{bystander}' }, /redirect/],
    ['a page', { kind: 'html' }, /web page/],
    ['garbage', { kind: 'garbage' }, /not used/],
    ['50 MB', { kind: 'huge', megabytes: 50 }, /more than 1 MiB/],
    ['cut', { kind: 'cut_in_answer' }, /before it was whole/],
    ['another connector', body({ id: '00000000-0000-4000-8000-000000000000' }), /another connector/],
    ['of an unknown kind', body({ transport_type: 'carrier-pigeon' }), /transport_type/],
    ['with arguments that are no list', body({ transport_config: { args: 'rm -rf' } }), /transport_config/],
    ['with a version that is a text', body({ version: 'one' }), /version/],
    ['at an address that is none', body({ transport_type: 'sse', url: 'file:///etc/passwd' }), /address does not fit/],
    ['gone', { kind: 'status', status: 404 }, /runlayer tenant servers/],
    ['for a key that is not taken', { kind: 'status', status: 401 }, /runlayer login/],
    ['away', { kind: 'status', status: 503 }, /Try again later/],
  ])('that is %s starts nothing', async (_what, fault, says) => {
    const { home, tenant } = world;
    const { id } = tenant.admin.addConnector({
      name: 'Files',
      url: node,
      transport_config: { args: [fixtureServer('journal.mjs'), `${home.path}/never`] },
    });
    const text = JSON.stringify(fault).replaceAll('{bystander}', bystander.url).replaceAll('{id}', id);
    tenant.faults.add(DEFINITION, JSON.parse(text) as Fault);
    const client = startEntry(home, id, tenant.url);
    const { error, result } = await client.initialize();
    expect(result).toBeUndefined();
    expect(error?.message).toMatch(says);
    await client.close();
    const accepted = await home.runlayer(['connectors', 'accept', id, '--host', tenant.url, '-y']);
    expect(accepted.code).not.toBe(0);
    expect(await home.json(['connectors', 'list'])).toEqual([]);
    expect(bystander.seen).toEqual([]);
    expect(home.filesHolding('never')).toEqual([]);
  });

  it('with words for the screen is shown as it is to whoever is asked, and stored only after a yes', async () => {
    const { home, tenant } = world;
    const { id } = tenant.admin.addConnector({
      name: 'Files\u001b[31m',
      url: node,
      transport_config: { args: ['\u001b[2J', '\u202egnp', 'plain-argument'] },
    });
    const answers = [{ after: /\[y\/N\]/, text: 'n\n' }];
    const { code, out } = await home.runlayer(['connectors', 'accept', id, '--host', tenant.url], { typed: answers });
    expect(code).not.toBe(0);
    expect(out).toContain('plain-argument');
    for (const hostile of ['\u001b[31m', '\u001b[2J', '\u202e']) expect(out).not.toContain(hostile);
    expect(await home.json(['connectors', 'list'])).toEqual([]);
  });

  it('of an alias is asked of nobody else either', async () => {
    const { home, tenant } = world;
    tenant.faults.add('GET /api/v1/local/resolve', { kind: 'redirect', to: bystander.url });
    const client = startEntry(home, 'files', tenant.url);
    expect((await client.initialize()).error?.message).toMatch(/redirect/);
    await client.close();
    for (const id of ['../../etc', 'not-an-id', 7, null]) {
      tenant.faults.clear();
      tenant.faults.add('GET /api/v1/local/resolve', { kind: 'body', body: { server_id: id } });
      const odd = startEntry(home, 'files', tenant.url);
      expect((await odd.initialize()).error?.message).toMatch(/not used/);
      await odd.close();
    }
    expect(bystander.seen).toEqual([]);
  });
});
