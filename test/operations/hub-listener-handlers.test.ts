import { describe, expect, it } from 'vitest';
import type { HubEndpoint } from '../../preload/contract/index.ts';
import { describeWeakening } from '../../main/operations/describe.ts';
import { CLI } from './fakes.ts';
import { EMPTY_ENDPOINT, hubBench } from './hub-bench.ts';

const socket = { kind: 'socket', path: '/run/sandbox/hub.sock', hosts: ['localhost'] } as const;
const address = (ip: string, port = 8808): object => ({ kind: 'address', address: ip, port, hosts: ['hub.local'] });
const yes = { confirmed: true };

describe('listeners of the hub', () => {
  it('are added with a yes, tried at once, and taken away without one', async () => {
    const bench = hubBench();
    await expect(bench.dispatch('hub.listen.add', socket)).rejects.toMatchObject({ code: 'E_CONFIRMATION' });
    expect(await bench.dispatch('hub.listen.add', socket, yes)).toEqual({ ...socket, id: 'l00000001' });
    await bench.dispatch('hub.listen.add', address('172.17.0.1'), yes);
    expect(bench.settings.read().hub.listeners.map(({ id }) => id)).toEqual(['l00000001', 'l00000002']);
    expect(await bench.dispatch('hub.listen.remove', { id: 'l00000001' }, { caller: 'ui' })).toEqual({});
    expect(bench.settings.read().hub.listeners.map(({ id }) => id)).toEqual(['l00000002']);
    expect(bench.told).toEqual(['listeners', 'listeners', 'listeners']);
    expect(bench.recorded).toEqual([
      'hub_listener_changed {"listener":"l00000001","change":"added","by":"a test"}',
      'hub_listener_changed {"listener":"l00000002","change":"added","by":"a test"}',
      'hub_listener_changed {"listener":"l00000001","change":"removed","by":"a test"}',
    ]);
    await expect(bench.dispatch('hub.listen.remove', { id: 'l00000001' })).rejects.toMatchObject({
      code: 'E_HUB_LISTENER_UNKNOWN',
    });
  });

  it.each([
    ['10.0.2.2', true],
    ['172.17.0.1', true],
    ['172.31.255.254', true],
    ['192.168.122.1', true],
    ['100.64.0.1', true],
    ['127.0.0.2', true],
    ['fd00::1', true],
    ['fe80::1', true],
    ['::1', true],
    ['::ffff:172.17.0.1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['0:0:0:0:0:0:0:0', false],
    ['::ffff:0.0.0.0', false],
    ['::ffff:8.8.8.8', false],
    ['172.32.0.1', false],
    ['8.8.8.8', false],
    ['2001:db8::1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
  ])('at %s: %s', async (ip, fits) => {
    const bench = hubBench();
    const call = bench.dispatch('hub.listen.add', address(ip), yes);
    if (fits) await expect(call).resolves.toMatchObject({ address: ip });
    else await expect(call).rejects.toMatchObject({ code: 'E_HUB_ADDRESS', exitCode: 2 });
    expect(bench.settings.writes).toHaveLength(fits ? 1 : 0);
  });

  it.each<[string, object]>([
    ['a relative path', { ...socket, path: 'hub.sock' }],
    ['a path with a line end', { ...socket, path: '/run/a\nb' }],
    ['a path that no socket address holds', { ...socket, path: `/${'x'.repeat(100)}` }],
    ['no host', { ...socket, hosts: [] }],
    ['any host', { ...socket, hosts: ['*'] }],
    ['a host with a path', { ...socket, hosts: ['localhost/x'] }],
    ['two hosts in one', { ...socket, hosts: ['a, b'] }],
    ['a name for an address', address('localhost')],
    ['a part of an address', address('172.17')],
    ['a privileged port', address('172.17.0.1', 80)],
    ['no port', address('172.17.0.1', 65_536)],
    ['an id of its own', { ...socket, id: 'l00000001' }],
    ['both kinds', { ...socket, address: '172.17.0.1' }],
  ])('are not: %s', async (_title, input) => {
    const bench = hubBench();
    await expect(bench.dispatch('hub.listen.add', input, yes)).rejects.toMatchObject({ code: 'E_INPUT' });
    expect(bench.settings.writes).toEqual([]);
  });

  it.each<[string, object, object]>([
    ['a path', socket, { ...socket, hosts: ['other'] }],
    ['an address', address('172.17.0.1'), address('172.17.0.1')],
    ['an address in another spelling', address('fd00::1'), address('FD00:0:0::1')],
  ])('listen once at %s', async (_title, first, again) => {
    const bench = hubBench();
    await bench.dispatch('hub.listen.add', first, yes);
    await expect(bench.dispatch('hub.listen.add', again, yes)).rejects.toMatchObject({
      code: 'E_HUB_LISTENER_EXISTS',
      next: expect.stringContaining('unlisten l00000001') as string,
    });
  });

  it('stop at sixteen', async () => {
    const bench = hubBench();
    for (let at = 0; at < 16; at++) await bench.dispatch('hub.listen.add', address('172.17.0.1', 9000 + at), yes);
    await expect(bench.dispatch('hub.listen.add', socket, yes)).rejects.toMatchObject({ code: 'E_HUB_FULL' });
  });

  it('on a network of other machines need its name', async () => {
    const bench = hubBench({ reach: (ip) => (ip === '192.168.1.5' ? 'network' : 'machine') });
    await expect(bench.dispatch('hub.listen.add', address('192.168.1.5'), yes)).rejects.toMatchObject({
      code: 'E_HUB_LAN',
      message:
        '192.168.1.5 is on a network of other machines. Every machine on that network can reach it, and tokens travel in the clear.',
      next: expect.stringContaining('--lan') as string,
    });
    expect(bench.settings.writes).toEqual([]);
    const agreed = { ...address('192.168.1.5'), lan: true };
    expect(await bench.dispatch('hub.listen.add', agreed, yes)).toMatchObject(agreed);
    await expect(bench.dispatch('hub.listen.add', { ...address('8.8.8.8'), lan: true }, yes)).rejects.toMatchObject({
      code: 'E_HUB_ADDRESS',
    });
    expect(describeWeakening('hub.listen.add', agreed as never, () => '').detail).toContain(
      'Every machine on that network can reach it, and tokens travel in the clear.',
    );
  });

  it('try the taken port again when somebody looks', async () => {
    const failed: HubEndpoint = { ...EMPTY_ENDPOINT, state: 'failed', problem: 'It is taken.' };
    const bench = hubBench({ states: [failed, EMPTY_ENDPOINT] });
    expect(await bench.dispatch('hub.endpoint', {}, { caller: 'ui' })).toEqual(EMPTY_ENDPOINT);
    expect(bench.told).toEqual(['started']);
    await bench.dispatch('hub.endpoint', {});
    expect(bench.told).toEqual(['started']);
    const still = hubBench({
      states: [failed],
      starting: () => {
        throw new Error('taken');
      },
    });
    expect(await still.dispatch('hub.endpoint', {})).toEqual(failed);
  });

  it('are shown as they are', async () => {
    expect(await hubBench().handlers['hub.endpoint']({}, CLI)).toEqual(EMPTY_ENDPOINT);
  });
});

describe('origins of the hub', () => {
  const origin = 'http://localhost:6274';

  it('are allowed with a yes, once each, and refused without one', async () => {
    const bench = hubBench();
    await expect(bench.dispatch('hub.origins.allow', { origin })).rejects.toMatchObject({ code: 'E_CONFIRMATION' });
    await bench.dispatch('hub.origins.allow', { origin }, yes);
    await bench.dispatch('hub.origins.allow', { origin }, yes);
    expect(bench.settings.read().hub.origins).toEqual([origin]);
    await bench.dispatch('hub.origins.refuse', { origin }, { caller: 'ui' });
    expect(bench.settings.read().hub.origins).toEqual([]);
    await expect(bench.dispatch('hub.origins.refuse', { origin })).rejects.toMatchObject({
      code: 'E_HUB_ORIGIN_UNKNOWN',
    });
    expect(bench.recorded).toHaveLength(2);
  });

  it.each(['null', '*', 'http://localhost:6274/', 'HTTP://localhost', 'file:///x', 'http://a@b', ''])(
    '%j is none',
    async (text) => {
      await expect(hubBench().dispatch('hub.origins.allow', { origin: text }, yes)).rejects.toMatchObject({
        code: 'E_INPUT',
      });
    },
  );

  it('are bounded', async () => {
    const bench = hubBench();
    for (let port = 1; port <= 64; port++)
      await bench.dispatch('hub.origins.allow', { origin: `http://localhost:${port + 1000}` }, yes);
    await expect(bench.dispatch('hub.origins.allow', { origin }, yes)).rejects.toMatchObject({ code: 'E_HUB_FULL' });
  });
});
