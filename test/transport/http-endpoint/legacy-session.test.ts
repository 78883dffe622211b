import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompanionError } from '../../../preload/contract/index.ts';
import { DEFAULT_LIMITS } from '../../../main/relay/limits.ts';
import { echoScript, OTHER_TOKEN, startRig, TOKEN, until, type Rig, type Script, type ServedFake } from './rig.ts';
import { legacyClient, openStream, send, sendAndLeave, type LegacyClient } from './streams.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

const INIT = { id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', clientInfo: { name: 'cursor' } } };

/** A server that holds tools/call until the test answers. */
const holdCalls: Script = (message, server) => {
  if (message.method !== 'tools/call') echoScript(message, server);
};

function first(): ServedFake {
  const [served] = rig.served;
  if (served === undefined) throw new Error('no session was opened');
  return served;
}

const call = (id: unknown, token?: unknown): object => ({
  id,
  method: 'tools/call',
  params: { name: 'echo', arguments: {}, ...(token === undefined ? {} : { _meta: { progressToken: token } }) },
});

/** Calls that reached the server. */
const calls = (): number => first().methods.filter((method) => method === 'tools/call').length;

describe('a legacy session', () => {
  it('begins with initialize and has an id of its own', async () => {
    const one = await send(rig, INIT);
    const two = await send(rig, INIT);
    expect(one.status).toBe(200);
    expect(one.headers['content-type']).toBe('application/json');
    expect(one.headers['mcp-session-id']).toMatch(/^[\x21-\x7e]{22,}$/);
    expect(one.headers['mcp-session-id']).not.toBe(two.headers['mcp-session-id']);
    expect(rig.served).toHaveLength(2);
    expect(rig.endpoint.sessions('b1')).toBe(2);
  });

  it('records the name of the binding, or else what the client calls itself', async () => {
    await send(rig, INIT);
    await send(rig, INIT, { token: OTHER_TOKEN });
    expect(rig.served.map((served) => served.claimed())).toEqual([{ client: 'cursor' }, { client: 'claude_code' }]);
  });

  it('answers requests as JSON, byte for byte, and takes notifications and responses', async () => {
    rig.script = ({ id, method }, server) => {
      if (method === 'initialize') echoScript({ id, method, params: {} }, server);
      else if (id !== undefined)
        server.say(`{"jsonrpc":"2.0", "id":${JSON.stringify(id)},"result":{"n":1.0,"big":9007199254740993}}`);
    };
    const client = await legacyClient(rig);
    const answer = await client.post({ id: 'a', method: 'vendor/ask' });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.text).toBe('{"jsonrpc":"2.0", "id":"a","result":{"n":1.0,"big":9007199254740993}}');
    const note = await client.post({ method: 'notifications/roots/list_changed' });
    expect([note.status, note.text]).toEqual([202, '']);
    expect((await client.post({ id: 1, result: {} })).status).toBe(202);
    expect(first().dropped).toEqual(['client: answer to a question that was not asked']);
  });

  it('hands a message over as one line', async () => {
    const client = await legacyClient(rig);
    const body = '{\r\n  "jsonrpc": "2.0",\r  "id": 7,\n  "method": "ping"\n}\n';
    expect((await client.post(body)).status).toBe(200);
    expect(first().lines.at(-1)).toBe('{    "jsonrpc": "2.0",   "id": 7,   "method": "ping" } \n');
    expect(first().lines.at(-1)?.slice(0, -1)).not.toMatch(/[\r\n]/);
  });

  it('tells a client that takes only one form of answers in that form', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const headers = { 'mcp-session-id': client.id };
    const stream = await openStream(rig, '/mcp', {
      headers: { ...headers, accept: 'text/event-stream' },
      message: { id: 1, method: 'ping' },
    });
    expect(await stream.message()).toMatchObject({ id: 1, result: {} });
    expect(await stream.rest()).toEqual([]);
    const json = send(rig, call(2, 'p'), { headers: { ...headers, accept: 'application/json' } });
    await until(() => calls() === 1);
    first().say({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } });
    first().answer(2, { content: [] });
    expect((await json).json).toMatchObject({ id: 2 });
    // What the JSON could not carry waits for a stream.
    const listening = await client.listen();
    expect(await listening.message()).toMatchObject({ method: 'notifications/progress' });
    listening.close();
  });

  it('refuses an id that is under way, and the first still gets its answer', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const held = client.post(call(1));
    await until(() => calls() === 1);
    const again = await client.post(call(1));
    expect([again.status, again.json.error?.code, again.json.id]).toEqual([400, -32_600, 1]);
    first().answer(1, { content: [], first: true });
    expect((await held).json.result).toMatchObject({ first: true });
  });

  it('counts what it could not parse without answering it twice', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const held = client.post(call(5));
    await until(() => calls() === 1);
    const broken = await client.post('{"jsonrpc":"2.0","id":5,"method":"ping","method":"ping"}');
    expect([broken.status, broken.json.id, broken.json.error?.code]).toEqual([400, 5, -32_600]);
    first().answer(5, { content: [] });
    expect((await held).json.result).toBeDefined();
    expect(first().dropped).toEqual(['client: a key occurs twice']);
  });

  it('ends with DELETE', async () => {
    const client = await legacyClient(rig);
    const stream = await client.listen();
    expect((await client.end()).status).toBe(204);
    expect(first().gone).toBe(1);
    await stream.rest();
    expect((await client.post({ id: 1, method: 'ping' })).status).toBe(404);
    expect((await client.end()).status).toBe(404);
    expect(rig.endpoint.sessions('b1')).toBe(0);
  });

  it('does not take a client that leaves for one that cancels', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const { leave } = client.ask(call(1));
    await until(() => calls() === 1);
    leave();
    await client.post({ id: 2, method: 'ping' });
    expect(first().methods).not.toContain('notifications/cancelled');
    first().answer(1, {});
    // The id is free again.
    rig.script = echoScript;
    expect((await client.post(call(1))).status).toBe(200);
  });

  it('ends the response to a request that its client takes back', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const cancel = (requestId: unknown): Promise<{ status: number }> =>
      client.post({ method: 'notifications/cancelled', params: { requestId } });
    const held = client.post(call(1));
    await until(() => calls() === 1);
    expect((await cancel(1)).status).toBe(202);
    const cancelled = await held;
    expect([cancelled.status, cancelled.text]).toEqual([202, '']);
    const opening = client.stream(call('s'));
    await until(() => calls() === 2);
    first().say({ method: 'notifications/message', params: { data: 'x' } });
    await cancel('s');
    expect(await (await opening).rest()).toHaveLength(2);
    expect(first().methods.filter((method) => method === 'notifications/cancelled')).toHaveLength(2);
    // A late answer reaches nobody, and nothing keeps the session awake.
    first().answer(1);
    rig.pass(31 * 60_000);
    expect(rig.endpoint.sessions('b1')).toBe(0);
  });

  it('does not begin what was taken back before the server could be asked', async () => {
    const client = await legacyClient(rig);
    first().pauseClient();
    const held = client.post(call(1));
    await client.post({ method: 'notifications/x' });
    await client.post({ method: 'notifications/cancelled', params: { requestId: 1 } });
    expect((await held).status).toBe(202);
    first().resumeClient();
    expect(first().methods.slice(-1)).toEqual(['notifications/x']);
  });

  it('ends when its server goes, and tells who waits', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const held = client.post(call(1));
    await until(() => calls() === 1);
    first().end();
    expect((await held).json).toMatchObject({ id: 1, error: { code: -31_002 } });
    await until(() => rig.endpoint.sessions('b1') === 0);
    expect((await client.post({ id: 2, method: 'ping' })).status).toBe(404);
  });

  it('is none where the server refuses to begin', async () => {
    rig.script = ({ id }, server) => server.say({ id, error: { code: -32_022, message: 'modern only' } });
    const answer = await send(rig, INIT);
    expect(answer.status).toBe(200);
    expect(answer.json.error?.code).toBe(-32_022);
    expect(answer.headers['mcp-session-id']).toBeUndefined();
    expect(first().gone).toBe(1);
    expect(rig.endpoint.sessions('b1')).toBe(0);
  });

  it('says why it cannot be opened, in the answer to initialize', async () => {
    rig.opening = () => Promise.reject(new CompanionError('E_CONSENT', 'It was never allowed.', 'Run "runlayer add".'));
    const answer = await send(rig, INIT);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      jsonrpc: '2.0',
      id: 0,
      error: { code: -31_003, message: 'It was never allowed. Run "runlayer add".' },
    });
    expect(answer.headers['mcp-session-id']).toBeUndefined();
    expect(rig.endpoint.sessions('b1')).toBe(0);
  });

  it('is given up when its client leaves before it learned the id', async () => {
    let open = (): void => {};
    rig.opening = () => new Promise((resolve) => (open = resolve));
    const { leave } = sendAndLeave(rig, INIT);
    await until(() => rig.endpoint.sessions('b1') === 1);
    leave();
    await until(() => rig.endpoint.sessions('b1') === 0);
    open();
    await until(() => rig.served.length === 1);
    await until(() => first().gone === 1);
    expect(first().lines).toEqual([]);
  });

  it('takes a long message apart elsewhere', async () => {
    await rig.close();
    const large: number[] = [];
    const { parseMessage } = await import('../../../main/relay/parse-message.ts');
    rig = await startRig({
      parseLarge: (line, sender) => {
        large.push(line.length);
        return Promise.resolve(parseMessage(line, sender, DEFAULT_LIMITS));
      },
    });
    const client = await legacyClient(rig);
    const text = 'x'.repeat(300_000);
    const answer = await client.post({ id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text } } });
    expect(answer.json.result?.['content']).toEqual([{ type: 'text', text }]);
    expect(large).toHaveLength(1);
  });
});

describe('messages of a server', () => {
  let client: LegacyClient;
  beforeEach(async () => {
    rig.script = holdCalls;
    client = await legacyClient(rig);
  });
  const progress = (progressToken: unknown): object => ({
    method: 'notifications/progress',
    params: { progressToken, progress: 1 },
  });
  const log = (data: unknown): object => ({ method: 'notifications/message', params: { level: 'info', data } });

  it('make a stream of the answer to the only request', async () => {
    const opening = client.stream(call(1));
    await until(() => calls() === 1);
    first().say(log('before'));
    const stream = await opening;
    expect(stream.headers['content-type']).toBe('text/event-stream');
    expect(await stream.next()).toEqual({ id: '1-0', data: '' });
    expect(await stream.message()).toMatchObject({ params: { data: 'before' } });
    first().answer(1, { content: [] });
    expect(await stream.next()).toMatchObject({ id: '1-2' });
    expect(await stream.rest()).toEqual([]);
  });

  it('are not primed for clients that would choke on it', async () => {
    const older = await legacyClient(rig, '2025-06-18');
    const opening = older.stream(call(1));
    await until(() => rig.served[1]?.methods.includes('tools/call') === true);
    rig.served[1]?.say(log('x'));
    expect((await (await opening).next()).id).toBe('1-1');
  });

  it('go with the request that they name, by progress token or by relation', async () => {
    const one = client.stream(call(1, 'token'));
    const two = client.stream(call('two', 2));
    await until(() => calls() === 2);
    first().say(progress(2));
    first().say(progress('token'));
    first().say(log('related'), 'n1');
    const [a, b] = await Promise.all([one, two]);
    expect((await a.message()).params).toMatchObject({ progressToken: 'token' });
    expect((await a.message()).params).toMatchObject({ data: 'related' });
    expect((await b.message()).params).toMatchObject({ progressToken: 2 });
    first().answer(1);
    first().answer('two');
    expect(await a.rest()).toHaveLength(1);
    expect(await b.rest()).toHaveLength(1);
  });

  it('go to the GET stream when two requests are under way, else to the newer one', async () => {
    const one = client.stream(call(1));
    await until(() => calls() === 1);
    const two = client.stream(call(2));
    await until(() => calls() === 2);
    first().say(log('newest'));
    expect((await (await two).message()).params).toMatchObject({ data: 'newest' });
    const listening = await client.listen();
    expect(await listening.next()).toEqual({ id: '0-0', data: '' });
    first().say(log('nobody in particular'));
    expect((await listening.message()).params).toMatchObject({ data: 'nobody in particular' });
    first().answer(1);
    first().answer(2);
    await (await one).rest();
    listening.close();
  });

  it('that are news go to the GET stream although one request is under way', async () => {
    const listening = await client.listen();
    const held = client.post(call(1));
    await until(() => calls() === 1);
    first().say({ method: 'notifications/tools/list_changed' });
    expect(await listening.message()).toMatchObject({ method: 'notifications/tools/list_changed' });
    first().answer(1);
    expect((await held).headers['content-type']).toBe('application/json');
    listening.close();
  });

  it('wait for a GET stream, or for the next request', async () => {
    first().say({ id: 'q', method: 'roots/list' });
    const listening = await client.listen();
    expect(await listening.message()).toMatchObject({ id: 'q', method: 'roots/list' });
    await client.post({ id: 'q', result: { roots: [] } });
    expect(first().messages().at(-1)).toMatchObject({ id: 'q', result: { roots: [] } });
    listening.close();
    // Another connection's round trip is behind the end of this one.
    await client.post({ id: 'after', method: 'ping' });
    first().say(log('kept'));
    const stream = await client.stream(call(3));
    expect((await stream.message()).params).toMatchObject({ data: 'kept' });
    await until(() => calls() === 1);
    first().answer(3);
    expect(await stream.rest()).toHaveLength(1);
  });

  it('that nobody takes give way to newer ones, and their questions are answered', async () => {
    first().say({ id: 'q', method: 'roots/list' });
    for (let i = 0; i < 256; i++) first().say(log(i));
    await until(() =>
      first()
        .messages()
        .some(({ id }) => id === 'q'),
    );
    expect(first().messages().at(-1)).toMatchObject({ id: 'q', error: { code: -32_603 } });
    const listening = await client.listen();
    expect((await listening.message()).params).toMatchObject({ data: 0 });
    listening.close();
  });

  it('hold no line end that would end the event', async () => {
    const listening = await client.listen();
    await listening.next();
    first().say('{"jsonrpc":"2.0",\r"method":"notifications/message",\r"params":{"data":"a\\r\\n\\ndata: b"}}');
    const event = await listening.next();
    expect(JSON.parse(event.data)).toMatchObject({ params: { data: 'a\r\n\ndata: b' } });
    listening.close();
  });

  it('come after a while as a stream although nothing was said yet', async () => {
    const opening = client.stream(call(1));
    await until(() => calls() === 1);
    rig.pass(12_000);
    const stream = await opening;
    expect(await stream.next()).toEqual({ id: '1-0', data: '' });
    rig.pass(20_000);
    first().answer(1);
    expect(await stream.message()).toMatchObject({ id: 1 });
  });
});

describe('flow', () => {
  it('stops reading a server whose client does not read, and goes on when it does', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const listening = await client.listen();
    await listening.next();
    listening.pause();
    const data = 'x'.repeat(100_000);
    let said = 0;
    const say = (): void => {
      said++;
      first().say({ method: 'notifications/message', params: { level: 'info', data } });
    };
    await until(() => {
      say();
      return first().ready.at(-1) === false;
    });
    expect(first().flow).toEqual(['pause']);
    expect(first().drained).toBe(0);
    listening.resume();
    for (let i = 0; i < said; i++) await listening.message();
    await until(() => first().drained === 1);
    expect(first().flow).toEqual(['pause', 'resume']);
    first().say({ method: 'notifications/message', params: { level: 'info', data: 'small' } });
    expect(first().ready.at(-1)).toBe(true);
    listening.close();
  });

  it('holds what clients send while the server does not keep up', async () => {
    const client = await legacyClient(rig);
    const before = first().lines.length;
    first().pauseClient();
    const held = client.post({ id: 1, method: 'ping' });
    expect((await client.post({ method: 'notifications/x' })).status).toBe(202);
    expect(first().lines).toHaveLength(before);
    first().resumeClient();
    expect((await held).status).toBe(200);
    expect(first().methods.slice(before)).toEqual(['ping', 'notifications/x']);
  });

  it('refuses more than may wait', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { maxWaitingBytes: 100 } });
    const client = await legacyClient(rig);
    first().pauseClient();
    expect((await client.post({ method: 'notifications/x' })).status).toBe(202);
    expect((await client.post({ method: 'notifications/y', params: { text: 'y'.repeat(100) } })).status).toBe(503);
    expect((await client.post(call(1))).status).toBe(503);
  });
});

describe('the end of sessions', () => {
  it('comes after half an hour in which nothing happened', async () => {
    const client = await legacyClient(rig);
    rig.pass(29 * 60_000);
    expect((await client.post({ id: 1, method: 'ping' })).status).toBe(200);
    rig.pass(29 * 60_000);
    expect(rig.endpoint.sessions('b1')).toBe(1);
    rig.pass(2 * 60_000);
    expect(rig.endpoint.sessions('b1')).toBe(0);
    expect(first().gone).toBe(1);
    expect((await client.post({ id: 1, method: 'ping' })).status).toBe(404);
  });

  it('does not come while a stream is open or a request is under way', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const listening = await client.listen();
    rig.pass(2 * 60 * 60_000);
    listening.close();
    const { leave } = client.ask(call(1));
    await until(() => calls() === 1);
    leave();
    await client.post({ id: 'after', method: 'ping' });
    rig.pass(60 * 60_000);
    expect(rig.endpoint.sessions('b1')).toBe(1);
    first().answer(1);
    rig.pass(31 * 60_000);
    expect(rig.endpoint.sessions('b1')).toBe(0);
  });

  it('comes at last for a client that left with a request under way', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const { leave } = client.ask(call(1));
    await until(() => calls() === 1);
    rig.pass(3 * 60 * 60_000);
    leave();
    await client.post({ id: 'after', method: 'ping' });
    expect(rig.endpoint.sessions('b1')).toBe(1);
    rig.pass(3 * 60 * 60_000);
    expect(first().gone).toBe(1);
  });

  it('comes for the one that is idle longest when there are too many', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { maxSessionsPerPrincipal: 2 } });
    const one = await legacyClient(rig);
    const two = await legacyClient(rig);
    expect((await send(rig, INIT)).status).toBe(429);
    rig.pass(30_000);
    await one.post({ id: 1, method: 'ping' });
    rig.pass(61_000);
    expect((await send(rig, INIT)).status).toBe(200);
    expect((await two.post({ id: 1, method: 'ping' })).status).toBe(404);
    expect((await one.post({ id: 1, method: 'ping' })).status).toBe(200);
    // Another binding has its own.
    expect((await send(rig, INIT, { token: OTHER_TOKEN })).status).toBe(200);
  });

  it('counts a session of several connectors as often as it has any open', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { maxSessionsPerPrincipal: 4, maxSessions: 6 } });
    await legacyClient(rig);
    first().weight = 3;
    expect((await send(rig, INIT)).status).toBe(200);
    expect((await send(rig, INIT)).status).toBe(429);
    expect((await send(rig, INIT, { token: OTHER_TOKEN })).status).toBe(200);
    expect((await send(rig, INIT, { token: OTHER_TOKEN })).status).toBe(200);
    expect((await send(rig, INIT, { token: OTHER_TOKEN })).status).toBe(429);
    expect(rig.endpoint.sessions('b1')).toBe(2);
    // One that opened more than there is room for gives way whole.
    first().weight = 30;
    rig.pass(61_000);
    expect((await send(rig, INIT, { token: OTHER_TOKEN })).status).toBe(200);
    expect(first().gone).toBe(1);
  });

  it('comes with the end of the token, for whatever it opened', async () => {
    rig.script = holdCalls;
    const client = await legacyClient(rig);
    const listening = await client.listen();
    const held = client.post(call(1));
    await until(() => calls() === 1);
    rig.tokens.delete(TOKEN);
    rig.endpoint.drop('b1');
    expect((await held).status).toBe(401);
    await listening.rest();
    expect(first().gone).toBe(1);
    expect((await client.post({ id: 2, method: 'ping' })).status).toBe(401);
    expect(rig.endpoint.sessions('b1')).toBe(0);
  });

  it('comes for a session that was being opened when its token ended', async () => {
    let open = (): void => {};
    rig.opening = () => new Promise((resolve) => (open = resolve));
    const answer = send(rig, INIT);
    await until(() => rig.endpoint.sessions('b1') === 1);
    rig.endpoint.drop('b1');
    expect((await answer).status).toBe(401);
    open();
    await until(() => rig.served[0]?.gone === 1);
    expect(first().lines).toEqual([]);
  });
});
