/** A session whose two sides carry whole messages, each to its own place (HTTP), instead of a stream of frames. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { parseMessage } from '../../main/relay/parse-message.ts';
import type { MessagePeer, Outbound, SessionOptions } from '../../main/relay/session-options.ts';
import type { JsonObject } from '../../preload/contract/index.ts';
import { call, decision, harness, policyOf, rule, tool, type Answer, type Harness } from './harness.ts';

class FakeMessagePeer implements MessagePeer {
  delivered: Outbound[] = [];
  /** How many came at once. */
  readonly batches: number[] = [];
  /** What deliver() answers. */
  ready = true;
  waiting = 0;
  ended = false;
  readonly flow: ('pause' | 'resume')[] = [];
  /** Called for each message while it is delivered. */
  onMessage: (message: Outbound) => void = () => undefined;

  deliver(messages: readonly Outbound[]): boolean {
    this.batches.push(messages.length);
    for (const message of messages) {
      // Copied: what is delivered must be right now, not later.
      this.delivered.push({ ...message, bytes: Buffer.from(message.bytes) });
      this.onMessage(message);
    }
    return this.ready;
  }
  backlog(): number {
    return this.waiting;
  }
  pause(): void {
    this.flow.push('pause');
  }
  resume(): void {
    this.flow.push('resume');
  }
  end(): void {
    this.ended = true;
  }

  take(): Outbound[] {
    return this.delivered.splice(0);
  }
  /** `request n1 tools/call`, `notification x`, `response n1`, with `<- key` where it belongs to a request. */
  routes(): string[] {
    return this.take().map(({ message, related }) => {
      const to = related === undefined ? '' : ` <- ${related}`;
      if (message.kind === 'response') return `response ${message.idKey}${to}`;
      return message.kind === 'request'
        ? `request ${message.idKey} ${message.method}${to}`
        : `notification ${message.method}${to}`;
    });
  }
  messages(): Answer[] {
    return this.take().map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as Answer);
  }
}

interface MessageHarness {
  readonly h: Harness;
  readonly client: FakeMessagePeer;
  readonly server: FakeMessagePeer;
  fromClient(...messages: readonly (string | object)[]): void;
  fromServer(message: string | object, related?: string): void;
}

function lineOf(message: string | object): Buffer {
  return Buffer.from(`${typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function open(options: Parameters<typeof harness>[0] = {}): MessageHarness {
  const client = new FakeMessagePeer();
  const server = new FakeMessagePeer();
  const h = harness({ ...options, session: { client, server, ...options.session } });
  return {
    h,
    client,
    server,
    fromClient: (...messages) => {
      for (const message of messages) {
        const line = lineOf(message);
        h.session.messageFromClient(parseMessage(line, 'client', DEFAULT_LIMITS), line);
      }
    },
    fromServer: (message, related) => {
      const line = lineOf(message);
      h.session.messageFromServer(parseMessage(line, 'server', DEFAULT_LIMITS), line, related);
    },
  };
}

/** Lets the client list the tools, so that calls are decided at once. */
function list(m: MessageHarness, tools: readonly unknown[]): void {
  m.fromClient({ id: 'list', method: 'tools/list' });
  m.fromServer({ id: 'list', result: { tools } });
  m.client.take();
  m.server.take();
}

describe('every message says where it belongs', () => {
  it('what the client sends', () => {
    const m = open();
    list(m, [tool('a')]);
    m.fromClient(call(1, 'a'), { id: 'x', method: 'vendor/do' }, { method: 'notifications/initialized' });
    expect(m.server.routes()).toEqual([
      'request n1 tools/call',
      'request sx vendor/do',
      'notification notifications/initialized',
    ]);
    m.fromServer({ id: 'q', method: 'roots/list' });
    m.client.take();
    m.fromClient({ id: 'q', result: { roots: [] } });
    expect(m.server.routes()).toEqual(['response sq']);
  });

  it('what the server sends, with the request on whose stream it came', () => {
    const m = open();
    list(m, [tool('a')]);
    m.fromClient(call(1, 'a'));
    m.fromServer({ method: 'notifications/progress', params: {} }, 'n1');
    m.fromServer({ id: 'q', method: 'elicitation/create', params: {} }, 'n1');
    m.fromServer({ method: 'notifications/message', params: {} });
    m.fromServer({ id: 1, result: {} }, 'n1');
    expect(m.client.routes()).toEqual([
      'notification notifications/progress <- n1',
      'request sq elicitation/create <- n1',
      'notification notifications/message',
      'response n1',
    ]);
  });

  it('what the relay answers itself', async () => {
    const m = open({ policy: policyOf('allow', [rule('deny', 'b'), rule('ask', 'c')]) });
    list(m, [tool('a'), tool('b'), tool('c')]);
    m.fromClient(call('1', 'b'), call(2, 'c'), { id: 3, method: 'tools/call', params: {} });
    m.h.questions[0]?.answer(decision('deny', 'approval_denied'));
    await m.h.settle();
    expect(m.client.routes()).toEqual(['response s1', 'response n3', 'response n2']);
    m.fromClient('{"jsonrpc":"2.0","id":4,"method":5}', '{"jsonrpc":"2.0","id":4.5,"method":"x"}', 'broken');
    expect(m.client.routes()).toEqual(['response n4', 'response undefined', 'response undefined']);
    m.fromServer('{"jsonrpc":"2.0","id":7,"method":"roots/list","params":[]}');
    expect(m.client.take()).toEqual([]);
    expect(m.server.routes()).toEqual(['response n7']);
  });

  it('what the relay asks itself, of which nothing reaches the client', async () => {
    const m = open();
    m.fromClient(call(1, 'a'));
    const [asked] = m.server.take();
    const { message } = asked ?? {};
    expect(message).toMatchObject({ kind: 'request', method: 'tools/list' });
    const question = JSON.parse(asked?.bytes.toString('utf8') ?? '') as Answer;
    m.fromServer({ id: question.id, result: { tools: [tool('a')] } });
    await m.h.settle();
    expect(m.server.routes()).toEqual(['request n1 tools/call']);
    expect(m.client.take()).toEqual([]);
  });

  it('a list that was filtered, in the bytes that are delivered', () => {
    const m = open({ policy: policyOf('allow', [rule('deny', 'b')]) });
    m.fromClient({ id: 1, method: 'tools/list' });
    m.fromServer({ id: 1, result: { tools: [tool('a'), tool('b')] } }, 'n1');
    const [delivered] = m.client.take();
    expect(delivered?.message).toMatchObject({ kind: 'response', idKey: 'n1' });
    const answer = JSON.parse(delivered?.bytes.toString('utf8') ?? '') as Answer;
    expect(answer.result?.tools?.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('messages', () => {
  it('are delivered as the bytes that came in, one newline behind each', () => {
    const m = open();
    const request = '{ "jsonrpc":"2.0","id":1,"method":"x","params":{"n":1.0,"v":9007199254740993}}';
    const answer = '{"jsonrpc":"2.0","id":1, "result":{"v":1e400,"v2":-0}}';
    m.fromClient(request);
    m.fromServer(answer);
    expect(m.server.take().map(({ bytes }) => bytes.toString('utf8'))).toEqual([`${request}\n`]);
    expect(m.client.take().map(({ bytes }) => bytes.toString('utf8'))).toEqual([`${answer}\n`]);
  });

  it('leave one by one, each after its record', () => {
    const m = open();
    list(m, [tool('a')]);
    m.server.onMessage = () => expect(m.h.trail()).toEqual(['intent allow default_allow a']);
    m.fromClient(call(1, 'a'));
    m.client.onMessage = () => expect(m.h.trail()).toHaveLength(2);
    m.fromServer({ id: 1, result: {} });
    expect([m.server.batches.at(-1), m.client.batches.at(-1)]).toEqual([1, 1]);
    expect(m.client.take()).toHaveLength(1);
  });

  it('that cannot be recorded are taken out of what leaves, and nothing else is', () => {
    const m = open();
    list(m, [tool('a')]);
    m.h.journalFails = true;
    m.fromClient(call(1, 'a'), { id: 2, method: 'x' });
    expect(m.server.routes()).toEqual(['request n2 x']);
    expect(m.client.routes()).toEqual(['response n1']);
  });

  it('may be answered while they are delivered', () => {
    const m = open();
    list(m, [tool('a')]);
    m.server.onMessage = ({ message }) => {
      if (message.kind === 'request') m.fromServer({ id: 1, result: { content: [] } });
    };
    m.fromClient(call(1, 'a'));
    expect(m.h.trail()).toEqual(['intent allow default_allow a', 'outcome ok a']);
    expect(m.client.routes()).toEqual(['response n1']);
    expect(m.h.session.openCalls).toBe(0);
  });

  it('that are not valid are refused or dropped, as those of a stream are', () => {
    const m = open();
    m.fromClient('{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', { method: 'tools/call', params: { name: 'a' } });
    m.fromServer('a stray print');
    m.fromServer({ id: 99, result: {} });
    expect(m.server.take()).toEqual([]);
    expect(m.client.take()).toEqual([]);
    expect(m.h.strays).toEqual(['a stray print']);
    expect(m.h.dropped).toHaveLength(3);
  });

  it('pass every gate', () => {
    const m = open({ policy: policyOf('deny') });
    m.fromClient({ id: 1, method: 'resources/read', params: { uri: 'x' } }, { id: 2, method: 'ping' });
    expect(m.server.routes()).toEqual(['request n2 ping']);
    expect(m.client.messages()).toMatchObject([{ id: 1, error: { code: -31001 } }]);
    expect(m.h.trail()).toEqual(['intent deny method_denied resources/read', 'outcome refused resources/read']);
  });

  it('of a client keep the transport’s claim about who sent each', () => {
    const seen: (JsonObject | undefined)[] = [];
    const m = open({
      session: {
        claimed: (params) => {
          seen.push(params);
          return { client: typeof params?.['who'] === 'string' ? params['who'] : 'nobody' };
        },
      },
    });
    list(m, [tool('a')]);
    m.h.policy = policyOf('ask');
    m.fromClient({ id: 1, method: 'tools/call', params: { name: 'a', who: 'one' } });
    m.fromClient({ id: 2, method: 'resources/read', params: { uri: 'x', who: 'two' } });
    expect(m.h.questions.map(({ request }) => request.client)).toEqual(['one']);
    expect(m.h.records).toMatchObject([{ claimed: { client: 'two' } }]);
    expect(seen.at(-1)).toMatchObject({ who: 'two' });
  });

  it('one that cannot be handled ends the session, not its neighbours', () => {
    const broken: Partial<SessionOptions> = {
      dropped: () => {
        throw new Error('the counter broke');
      },
    };
    const m = open({ session: broken });
    expect(() => m.fromServer({ id: 1, result: {} })).not.toThrow();
    expect(m.h.fatal).toEqual(['the counter broke']);
    m.h.fatal.length = 0;
    m.fromClient('broken');
    expect(m.h.fatal).toEqual(['the counter broke']);
  });
});

describe('a request that gets no answer', () => {
  it('fails with the reason, once, and its late answer finds nobody', () => {
    const m = open();
    list(m, [tool('a')]);
    m.fromClient(call(1, 'a'), call('1', 'a'));
    m.h.session.requestFailed('n1', 'HTTP 502');
    m.h.session.requestFailed('n1', 'again');
    const [answer] = m.client.take();
    expect(answer?.message).toEqual({ kind: 'response', idKey: 'n1' });
    expect(answer?.bytes.toString('utf8')).toContain('The server of \\"files\\" failed: HTTP 502.');
    m.fromServer({ id: 1, result: {} });
    m.fromServer({ id: '1', result: {} });
    expect(m.client.routes()).toEqual(['response s1']);
    expect(m.h.trail().slice(2)).toEqual(['outcome failed a', 'outcome ok a']);
    expect(m.h.session.openCalls).toBe(0);
  });

  it('is whatever method it is, and one that nobody asked changes nothing', () => {
    const m = open();
    m.fromClient({ id: 1, method: 'vendor/do' });
    m.h.session.requestFailed('n2', 'x');
    m.h.session.requestFailed('', 'x');
    expect(m.client.take()).toEqual([]);
    m.h.session.requestFailed('n1', 'x');
    expect(m.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    expect(m.h.records).toEqual([]);
  });

  it('may be the relay’s own: the call that waited for the list is refused', async () => {
    const m = open();
    m.fromClient(call(1, 'a'));
    const [asked] = m.server.take();
    const { message } = asked ?? {};
    m.h.session.requestFailed(message?.kind === 'request' ? message.idKey : '', 'HTTP 502');
    await m.h.settle();
    expect(m.server.take()).toEqual([]);
    expect(m.client.messages()).toMatchObject([{ id: 1, result: { isError: true } }]);
    expect(m.h.trail()).toEqual(['intent deny engine_error a', 'outcome refused a']);
  });

  it('that was taken back before is not answered', () => {
    const m = open();
    m.fromClient({ id: 1, method: 'x' }, { method: 'notifications/cancelled', params: { requestId: 1 } });
    m.h.session.requestFailed('n1', 'its stream was closed');
    expect(m.client.take()).toEqual([]);
    expect(m.server.routes()).toEqual(['request n1 x', 'notification notifications/cancelled']);
  });
});

describe('back-pressure', () => {
  it('a slow server pauses the client, a slow client the server, until each drained', () => {
    const m = open();
    m.server.ready = false;
    m.fromClient({ id: 1, method: 'x' });
    expect([m.client.flow, m.server.flow]).toEqual([['pause'], []]);
    // What was on its way already is still taken.
    m.fromClient({ id: 2, method: 'x' });
    expect(m.server.take()).toHaveLength(2);
    m.h.session.serverDrained();
    m.h.session.serverDrained();
    expect(m.client.flow).toEqual(['pause', 'resume']);
    m.client.ready = false;
    m.fromServer({ id: 1, result: {} });
    expect(m.server.flow).toEqual(['pause']);
    m.h.session.clientDrained();
    expect(m.server.flow).toEqual(['pause', 'resume']);
  });

  it('a client for whom much waits is not read itself', () => {
    const m = open({ limits: { maxBacklogBytes: 100 } });
    m.client.ready = false;
    m.client.waiting = 101;
    m.fromClient('broken');
    expect([m.client.flow, m.server.flow]).toEqual([['pause'], ['pause']]);
    m.h.session.clientDrained();
    expect([m.client.flow, m.server.flow]).toEqual([
      ['pause', 'resume'],
      ['pause', 'resume'],
    ]);
  });
});

describe('an end', () => {
  it('of the server fails whatever waits, each to its own place', () => {
    const m = open();
    list(m, [tool('a')]);
    m.fromClient(call(1, 'a'), { id: 2, method: 'x' });
    m.h.session.serverEnded();
    expect(m.client.routes()).toEqual(['response n1', 'response n2']);
    m.fromClient(call(3, 'a'));
    expect(m.client.messages()).toMatchObject([{ id: 3, error: { code: -31002 } }]);
    expect(m.server.routes()).toHaveLength(2);
  });

  it('of the client’s input ends the server’s', () => {
    const m = open();
    m.fromClient({ id: 1, method: 'x' });
    m.h.session.clientEnded();
    expect(m.server.ended).toBe(true);
    m.fromServer({ id: 1, result: {} });
    expect(m.client.routes()).toEqual(['response n1']);
  });

  it('of the session: nothing is delivered any more, whoever still speaks', async () => {
    const m = open();
    list(m, [tool('a')]);
    m.fromClient(call(1, 'a'), call(2, 'unlisted'));
    m.fromServer({ id: 'q', method: 'roots/list' });
    m.client.take();
    m.server.take();
    m.h.session.close('client_gone');
    m.fromClient({ id: 'q', result: {} }, { method: 'notifications/x' }, call(3, 'a'), 'broken');
    m.fromServer({ id: 1, result: {} });
    m.fromServer({ method: 'notifications/x' });
    m.fromServer({ id: 'r', method: 'roots/list' });
    m.h.session.requestFailed('n1', 'x');
    m.h.session.serverEnded();
    m.h.session.tick();
    await m.h.settle();
    expect([m.client.take(), m.server.take()]).toEqual([[], []]);
    expect(m.h.fatal).toEqual([]);
    expect(m.h.trail().filter((line) => line.startsWith('outcome'))).toEqual([
      'outcome cancelled unlisted',
      'outcome cancelled a',
    ]);
  });
});

describe('a tool that the transport cannot carry', () => {
  const toolProblem: SessionOptions['toolProblem'] = ({ inputSchema }) =>
    JSON.stringify(inputSchema).includes('x-mcp-header') ? 'invalid_header_annotation' : undefined;
  const unfit = (name: string): object =>
    tool(name, { inputSchema: { type: 'object', properties: { p: { type: 'object', 'x-mcp-header': 'P' } } } });

  it('is hidden, and a call of it is answered as one of a tool that never was', async () => {
    const m = open({ session: { toolProblem } });
    m.fromClient({ id: 1, method: 'tools/list' });
    m.fromServer({ id: 1, result: { tools: [tool('a'), unfit('bad')] } });
    expect(m.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['a']);
    m.server.take();
    m.fromClient(call(2, 'bad'));
    const bad = m.client.take()[0]?.bytes.toString('utf8');
    m.fromClient(call(2, 'ba'));
    const [asked] = m.server.take();
    const { message } = asked ?? {};
    m.fromServer({
      id: message?.kind === 'request' ? message.idKey.slice(1) : '',
      result: { tools: [tool('a'), unfit('bad')] },
    });
    await m.h.settle();
    expect(m.client.take()[0]?.bytes.toString('utf8')).toBe(bad?.replace('bad', 'ba'));
    expect(m.server.take()).toEqual([]);
    expect(m.h.records[0]).toMatchObject({
      decision: { code: 'invalid_header_annotation', reason: expect.stringContaining('HTTP headers') as string },
    });
    expect(m.h.records[1]).toMatchObject({ outcome: 'refused', 'error.type': 'invalid_header_annotation' });
  });

  it('is refused whatever a rule or a person says', () => {
    const m = open({ policy: policyOf('deny', [rule('allow', 'bad')]), session: { toolProblem } });
    list(m, [unfit('bad')]);
    m.fromClient(call(1, 'bad'));
    m.h.policy = policyOf('ask');
    m.fromClient(call(2, 'bad'));
    expect(m.h.questions).toEqual([]);
    expect(m.server.take()).toEqual([]);
    expect(m.client.take()).toHaveLength(2);
  });

  it('that becomes so is closed at once, and opens only with a new list', () => {
    const m = open({ session: { toolProblem } });
    list(m, [tool('a')]);
    list(m, [unfit('a')]);
    list(m, [tool('a')]);
    m.fromClient(call(1, 'a'));
    expect(m.server.take()).toEqual([]);
    m.fromServer({ method: 'notifications/tools/list_changed' });
    list(m, [tool('a')]);
    m.fromClient(call(2, 'a'));
    expect(m.server.routes()).toEqual(['request n2 tools/call']);
  });

  it('a look at it that fails shows no list and lets no call out', async () => {
    const m = open({
      session: {
        toolProblem: () => {
          throw new Error('too odd');
        },
      },
    });
    m.fromClient({ id: 1, method: 'tools/list' });
    m.fromServer({ id: 1, result: { tools: [tool('a')] } });
    expect(m.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    m.server.take();
    m.fromClient(call(2, 'a'));
    const [asked] = m.server.take();
    const { message } = asked ?? {};
    m.fromServer({
      id: message?.kind === 'request' ? message.idKey.slice(1) : '',
      result: { tools: [tool('a')] },
    });
    await m.h.settle();
    expect(m.server.take()).toEqual([]);
    expect(m.client.messages()).toMatchObject([{ id: 2, result: { isError: true } }]);
  });
});
