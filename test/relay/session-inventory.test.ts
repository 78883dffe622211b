import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../main/relay/tenant-gate.ts';
import { harness, tool, type Harness } from './harness.ts';

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/logLevel': 'debug',
  vendor: 1,
};

function withReady(limits: NonNullable<Parameters<typeof harness>[0]>['limits'] = {}): {
  h: Harness;
  ready: () => number;
} {
  let times = 0;
  const h = harness({ limits, session: { ready: () => times++ } });
  return { h, ready: () => times };
}

/** Answers the relay's questions, one after the other. */
async function serve(
  h: Harness,
  answers: readonly object[],
): Promise<{ method: string | undefined; params: unknown }[]> {
  const asked: { method: string | undefined; params: unknown }[] = [];
  for (const answer of answers) {
    const [question] = h.server.messages();
    asked.push({ method: question?.method, params: question?.params });
    h.fromServer({ id: question?.id, ...answer });
    await h.settle();
  }
  return asked;
}

describe('a session is ready', () => {
  it('in the legacy era once the client said that it is initialised', () => {
    const { h, ready } = withReady();
    h.fromClient({ id: 1, method: 'initialize', params: {} });
    h.fromServer({ id: 1, result: {} });
    expect(ready()).toBe(0);
    h.fromClient({ method: 'notifications/initialized' });
    expect(h.server.messages()).toHaveLength(2);
    expect(ready()).toBe(1);
    h.fromClient({ method: 'notifications/initialized' }, { id: 2, method: 'ping', params: { _meta: META } });
    h.fromServer({ id: 2, result: {} });
    expect(ready()).toBe(1);
  });

  it('in the modern era once the server answered', () => {
    const { h, ready } = withReady();
    h.fromClient({ id: 1, method: 'server/discover', params: { _meta: META } });
    expect(ready()).toBe(0);
    h.fromServer({ id: 1, result: {} });
    expect(ready()).toBe(1);
  });

  it('not by a modern question that a legacy server does not know', () => {
    const { h, ready } = withReady();
    h.fromClient({ id: 1, method: 'server/discover', params: { _meta: META } });
    h.fromServer({ id: 1, error: { code: -32601, message: 'x' } });
    h.fromClient({ id: 2, method: 'initialize', params: {} });
    h.fromServer({ id: 2, result: {} });
    expect(ready()).toBe(0);
    h.fromClient({ method: 'notifications/initialized' });
    expect(ready()).toBe(1);
  });
});

describe('an inventory', () => {
  it('holds all pages, and nothing of it reaches the client', async () => {
    const { h } = withReady();
    h.fromClient({ id: 1, method: 'server/discover', params: { _meta: META } });
    h.fromServer({ id: 1, result: {} });
    h.client.take();
    h.server.take();
    const taken = h.session.takeInventory();
    const asked = await serve(h, [
      { result: { tools: [tool('a')], nextCursor: 'x' } },
      { result: { tools: [tool('b')] } },
      { result: { resources: [{ uri: 'x://y' }] } },
      { error: { code: -32601, message: 'no such method' } },
    ]);
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    expect(asked).toEqual([
      { method: 'tools/list', params: { _meta } },
      { method: 'tools/list', params: { cursor: 'x', _meta } },
      { method: 'resources/list', params: { _meta } },
      { method: 'prompts/list', params: { _meta } },
    ]);
    expect(await taken).toEqual<Inventory>({
      tools: [tool('a'), tool('b')].map((item) => ({ ...item })),
      resources: [{ uri: 'x://y' }],
      prompts: [],
    });
    expect(h.client.take()).toBe('');
  });

  it('carries no meta in the legacy era', async () => {
    const { h } = withReady();
    h.fromClient({ id: 1, method: 'initialize', params: {} }, { method: 'notifications/initialized' });
    h.server.take();
    const taken = h.session.takeInventory();
    const asked = await serve(h, [
      { result: { tools: [] } },
      { result: { resources: [] } },
      { result: { prompts: [] } },
    ]);
    expect(asked.map(({ params }) => params)).toEqual([{}, {}, {}]);
    expect(await taken).toEqual({ tools: [], resources: [], prompts: [] });
  });

  it.each<[string, object]>([
    ['an error', { error: { code: -32000, message: 'x' } }],
    ['no list', { result: { tools: {} } }],
    ['something that is no tool', { result: { tools: [1] } }],
    ['too many', { result: { tools: [1, 2, 3].map((n) => tool(`t${n}`)) } }],
    ['too much', { result: { tools: [tool('a', { description: 'x'.repeat(2000) })] } }],
  ])('cannot be had: %s', async (_title, answer) => {
    const { h } = withReady({ maxTools: 2, maxToolListBytes: 2000 });
    const taken = expect(h.session.takeInventory()).rejects.toThrow(/server|answer/);
    await serve(h, [answer]);
    await taken;
  });

  it('has an end, even if the server’s pages have none', async () => {
    const { h } = withReady();
    const taken = expect(h.session.takeInventory()).rejects.toThrow('no end');
    const page = { result: { tools: [], nextCursor: 'x' } };
    await serve(h, [page, page]);
    await taken;
  });

  it.each(['silence', 'the end'])('cannot be had: %s', async (why) => {
    const { h } = withReady();
    const taken = expect(h.session.takeInventory()).rejects.toThrow('the server');
    h.now = 30_000;
    if (why === 'silence') h.session.tick();
    else h.session.serverEnded();
    await taken;
  });
});
