/** Connectors of a tenant that are reached over HTTP: who the server is told is calling, and where the tenant's key goes. */
import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ORGANISATION } from '../backend/organisation.ts';
import { SEEDED } from '../backend/seed/ids.ts';
import { describeJourney, everythingServer, node, openHome } from './companion-home.ts';
import { RawClient } from './raw-client.ts';
import { startRecordedUpstream, type RecordedUpstream } from './recorded-upstream.ts';
import { openTenantHome, signIn, startEntry, type TenantHome } from './tenant-home.ts';

const TOKEN = 'x-runlayer-identity-token';
const KEY = 'x-runlayer-api-key';

const identityOf = (headers: IncomingHttpHeaders | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => name.startsWith('x-runlayer-')));

describeJourney('a connector of a tenant over HTTP', () => {
  let world: TenantHome;
  const upstreams: RecordedUpstream[] = [];

  beforeAll(async () => {
    world = await openTenantHome({ seed: true });
    await signIn(world);
  });
  afterAll(async () => {
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    await world?.close();
  });

  /** An accepted connector, and what its server saw. */
  const offered = async (
    name: string,
    transport: 'streamableHttp' | 'sse' = 'streamableHttp',
  ): Promise<{ id: string; seen: IncomingHttpHeaders[] }> => {
    const upstream = await startRecordedUpstream(world.home, transport);
    upstreams.push(upstream);
    const { id } = world.tenant.admin.addConnector({
      name,
      url: upstream.url,
      transport_type: transport === 'sse' ? 'sse' : 'streaming-http',
      forwards_identity: true,
    });
    await world.home.must(['connectors', 'accept', id, '-y']);
    return { id, seen: upstream.seen };
  };
  const verify = (token: string, server: string) =>
    world.home.runlayer(
      [
        'identity',
        'verify',
        '-',
        '--server',
        server,
        '--jwks',
        `${world.tenant.url}/.well-known/runlayer-identity-forward.jwks.json`,
        '--issuer',
        world.tenant.url,
      ],
      { input: `${token}\n` },
    );
  const tokenOf = (headers: IncomingHttpHeaders | undefined): string => String(headers?.[TOKEN]);

  it.each(['streamableHttp', 'sse'] as const)(
    'is told who calls, over %s, with a token that verifies',
    async (transport) => {
      const { id, seen } = await offered(`Told ${transport}`, transport);
      const client = startEntry(world.home, id, world.tenant.url);
      await client.initialize();
      expect((await client.call(1, 'echo', { message: 'hi' })).result?.content?.[0]?.text).toBe('Echo: hi');
      await client.close();
      expect(seen.length).toBeGreaterThan(2);
      for (const headers of seen) {
        expect(identityOf(headers)).toEqual({
          'x-runlayer-subject-type': 'user',
          'x-runlayer-org-id': ORGANISATION.id,
          'x-runlayer-user-email': expect.stringContaining('@'),
          'x-runlayer-user-id': expect.any(String),
          [TOKEN]: expect.stringMatching(/^ey/),
        });
      }
      const token = tokenOf(seen.at(-1));
      const genuine = await verify(token, id);
      expect(genuine.err).toBe('');
      expect(genuine.code).toBe(0);
      expect((await verify(token, SEEDED.connectors.warehouse)).code).not.toBe(0);
      const middle = Math.floor(token.length / 2);
      const forged = token.slice(0, middle) + (token[middle] === 'A' ? 'B' : 'A') + token.slice(middle + 1);
      expect((await verify(forged, id)).code).not.toBe(0);
      expect(world.home.filesHolding(token)).toEqual([]);
    },
  );

  it('is told with a new token before the old one ends', async () => {
    const { id, seen } = await offered('Renewed');
    const { identity } = world.tenant.settings;
    const { ttlS } = identity;
    // Ends so soon that it is read again after five seconds.
    identity.ttlS = 20;
    const client = startEntry(world.home, id, world.tenant.url);
    await client.initialize();
    await client.call(1, 'echo', { message: 'one' });
    const first = tokenOf(seen.at(-1));
    identity.ttlS = ttlS;
    const route = `GET /api/v1/local/${id}`;
    await world.tenant.requests.arrival(route, world.tenant.requests.to(route).length + 1);
    // It was asked for; that its answer was taken is seen by the calls alone.
    let second = first;
    for (let tries = 0; second === first && tries < 100; tries++) {
      await client.call(`again ${tries}`, 'echo', { message: 'two' });
      second = tokenOf(seen.at(-1));
    }
    await client.close();
    expect(second).not.toBe(first);
    expect((await verify(second, id)).code).toBe(0);
  });

  it('is not asked where the identity ended and the tenant cannot make another', async () => {
    const { id, seen } = await offered('Stale');
    const { identity } = world.tenant.settings;
    const { ttlS } = identity;
    identity.ttlS = 1;
    const client = startEntry(world.home, id, world.tenant.url);
    const remove = world.tenant.faults.add(`GET /api/v1/local/${id}`, { kind: 'status', status: 503 }, { after: 1 });
    await client.initialize();
    const route = `GET /api/v1/local/${id}`;
    await world.tenant.requests.arrival(route, world.tenant.requests.to(route).length + 1);
    seen.length = 0;
    const answer = await client.call(1, 'echo', { message: 'nobody calls' });
    remove();
    identity.ttlS = ttlS;
    await client.close();
    const intent = world.home.records().findLast((record) => record.kind === 'intent');
    expect(intent).toMatchObject({ decision: { effect: 'deny', reason: expect.stringContaining('identity') } });
    expect(JSON.stringify(answer)).not.toContain('Echo');
    expect(seen.filter(({ 'content-type': type }) => type !== undefined)).toEqual([]);
  });

  it('is told the organisation and nobody where the key stands for nobody', async () => {
    const { id, seen } = await offered('Anonymous');
    const key = world.tenant.admin.createOrgKey();
    const client = new RawClient(world.home.start(['run', id, '--host', world.tenant.url, '--secret', key]));
    await client.initialize();
    expect((await client.call(1, 'echo', { message: 'hi' })).result?.content?.[0]?.text).toBe('Echo: hi');
    await client.close();
    expect(identityOf(seen.at(-1))).toEqual({
      'x-runlayer-subject-type': 'agent',
      'x-runlayer-org-id': ORGANISATION.id,
    });
    expect(world.home.filesHolding(key)).toEqual([]);
  });

  it('is what the tenant hosts: the key goes there and nowhere else', async () => {
    const { id, seen } = await offered('Elsewhere');
    const elsewhere = startEntry(world.home, id, world.tenant.url);
    await elsewhere.initialize();
    await elsewhere.call(1, 'echo', { message: 'hi' });
    await elsewhere.close();
    expect(seen.some((headers) => KEY in headers || 'authorization' in headers)).toBe(false);

    await world.home.must(['connectors', 'accept', 'slack', '-y']);
    world.tenant.requests.clear();
    const client = startEntry(world.home, 'slack', world.tenant.url);
    await client.initialize();
    const answer = await client.call('c', 'list_channels');
    expect(answer.result?.content?.[0]?.text).toContain('#firmware');
    const denied = await client.call('d', 'post_message', { channel: '#general', text: 'hello' });
    expect(denied.result?.isError).toBe(true);
    await client.close();
    const hosted = world.tenant.requests.to(`POST /api/v1/proxy/${SEEDED.connectors.slack}/mcp`);
    expect(hosted.length).toBeGreaterThan(2);
    for (const { headers } of hosted) expect(headers[KEY]).toMatch(/^rl_/);
    expect(hosted.some(({ body }) => body.includes('hello'))).toBe(false);
  });

  it('that is a program is told nothing', async () => {
    const { id } = world.tenant.admin.addConnector({
      name: 'Program',
      url: node,
      transport_config: { args: [everythingServer] },
      forwards_identity: true,
    });
    await world.home.must(['connectors', 'accept', id, '-y']);
    const client = startEntry(world.home, id, world.tenant.url);
    await client.initialize();
    const environment = (await client.call(1, 'get-env')).result?.content?.[0]?.text ?? '';
    await client.close();
    expect(environment).toContain('PATH');
    expect(environment.toLowerCase()).not.toMatch(/x.runlayer|rl_|ey[a-z0-9_-]+\.ey/);
  });
});

describeJourney('a connector of a person over HTTP', () => {
  it.each(['X-Runlayer-User-Email: ceo@acme.example', 'x-RUNLAYER-identity-token: eyJ', 'X-Runlayer-Api-Key: rl_x'])(
    'cannot speak in the name of a tenant (%s)',
    async (header) => {
      const home = await openHome();
      try {
        const added = await home.runlayer([
          'connectors',
          'add',
          'mine',
          '--url',
          'http://127.0.0.1:9/mcp',
          '--header',
          header,
          '-y',
        ]);
        expect(added.code).not.toBe(0);
        expect(added.err).toContain('cannot be set');
        expect(await home.json(['connectors', 'list'])).toEqual([]);
      } finally {
        await home.close();
      }
    },
  );
});
