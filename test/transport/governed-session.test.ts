import { OPEN_GATES } from '../fixtures/open-gates.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CompanionError, type NewAuditRecord } from '../../preload/contract/index.ts';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import type { Peer } from '../../main/relay/session-options.ts';
import { ConnectorLog } from '../../main/transport/connector-log.ts';
import {
  asCompanionError,
  startGovernedSession,
  type ClientEnd,
  type GovernedSession,
  type SessionDependencies,
} from '../../main/transport/governed-session.ts';
import { FakePeer, policyOf } from '../relay/harness.ts';
import { FakeMessagePeer, FakeUpstream, lineOf, parsed } from './fake-upstream.ts';

interface Bench<C extends Peer, S extends Peer> {
  readonly session: GovernedSession;
  readonly client: C;
  readonly upstream: FakeUpstream<S>;
  readonly log: ConnectorLog;
  readonly stderr: string[];
  readonly introduced: string[];
  readonly records: NewAuditRecord[];
  readonly releases: { readonly crashed: boolean; readonly answered: boolean }[];
}

const SECRET = 'sesame-4f1c9b7e2d';

function bench<C extends Peer, S extends Peer>(
  client: C,
  upstream: FakeUpstream<S>,
  over: { readonly client?: Partial<ClientEnd>; readonly deps?: Partial<SessionDependencies> } = {},
): Bench<C, S> {
  const log = new ConnectorLog();
  const stderr: string[] = [];
  const introduced: string[] = [];
  const records: NewAuditRecord[] = [];
  const releases: { crashed: boolean; answered: boolean }[] = [];
  const redact = (text: string): string => text.replaceAll(SECRET, '[redacted]');
  let ids = 0;
  const session = startGovernedSession(
    {
      connector: 'files',
      open: upstream.open,
      policy: () => policyOf('allow'),
      log,
      redactor: { push: redact, end: () => '(held back)' },
      redact,
      release: (facts) => releases.push(facts),
    },
    {
      peer: client,
      claimed: () => ({ client: 'a test', pid: 7 }),
      introduced: (name) => introduced.push(name),
      stderr: (text) => stderr.push(text),
      ...over.client,
    },
    {
      limits: DEFAULT_LIMITS,
      ...OPEN_GATES,
      record: (written) => void records.push(...written),
      shape: () => ({}),
      showArguments: (source) => source,
      redact,
      newId: () => `id-${++ids}`,
      parseLarge: undefined,
      ...over.deps,
    },
  );
  return { session, client, upstream, log, stderr, introduced, records, releases };
}

/** Both sides are streams, as with `runlayer run` and a program. */
const streams = (over?: Parameters<typeof bench>[2]): Bench<FakePeer, FakePeer> =>
  bench(new FakePeer(), new FakeUpstream(new FakePeer()), over);

const events = ({ records }: Pick<Bench<Peer, Peer>, 'records'>): string[] =>
  records.flatMap((record) => (record.kind === 'event' ? [record.event] : []));
const outcomes = ({ records }: Pick<Bench<Peer, Peer>, 'records'>): string[] =>
  records.flatMap((record) => (record.kind === 'outcome' ? [record.outcome] : []));
const ask = (session: GovernedSession, ...messages: object[]): void =>
  session.relay.fromClient(Buffer.concat(messages.map((message) => lineOf(message))));
const ping = { id: 1, method: 'ping' };
const list = { id: 'l', method: 'tools/list' };
const LISTED = { id: 'l', result: { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] } };
const call = (id: unknown): object => ({ id, method: 'tools/call', params: { name: 'echo', arguments: {} } });

// The clock of the session's own waits; nothing here waits for a real one.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  const left = vi.getTimerCount();
  vi.useRealTimers();
  expect(left, 'timers that the session left behind').toBe(0);
});

describe('a session whose server ends by itself', () => {
  it('answers what is open, records it, and counts the crash', async () => {
    const b = streams();
    ask(b.session, list);
    b.upstream.says(LISTED);
    ask(b.session, call(1), { id: 2, method: 'resources/list' });
    b.client.take();
    b.upstream.endsByItself({ code: 3 });
    expect(await b.session.done).toEqual({
      upstream: { byItself: true, code: 3, signal: null },
      clientLeft: false,
      stopped: false,
    });
    const answers = b.client.messages();
    expect(answers.map(({ id }) => id)).toEqual([1, 2]);
    for (const { error } of answers) expect(error?.message).toContain('it closed its output');
    expect(outcomes(b)).toEqual(['failed']);
    expect(b.releases).toEqual([{ crashed: true, answered: true, reason: 'The server ended by itself with code 3.' }]);
    expect(b.records.at(-1)).toMatchObject({
      event: 'session_ended',
      connector: 'files',
      'mcp.session.id': 'id-1',
      detail: { code: 3, signal: '', crashed: true },
    });
    expect(b.upstream.stops).toEqual([]);
  });

  it.each([
    ['with a code', { code: 1 }, 'The server ended by itself with code 1.'],
    ['by a signal', { code: null, signal: 'SIGSEGV' }, 'The server was ended by SIGSEGV.'],
    ['tidily', { code: 0 }, undefined],
  ] as const)('tells whether that was a crash, and why: %s', async (_how, end, reason) => {
    const b = streams();
    b.upstream.endsByItself(end);
    await b.session.done;
    expect(b.releases).toEqual([{ crashed: reason !== undefined, answered: false, reason }]);
  });

  it('delivers first what it said last, in whatever pieces that came', async () => {
    const b = streams();
    ask(b.session, ping);
    const line = lineOf({ id: 1, result: {} });
    b.upstream.events.bytes(line.subarray(0, 9));
    b.upstream.events.bytes(line.subarray(9));
    b.upstream.endsByItself();
    await b.session.done;
    expect(b.client.messages()).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
  });

  it('hands on why it could not be had at all', async () => {
    const b = streams();
    const failure = new CompanionError('E_SERVER_NOT_STARTED', 'no', 'try');
    b.upstream.endsByItself({ code: 1, failure });
    expect((await b.session.done).upstream.failure).toBe(failure);
  });
});

describe('a session whose client is gone', () => {
  it('stops its server soon, sends nothing more, and ends what was open', async () => {
    const b = streams();
    ask(b.session, list);
    b.upstream.says(LISTED);
    b.client.take();
    ask(b.session, call(1));
    b.session.clientGone();
    b.upstream.says({ id: 1, result: { content: [] } });
    expect(await b.session.done).toMatchObject({ clientLeft: true, stopped: false });
    expect(b.upstream.stops).toEqual([300]);
    expect(b.client.take()).toBe('');
    expect(outcomes(b)).toEqual(['cancelled']);
    expect(b.releases).toEqual([{ crashed: false, answered: true }]);
  });

  it('is no crash of the server, however that ended', async () => {
    const b = streams();
    ask(b.session, ping);
    b.session.clientInputEnded();
    b.upstream.endsByItself({ code: 9 });
    await b.session.done;
    expect(b.releases).toEqual([{ crashed: false, answered: false }]);
  });
});

describe('a session whose client sends no more', () => {
  it('lets the server know at once, and goes when everything is answered', async () => {
    const b = streams();
    ask(b.session, ping);
    b.session.clientInputEnded();
    expect(b.upstream.peer.ended).toBe(true);
    expect(b.upstream.stops).toEqual([]);
    b.upstream.says({ id: 1, result: {} });
    expect(b.upstream.stops).toEqual([2000]);
    expect(b.client.messages()).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
    expect(await b.session.done).toMatchObject({ clientLeft: true, stopped: false });
  });

  it('goes at once where nobody waits', async () => {
    const b = streams();
    b.session.clientInputEnded();
    expect(b.upstream.stops).toEqual([2000]);
    await b.session.done;
  });

  it('waits until the server has what was sent last', async () => {
    const b = streams();
    b.upstream.peer.waiting = 5;
    b.session.clientInputEnded();
    await vi.advanceTimersByTimeAsync(1000);
    expect(b.upstream.stops).toEqual([]);
    b.upstream.peer.waiting = 0;
    await vi.advanceTimersByTimeAsync(1000);
    expect(b.upstream.stops).toEqual([2000]);
    await b.session.done;
  });

  it('gives a server that does not answer ten seconds, then tells the client', async () => {
    const b = streams();
    ask(b.session, ping);
    b.session.clientInputEnded();
    await vi.advanceTimersByTimeAsync(9999);
    expect(b.upstream.stops).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(b.upstream.stops).toEqual([0]);
    await b.session.done;
    expect(b.client.messages()[0]?.error?.message).toContain('it closed its output');
  });

  it('goes too when the last thing it waits for fails', async () => {
    const b = streams();
    ask(b.session, ping);
    b.session.clientInputEnded();
    b.upstream.events.failed('n1', 'the server is not there');
    expect(b.upstream.stops).toEqual([2000]);
    await b.session.done;
  });
});

describe('a session that is stopped', () => {
  it('is told from one whose client left: it ends with nothing said', async () => {
    const b = streams();
    ask(b.session, list);
    b.upstream.says(LISTED);
    b.client.take();
    ask(b.session, call(1));
    await b.session.stop();
    expect(await b.session.done).toMatchObject({ clientLeft: false, stopped: true });
    expect(b.upstream.stops).toEqual([2000]);
    expect(b.client.take()).toBe('');
    expect(outcomes(b)).toEqual(['cancelled']);
    expect(b.releases).toEqual([{ crashed: false, answered: true }]);
  });

  it('twice, or after its end, is no more than once', async () => {
    const b = streams();
    await Promise.all([b.session.stop(), b.session.stop()]);
    await b.session.done;
    await b.session.stop();
    expect(b.releases).toHaveLength(1);
    expect(events(b)).toEqual(['session_started', 'session_ended']);
  });
});

describe('what the upstream says about itself', () => {
  it('that a request gets no answer reaches whoever asked, without a secret', async () => {
    const b = streams();
    ask(b.session, ping, { id: 'x', method: 'ping' });
    b.upstream.events.failed('sx', `the key ${SECRET} was refused`);
    b.upstream.events.failed('sunknown', 'nobody asked');
    const [answer, ...rest] = b.client.messages();
    expect(rest).toEqual([]);
    expect(answer?.id).toBe('x');
    expect(answer?.error?.message).toContain('the key [redacted] was refused');
    b.upstream.says({ id: 1, result: {} });
    expect(b.client.messages()).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
    b.session.clientGone();
    await b.session.done;
  });

  it('stderr and its log are kept without secrets; only stderr is passed on', async () => {
    const b = streams();
    b.upstream.events.stderr(`token ${SECRET}\n`);
    b.upstream.events.log(`asked with ${SECRET}`);
    b.upstream.events.bytes(Buffer.from(`printing ${SECRET}\n`));
    b.session.clientGone();
    await b.session.done;
    expect(b.stderr).toEqual(['token [redacted]\n', '(held back)']);
    expect(b.log.tail(9)).toEqual([
      'token [redacted]',
      'asked with [redacted]',
      '[stdout, not MCP] printing [redacted]',
      '(held back)',
    ]);
  });

  it('that the server began anew makes it be asked for its tools before the next call', async () => {
    const b = streams();
    ask(b.session, list);
    b.upstream.says(LISTED);
    b.client.take();
    b.upstream.peer.take();
    b.upstream.events.renewed?.();
    expect(b.client.messages()).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }]);
    ask(b.session, call(1));
    expect(b.upstream.peer.messages().map(({ method }) => method)).toEqual(['tools/list']);
    b.session.clientGone();
    await b.session.done;
  });

  it('hides tools that it cannot carry', async () => {
    const upstream = new FakeUpstream(new FakePeer());
    upstream.toolProblem = (definition) => (definition['name'] === 'bad' ? 'invalid_header_annotation' : undefined);
    const b = bench(new FakePeer(), upstream);
    ask(b.session, list);
    upstream.says({ id: 'l', result: { tools: [{ name: 'bad' }, { name: 'good' }] } });
    expect(b.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['good']);
    b.session.clientGone();
    await b.session.done;
  });

  it('a slow server is not read into memory: the client pauses until it takes more', async () => {
    const b = streams();
    b.upstream.peer.ready = false;
    ask(b.session, ping);
    expect(b.client.flow).toEqual(['pause']);
    b.upstream.events.drained();
    expect(b.client.flow).toEqual(['pause', 'resume']);
    b.client.ready = false;
    b.upstream.says({ id: 1, result: {} });
    expect(b.upstream.peer.flow).toEqual(['pause']);
    b.session.relay.clientDrained();
    expect(b.upstream.peer.flow).toEqual(['pause', 'resume']);
    b.session.clientGone();
    await b.session.done;
  });
});

describe('sides that carry whole messages', () => {
  const messages = (): Bench<FakeMessagePeer, FakeMessagePeer> =>
    bench(new FakeMessagePeer(), new FakeUpstream(new FakeMessagePeer()));

  it('are told where each message belongs', async () => {
    const b = messages();
    b.session.relay.messageFromClient(...parsed('client', ping));
    expect(b.upstream.peer.delivered[0]).toMatchObject({ message: { kind: 'request', idKey: 'n1', method: 'ping' } });
    const progress = { method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } };
    b.upstream.sends(progress, 'n1');
    b.upstream.sends({ id: 1, result: {} }, 'n1');
    b.upstream.sends({ method: 'notifications/resources/list_changed' });
    expect(b.client.take()).toEqual([
      { message: { jsonrpc: '2.0', ...progress }, related: 'n1' },
      // Its own id says whose answer it is.
      { message: { jsonrpc: '2.0', id: 1, result: {} }, related: undefined },
      { message: { jsonrpc: '2.0', method: 'notifications/resources/list_changed' }, related: undefined },
    ]);
    b.session.clientGone();
    await b.session.done;
    expect(b.upstream.stops).toEqual([300]);
  });

  it('get our own answers as messages too, known by their request', async () => {
    const b = messages();
    b.session.relay.messageFromClient(...parsed('client', ping));
    b.upstream.events.failed('n1', 'nothing answers there');
    expect(b.client.delivered[0]?.message).toEqual({ kind: 'response', idKey: 'n1' });
    b.session.clientInputEnded();
    expect(b.upstream.peer.ended).toBe(1);
    await b.session.done;
  });

  it('mix with streams, either way round', async () => {
    const toMessages = bench(new FakePeer(), new FakeUpstream(new FakeMessagePeer()));
    ask(toMessages.session, ping);
    toMessages.upstream.sends({ id: 1, result: { far: 'http' } }, 'n1');
    expect(toMessages.client.messages()).toEqual([{ jsonrpc: '2.0', id: 1, result: { far: 'http' } }]);
    const toStream = bench(new FakeMessagePeer(), new FakeUpstream(new FakePeer()));
    toStream.session.relay.messageFromClient(...parsed('client', ping));
    expect(toStream.upstream.peer.take()).toBe(lineOf(ping).toString());
    toStream.upstream.says({ id: 1, result: {} });
    expect(toStream.client.take()).toEqual([{ message: { jsonrpc: '2.0', id: 1, result: {} }, related: undefined }]);
    for (const { session } of [toMessages, toStream]) session.clientGone();
    await Promise.all([toMessages.session.done, toStream.session.done]);
  });
});

describe('what is recorded about a session', () => {
  it('names who, with which process, and by which binding', async () => {
    const b = streams({ client: { binding: 'b0000000a', claimed: () => ({ pid: 7 }) } });
    expect(b.records[0]).toMatchObject({
      event: 'session_started',
      connector: 'files',
      claimed: { pid: 7 },
      detail: { pid: 4711, binding: 'b0000000a' },
    });
    ask(b.session, { id: 1, method: 'initialize', params: { clientInfo: { name: 'cursor', version: '1' } } });
    expect(b.introduced).toEqual(['cursor']);
    b.session.clientGone();
    await b.session.done;
  });

  it('counts what was dropped', async () => {
    const b = streams();
    b.upstream.says({ id: 99, result: {} });
    b.session.clientGone();
    await b.session.done;
    expect(events(b)).toEqual(['session_started', 'messages_dropped', 'session_ended']);
  });

  it('is not needed to end: with a journal that fails, calls are denied and the session still goes', async () => {
    const b = streams({
      deps: {
        record: () => {
          throw new Error('ENOSPC');
        },
      },
    });
    ask(b.session, list);
    b.upstream.says(LISTED);
    b.client.take();
    b.upstream.peer.take();
    ask(b.session, call(1));
    expect(b.upstream.peer.take()).toBe('');
    expect(b.client.messages()[0]?.result?._meta?.['com.runlayer/decision'].code).toBe('audit_unavailable');
    b.session.clientGone();
    await b.session.done;
    expect(b.releases).toEqual([{ crashed: false, answered: true }]);
  });
});

it('a relay that cannot go on ends this session at once, and says why in its log', async () => {
  const b = bench(new FakeMessagePeer(), new FakeUpstream(new FakeMessagePeer()));
  b.session.relay.messageFromClient(...parsed('client', ping));
  b.client.deliver = () => {
    throw new Error(`broken with ${SECRET}`);
  };
  b.upstream.sends({ id: 1, result: {} });
  expect(b.upstream.stops).toEqual([0]);
  await b.session.done;
  expect(b.log.tail(9)).toContain('[companion] session ended: broken with [redacted]');
});

describe('any error as one that a person can act on', () => {
  it('stays, or says to look with the doctor', () => {
    const known = new CompanionError('E_X', 'a', 'b');
    expect(asCompanionError(known)).toBe(known);
    const cause = new Error('boom');
    const made = asCompanionError(cause);
    expect(made).toMatchObject({ code: 'E_INTERNAL', message: 'boom', next: 'Run "runlayer doctor".' });
    expect(made.cause).toBe(cause);
    expect(asCompanionError('text').message).toBe('text');
  });
});
