import { describe, expect, it } from 'vitest';
import { call, harness, listTools, policyOf, rule, tool, type Harness } from './harness.ts';

/** A server that takes one id for another must not get past a gate by it. */
const hidesDanger = policyOf('allow', [rule('deny', 'danger')]);
const list = { tools: [tool('safe'), tool('danger')] };

describe('ids that a server may mix up', () => {
  it('a list of tools is filtered whatever was asked', () => {
    const h = harness({ policy: hidesDanger });
    h.fromClient({ id: 0, method: 'ping' });
    h.fromServer({ id: 0, result: list });
    expect(h.client.take()).not.toContain('danger');
  });

  it('refuses minus zero, which most servers answer as zero', () => {
    const h = harness();
    h.fromClient('{"jsonrpc":"2.0","id":-0,"method":"tools/list"}');
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ id: null, error: { code: -32_600 } }]);
  });

  it('refuses an id that becomes the same number as one under way, and takes it when that one is answered', () => {
    const h = harness();
    h.fromClient('{"jsonrpc":"2.0","id":9007199254740992,"method":"ping"}');
    h.server.take();
    h.fromClient('{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/list"}');
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toContain('"id":9007199254740993,"error"');
    h.fromServer('{"jsonrpc":"2.0","id":9007199254740992,"result":{}}');
    h.fromClient('{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}');
    expect(h.server.take()).toContain('9007199254740993');
  });

  it.each([
    ['cancelled', (h: Harness) => h.fromClient({ method: 'notifications/cancelled', params: { requestId: 7 } })],
    [
      'timed out',
      (h: Harness) => {
        h.now += 31_000;
        h.session.tick();
      },
    ],
  ])('an id that was %s stays taken until its late answer came, which reaches nobody', (_, end) => {
    const h = harness({ policy: hidesDanger });
    h.fromClient({ id: 7, method: 'tools/list' });
    end(h);
    h.client.take();
    h.server.take();
    h.fromClient({ id: 7, method: 'ping' });
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ id: 7, error: { code: -32_600 } }]);
    h.fromServer({ id: 7, result: list });
    expect(h.client.take()).toBe('');
    h.fromClient({ id: 7, method: 'ping' });
    expect(h.server.take()).toContain('ping');
  });
});

describe('a peer that does not read', () => {
  it('is not read itself once much waits for it, because what it sends may be what we answer', () => {
    const h = harness();
    h.client.ready = false;
    h.client.waiting = 1024 * 1024;
    h.fromClient('not json');
    expect([h.client.paused, h.server.paused]).toEqual([false, true]);
    h.client.waiting = 5 * 1024 * 1024;
    h.fromClient('not json');
    expect([h.client.paused, h.server.paused]).toEqual([true, true]);
    h.client.ready = true;
    h.client.waiting = 0;
    h.session.clientDrained();
    expect([h.client.paused, h.server.paused]).toEqual([false, false]);
  });

  it('holds for a server that sends nonsense requests too', () => {
    const h = harness();
    h.server.ready = false;
    h.server.waiting = 5 * 1024 * 1024;
    h.fromServer('{"jsonrpc":"2.0","id":1,"method":5}');
    expect(h.server.paused).toBe(true);
    h.session.serverDrained();
    expect(h.server.paused).toBe(false);
  });
});

describe('an approval', () => {
  it('shows the arguments as they stand in the message', () => {
    const h = harness({ policy: policyOf('ask') });
    listTools(h, [tool('write')]);
    h.fromClient(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","arguments":{"n":9007199254740993,"x":1e400}}}',
    );
    expect(h.questions[0]?.request.argumentsText()).toBe('{"n":9007199254740993,"x":1e400}');
  });

  it('is not asked for what nobody can read whole', () => {
    const h = harness({ policy: policyOf('ask') });
    listTools(h, [tool('write')]);
    h.fromClient(call(1, 'write', { text: 'x'.repeat(300_000) }));
    expect(h.questions).toEqual([]);
    expect(h.server.take()).toBe('');
    expect(JSON.stringify(h.client.messages())).toContain('approval_unavailable');
  });
});

describe('a call without a name', () => {
  it('leaves a record all the same', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'tools/call', params: {} });
    expect(h.records.map((record) => record.kind)).toEqual(['intent', 'outcome']);
    expect(h.server.take()).toBe('');
  });
});
