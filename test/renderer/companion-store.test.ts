import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCompanionStore } from '../../renderer/state/companion-store.ts';
import { createBridgeTransport } from '../../renderer/transport/bridge-transport.ts';
import { createEventLines } from '../../renderer/transport/event-lines.ts';
import { TransportError, unreachable, type EventWatcher, type Transport } from '../../renderer/transport/transport.ts';
import { commandOf } from '../../renderer/ui/notice.tsx';

const failure = { code: 'E_X', message: 'It is so.', next: 'Run "runlayer open".' };
let life: AbortController;
let watchers: { watcher: EventWatcher; end: (thrown?: Error) => void }[];
let refuse: Record<string, Error>;
let calls: string[];
let transport: Transport;

beforeEach(() => {
  vi.useFakeTimers();
  life = new AbortController();
  watchers = [];
  refuse = {};
  calls = [];
  transport = {
    call: (name: string) => {
      calls.push(name);
      const thrown = refuse[name];
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an empty list stands for every answer
      return thrown === undefined ? Promise.resolve([] as never) : Promise.reject(thrown);
    },
    watch: (watcher) =>
      new Promise((resolve, reject) => {
        watchers.push({ watcher, end: (thrown) => (thrown === undefined ? resolve() : reject(thrown)) });
      }),
  };
});
afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

const tick = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('the store', () => {
  it('loads when the stream stands, and again after changes, once for many', async () => {
    const store = createCompanionStore(() => Promise.resolve(transport));
    void store.run(life.signal);
    await tick();
    watchers[0]?.watcher.onOpen();
    await tick();
    expect(store.getState().connection).toEqual({ kind: 'live' });
    expect(calls.splice(0).sort()).toEqual([
      'approvals.list',
      'clients.list',
      'connectors.list',
      'held.list',
      'status.get',
    ]);
    for (let n = 0; n < 5; n += 1) watchers[0]?.watcher.onEvent({ type: 'status_changed' });
    await tick(100);
    expect(calls.filter((name) => name === 'status.get')).toHaveLength(1);
  });

  it('is lost when the stream ends, and comes back', async () => {
    const store = createCompanionStore(() => Promise.resolve(transport));
    void store.run(life.signal);
    await tick();
    watchers[0]?.watcher.onOpen();
    watchers[0]?.end();
    await tick();
    expect(store.getState().connection).toEqual({ kind: 'lost' });
    expect(store.getState().status).toBeUndefined();
    await tick(500);
    watchers[1]?.end(unreachable());
    await tick(5000);
    watchers[2]?.watcher.onOpen();
    expect(store.getState().connection).toEqual({ kind: 'live' });
  });

  it('ends for good when signed out', async () => {
    const store = createCompanionStore(() => Promise.reject(new TransportError('signed_out', failure)));
    await store.run(life.signal);
    expect(store.getState().connection).toEqual({ kind: 'ended', failure });
  });

  it('shows what is known when one part is refused', async () => {
    refuse['clients.list'] = new TransportError('refused', failure);
    const store = createCompanionStore(() => Promise.resolve(transport));
    void store.run(life.signal);
    await tick();
    watchers[0]?.watcher.onOpen();
    await tick();
    expect(store.getState()).toMatchObject({ connectors: [], problem: failure, clients: undefined });
    store.dismissProblem();
    expect(store.getState().problem).toBeUndefined();
  });
});

describe('createEventLines', () => {
  it.each([1, 2, 3, 7, 1000])('reads pieces of %s characters', (size) => {
    const text = '\n{"type":"status_changed"}\n\n{"type":"approval_ended","id":"a\\nb"}\n{"type":"sta';
    const read = createEventLines();
    const events = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
      read(text.slice(n * size, (n + 1) * size)),
    );
    expect(events.flat()).toEqual([{ type: 'status_changed' }, { type: 'approval_ended', id: 'a\nb' }]);
  });
});

describe('the bridge transport', () => {
  it('gives the value, or throws the failure', async () => {
    const replies = [
      { ok: true as const, value: 7 },
      { ok: false as const, error: failure },
    ];
    const bridge = createBridgeTransport({
      call: () => Promise.resolve(replies.shift()!),
      onEvent: () => () => undefined,
    });
    expect(await bridge.call('status.get', {})).toBe(7);
    await expect(bridge.call('status.get', {})).rejects.toMatchObject({ kind: 'refused', failure });
  });
});

describe('commandOf', () => {
  it.each([
    ['Run "runlayer open" and use the link.', 'runlayer open'],
    ['Reload the page.', undefined],
    ['Run "rm -rf /".', undefined],
  ])('%s', (next, command) => {
    expect(commandOf(next)).toBe(command);
  });
});
