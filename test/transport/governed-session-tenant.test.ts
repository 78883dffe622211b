import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setImmediate as turn } from 'node:timers/promises';
import type { NewAuditRecord } from '../../preload/contract/index.ts';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { ConnectorLog } from '../../main/transport/connector-log.ts';
import { OPEN_GATES } from '../fixtures/open-gates.ts';
import { startGovernedSession, type GovernedSession } from '../../main/transport/governed-session.ts';
import { FakePeer, policyOf, tool } from '../relay/harness.ts';
import { allow, FakeGate, json } from '../relay/tenant-harness.ts';
import { FakeUpstream, lineOf } from './fake-upstream.ts';

interface Bench {
  readonly session: GovernedSession;
  readonly client: FakePeer;
  readonly upstream: FakeUpstream;
  readonly gate: FakeGate;
  readonly log: ConnectorLog;
  readonly records: NewAuditRecord[];
}

function bench(gate = new FakeGate()): Bench {
  const client = new FakePeer();
  const upstream = new FakeUpstream(new FakePeer());
  const log = new ConnectorLog();
  const records: NewAuditRecord[] = [];
  let ids = 0;
  const session = startGovernedSession(
    {
      connector: 'files',
      open: upstream.open,
      policy: () => policyOf('allow'),
      tenant: gate,
      log,
      redactor: { push: (text) => text, end: () => '' },
      redact: (text) => text,
      release: () => undefined,
    },
    { peer: client, claimed: () => ({ pid: 7 }), introduced: () => undefined, stderr: () => undefined },
    {
      limits: DEFAULT_LIMITS,
      ...OPEN_GATES,
      record: (written) => void records.push(...written),
      shape: () => ({}),
      showArguments: (source) => source,
      redact: (text) => text,
      newId: () => `id-${++ids}`,
      parseLarge: undefined,
    },
  );
  return { session, client, upstream, gate, log, records };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

const ask = ({ session }: Bench, ...messages: object[]): void =>
  session.relay.fromClient(Buffer.concat(messages.map((message) => lineOf(message))));
const outcomes = ({ records }: Bench): string[] =>
  records.flatMap((record) => (record.kind === 'outcome' ? [record.outcome] : []));

/** A call is with the server. */
async function called(): Promise<Bench> {
  const b = bench();
  ask(b, { id: 'l', method: 'tools/list' });
  b.gate.pres.shift()?.answer(allow('l'));
  await settle();
  b.upstream.says({ id: 'l', result: { tools: [tool('a')] } });
  b.gate.posts.shift()?.answer({ kind: 'replace', value: json(JSON.stringify([tool('a')])) });
  await settle();
  b.client.take();
  ask(b, { id: 1, method: 'tools/call', params: { name: 'a' } });
  b.gate.pres.shift()?.answer(allow('c'));
  await settle();
  return b;
}

// The clock of the session's own waits; nothing here waits for a real one.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  const left = vi.getTimerCount();
  vi.useRealTimers();
  expect(left, 'timers that the session left behind').toBe(0);
});

describe('a session of a tenant’s connector', () => {
  it('whose client sends no more delivers what the tenant still looks at, and then goes at once', async () => {
    const b = await called();
    b.session.clientInputEnded();
    b.upstream.says({ id: 1, result: { content: [] } });
    expect(b.upstream.stops).toEqual([]);
    b.gate.posts.shift()?.answer({ kind: 'deliver' });
    await settle();
    expect(b.client.messages()).toMatchObject([{ id: 1, result: { content: [] } }]);
    expect(b.upstream.stops).toEqual([2000]);
    await b.session.done;
    expect(outcomes(b)).toEqual(['ok']);
  });

  it('whose client sends no more waits longer for a tenant than for a server', async () => {
    const b = await called();
    b.session.clientInputEnded();
    b.upstream.says({ id: 1, result: { content: [] } });
    vi.advanceTimersByTime(10_000);
    expect(b.upstream.stops).toEqual([]);
    b.gate.posts.shift()?.answer({ kind: 'deliver' });
    await settle();
    expect(b.client.messages()).toHaveLength(1);
    await b.session.done;
  });

  it('does not wait for ever for a tenant that never answers', async () => {
    const b = await called();
    b.session.clientInputEnded();
    b.upstream.says({ id: 1, result: { content: ['open'] } });
    const slow = performance.now() + 50_000;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(slow);
    vi.advanceTimersByTime(1000);
    await settle();
    clock.mockRestore();
    expect(b.client.take()).toContain('engine_error');
    expect(b.upstream.stops).toEqual([2000]);
    await b.session.done;
    expect(outcomes(b)).toEqual(['withheld']);
  });

  it('whose server ended delivers what the tenant still looks at', async () => {
    const b = await called();
    b.upstream.says({ id: 1, result: { content: [] } });
    b.upstream.endsByItself({ code: 0 });
    await settle();
    expect(b.client.take()).toBe('');
    b.gate.posts.shift()?.answer({ kind: 'deliver' });
    await b.session.done;
    expect(b.client.messages()).toMatchObject([{ id: 1, result: { content: [] } }]);
    expect(outcomes(b)).toEqual(['ok']);
  });

  it('whose client is gone gives up what the tenant looks at', async () => {
    const b = await called();
    b.upstream.says({ id: 1, result: { content: ['open'] } });
    b.session.clientGone();
    expect(b.gate.posts[0]?.signal.aborted).toBe(true);
    await b.session.done;
    expect(b.client.take()).toBe('');
    expect(outcomes(b)).toEqual(['cancelled']);
  });
});

describe('what a server offers', () => {
  const initialised = (b: Bench): void => {
    ask(b, { id: 0, method: 'initialize', params: {} });
    b.upstream.says({ id: 0, result: {} });
    ask(b, { method: 'notifications/initialized' });
    b.client.take();
  };
  const answer = async (b: Bench, rest: object): Promise<void> => {
    const id = b.upstream.peer.messages().at(-1)?.id;
    b.upstream.says({ id, ...rest });
    await settle();
  };

  it('is told to a tenant that wants to know', async () => {
    const gate = new FakeGate();
    gate.wantsInventory = true;
    const b = bench(gate);
    initialised(b);
    await answer(b, { result: { tools: [tool('a')] } });
    await answer(b, { error: { code: -32601, message: 'x' } });
    await answer(b, { result: { prompts: [{ name: 'p' }] } });
    expect(gate.inventories).toEqual([{ tools: [tool('a')], resources: [], prompts: [{ name: 'p' }] }]);
    expect(b.client.take()).toBe('');
    await b.session.stop();
    await b.session.done;
  });

  it('is not asked for otherwise', async () => {
    const b = bench();
    initialised(b);
    expect(b.upstream.peer.messages().map(({ method }) => method)).toEqual(['initialize', 'notifications/initialized']);
    await b.session.stop();
    await b.session.done;
  });

  it('and cannot be had is a line in the log, and no more', async () => {
    const gate = new FakeGate();
    gate.wantsInventory = true;
    const b = bench(gate);
    initialised(b);
    await answer(b, { error: { code: -32000, message: 'x' } });
    expect(gate.inventories).toEqual([]);
    expect(b.log.tail(10).join('\n')).toContain('no inventory');
    expect(b.upstream.stops).toEqual([]);
    await b.session.stop();
    await b.session.done;
  });
});
