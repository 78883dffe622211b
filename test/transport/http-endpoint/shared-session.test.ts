import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompanionError, type JsonObject } from '../../../preload/contract/index.ts';
import { watchResponses } from './responses.ts';
import {
  echoScript,
  MODERN,
  MODERN_META,
  OTHER_TOKEN,
  startRig,
  TOKEN,
  until,
  type Asked,
  type Rig,
  type Script,
  type ServedFake,
} from './rig.ts';
import { modern, openStream, send, sendAndLeave, type Answer, type OpenStream, type Options } from './streams.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

const silent: Script = () => {};

function first(): ServedFake {
  const [served] = rig.served;
  if (served === undefined) throw new Error('no session was opened');
  return served;
}

type Params = Record<string, unknown>;

function ask(
  id: unknown,
  method: string,
  params: Params = {},
  meta: Params = {},
  options: Options = {},
): Promise<Answer> {
  const { message, headers } = modern(id, method, params, meta);
  return send(rig, message, { ...options, headers: { ...headers, ...options.headers } });
}

function stream(id: unknown, method: string, params: Params = {}, meta: Params = {}): Promise<OpenStream> {
  const { message, headers } = modern(id, method, params, meta);
  return openStream(rig, '/mcp', { message, headers });
}

/** The newest request with this method that reached the server. */
async function heard(method: string, count = 1): Promise<Asked & { readonly id: number }> {
  const all = (): Asked[] => (rig.served[0]?.messages() ?? []).filter((message) => message.method === method);
  await until(() => all().length >= count);
  return all().at(-1) as Asked & { readonly id: number };
}

const metaOf = (message: Asked): JsonObject => message.params?.['_meta'] as JsonObject;

describe('modern requests', () => {
  it('share one session, and each has an id of ours', async () => {
    const answers = await Promise.all([1, 1, '1', 'x'].map((id) => ask(id, 'tools/list')));
    expect(answers.map(({ status, json }) => [status, json.id])).toEqual([
      [200, 1],
      [200, 1],
      [200, '1'],
      [200, 'x'],
    ]);
    expect(answers[0]?.headers['mcp-session-id']).toBeUndefined();
    expect(rig.served).toHaveLength(1);
    expect(rig.endpoint.sessions('b1')).toBe(1);
    expect(
      first()
        .messages()
        .map(({ id }) => Number(id))
        .sort((a, b) => a - b),
    ).toEqual([1, 2, 3, 4]);
  });

  it.each(['"\\u0061"', '9007199254740993123', '"é\\/"', '-5', '""'])(
    'get back the id %s as they wrote it',
    async (id) => {
      const { headers } = modern(0, 'ping');
      const body = `{ "params":{"_meta":${JSON.stringify(MODERN_META)}},"id" : ${id} , "jsonrpc":"2.0","method":"ping"}`;
      const answer = await send(rig, body, { headers });
      expect(answer.text).toBe(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
      // Nothing else of the message was touched.
      expect(first().lines[0]).toBe(`${body.replace(`: ${id} `, ': 1 ')}\n`);
    },
  );

  it('ignore a session id', async () => {
    expect((await ask(1, 'ping', {}, {}, { headers: { 'mcp-session-id': 'x' } })).status).toBe(200);
  });

  it('of another binding have another session', async () => {
    await ask(1, 'ping');
    await ask(1, 'ping', {}, {}, { token: OTHER_TOKEN });
    expect(rig.served.map(({ principal }) => principal.id)).toEqual(['b1', 'b2']);
  });

  it('each say whose they are', async () => {
    await ask(1, 'ping');
    await ask(1, 'ping', {}, {}, { token: OTHER_TOKEN });
    const params = { _meta: MODERN_META };
    expect(rig.served.map((served) => [served.claimed(), served.claimed(params)])).toEqual([
      [{}, { client: 'test-client' }],
      [{ client: 'claude_code' }, { client: 'claude_code' }],
    ]);
  });

  it.each([
    [-32_601, 404],
    [-32_020, 400],
    [-32_021, 400],
    [-32_022, 400],
    [-32_602, 200],
    [-32_603, 200],
    [-31_001, 200],
  ])('that fail with %d have the status %d', async (code, status) => {
    rig.script = ({ id }, server) =>
      server.say(`{"error":{"message":"no","code":${code}},"id":${String(id)},"jsonrpc":"2.0"}`);
    for (const accept of ['application/json, text/event-stream', 'application/json']) {
      const answer = await ask('mine', 'x/y', {}, {}, { headers: { accept } });
      expect([answer.status, answer.json.id, answer.json.error?.code]).toEqual([status, 'mine', code]);
    }
  });

  it('may be answered with what only looks like an error', async () => {
    rig.script = ({ id }, server) => server.say({ result: { error: { code: -32_601 } }, id });
    expect((await ask(1, 'x/y')).status).toBe(200);
    rig.script = ({ id }, server) => server.say({ id, result: { '"error"': { code: -32_601 } } });
    expect((await ask(1, 'x/y')).status).toBe(200);
  });

  it('take a name in Base64', async () => {
    const name = 'wörld';
    rig.script = silent;
    const { message, headers } = modern(1, 'prompts/get', { name });
    const encoded = `=?base64?${Buffer.from(name).toString('base64')}?=`;
    const { leave } = sendAndLeave(rig, message, { headers: { ...headers, 'mcp-name': encoded } });
    expect((await heard('prompts/get')).params?.['name']).toBe(name);
    leave();
  });

  it('repeat annotated arguments in headers, once that is known', async () => {
    const inputSchema = {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        deep: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
      },
    };
    rig.script = ({ id, method }, server) =>
      server.answer(id, method === 'tools/list' ? { tools: [{ name: 'sql', inputSchema }] } : { content: [] });
    const sql = (
      headers: Record<string, string>,
      args: object = { region: 'é', deep: { count: 42 } },
    ): Promise<Answer> => ask('q', 'tools/call', { name: 'sql', arguments: args }, {}, { headers });
    const good = { 'mcp-param-region': `=?base64?${Buffer.from('é').toString('base64')}?=`, 'mcp-param-count': '42.0' };
    expect((await sql({})).status).toBe(200);
    await ask(1, 'tools/list');
    expect((await sql(good)).status).toBe(200);
    expect((await sql({}, { region: null })).status).toBe(200);
    const seen = first().lines.length;
    for (const wrong of [
      {},
      { ...good, 'mcp-param-region': 'e' },
      { ...good, 'mcp-param-region': '=?base64?w6k?=' },
      { ...good, 'mcp-param-count': '43' },
      { 'mcp-param-count': '42' },
    ]) {
      const answer = await sql(wrong);
      expect([answer.status, answer.json.error?.code, answer.json.id]).toEqual([400, -32_020, 'q']);
    }
    expect(first().lines).toHaveLength(seen);
  });

  it('that ask for a version nobody knows are told those that are', async () => {
    const version = 'v999.0.0';
    const answer = await ask(
      301,
      'server/discover',
      {},
      { 'io.modelcontextprotocol/protocolVersion': version },
      {
        headers: { 'mcp-protocol-version': version },
      },
    );
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      id: 301,
      error: { code: -32_022, data: { supported: [MODERN], requested: version } },
    });
    expect(rig.served).toHaveLength(0);
  });

  it.each([
    ['no _meta', {}, -32_602],
    ['no version', { _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } }, -32_602],
    ['no capabilities', { _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN } }, -32_602],
    ['a version that is no text', { _meta: { 'io.modelcontextprotocol/protocolVersion': 1 } }, -32_602],
  ])('with %s are refused with their id', async (_title, params, code) => {
    const answer = await send(rig, { id: 'me', method: 'ping', params }, { headers: modern(1, 'ping').headers });
    expect([answer.status, answer.json.id, answer.json.error?.code]).toEqual([400, 'me', code]);
  });

  it('named initialize are answered by the server, as any other', async () => {
    rig.script = ({ id }, server) => server.say({ id, error: { code: -32_601, message: 'Method not found' } });
    expect((await ask(1, 'initialize')).status).toBe(404);
  });
});

describe('what comes before an answer', () => {
  beforeEach(() => {
    rig.script = silent;
  });

  it('makes a stream of it; progress has the token that the client gave', async () => {
    const opening = stream('a', 'tools/list', {}, { progressToken: 'mine' });
    const { id, params } = await heard('tools/list');
    expect(params?.['_meta']).toMatchObject({ progressToken: id });
    first().say({ method: 'notifications/progress', params: { progressToken: id, progress: 1 } });
    const open = await opening;
    expect(open.headers['content-type']).toBe('text/event-stream');
    expect(await open.next()).toEqual({
      id: undefined,
      data: '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"mine","progress":1}}',
    });
    first().answer(id, { tools: [] });
    expect(await open.message()).toMatchObject({ id: 'a' });
    expect(await open.rest()).toEqual([]);
  });

  it('reaches nobody where it belongs to no open request', async () => {
    const one = ask(1, 'a/b');
    const two = ask(2, 'a/b');
    const { id } = await heard('a/b', 2);
    for (const params of [
      // It gave no token.
      { progressToken: id, progress: 1 },
      { progressToken: 99, progress: 1 },
      { progressToken: String(id), progress: 1 },
    ])
      first().say({ method: 'notifications/progress', params });
    first().say('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progressToken":2}}');
    first().say({ method: 'notifications/message', params: { level: 'info', data: 'whose?' } });
    first().say({ method: 'vendor/news' });
    first().say({ method: 'notifications/tools/list_changed' });
    first().say({ method: 'vendor/news' }, 'n77');
    first().answer(1);
    first().answer(2);
    for (const answer of [await one, await two]) expect(answer.headers['content-type']).toBe('application/json');
  });

  it('goes with the request on whose response the server sent it', async () => {
    const [one, two] = [stream('one', 'a/b'), stream('two', 'a/b')];
    await heard('a/b', 2);
    const [a, b] = first().messages();
    first().say({ method: 'notifications/message', params: { data: 'b' } }, `n${String(b?.id)}`);
    first().say({ method: 'notifications/message', params: { data: 'a' } }, `n${String(a?.id)}`);
    for (const { id } of [a, b].filter((message) => message !== undefined)) first().answer(id, { for: id });
    const events = await Promise.all([(await one).rest(), (await two).rest()]);
    for (const [said, answer] of events)
      expect((JSON.parse(said?.data ?? '') as Asked).params?.['data']).toBe(
        (JSON.parse(answer?.data ?? '') as { result: { for: unknown } }).result.for === a?.id ? 'a' : 'b',
      );
  });

  it('goes with the only request under way; log messages with the only one that wants them', async () => {
    const logs = stream(1, 'wants/logs', {}, { 'io.modelcontextprotocol/logLevel': 'info' });
    const { id } = await heard('wants/logs');
    first().say({ method: 'vendor/news' });
    // News are for subscriptions.
    first().say({ method: 'notifications/tools/list_changed' });
    first().say({ method: 'notifications/resources/updated', params: { uri: 'x:y' } });
    const other = ask(2, 'wants/none');
    await heard('wants/none');
    first().say({ method: 'notifications/message', params: { data: 'log' } });
    first().answer(id);
    const events = await (await logs).rest();
    expect(events.map(({ data }) => (JSON.parse(data) as Asked).method)).toEqual([
      'vendor/news',
      'notifications/message',
      undefined,
    ]);
    first().say({ method: 'notifications/message', params: { data: 'unwanted' } });
    first().answer(id + 1);
    expect((await other).headers['content-type']).toBe('application/json');
  });

  it('is not told to a client that takes only JSON', async () => {
    const answer = ask(1, 'a/b', {}, { progressToken: 1 }, { headers: { accept: 'application/json' } });
    const { id } = await heard('a/b');
    first().say({ method: 'notifications/progress', params: { progressToken: id } });
    first().answer(id);
    expect((await answer).json).toMatchObject({ id: 1, result: {} });
  });

  it('comes as a stream to a client that takes only that', async () => {
    const { message, headers } = modern(1, 'a/b');
    const opening = openStream(rig, '/mcp', { message, headers: { ...headers, accept: 'text/event-stream' } });
    const { id } = await heard('a/b');
    first().answer(id);
    expect(await (await opening).rest()).toHaveLength(1);
  });

  it('cannot be a request of the server: it is told so', async () => {
    const answer = ask(1, 'a/b');
    const { id } = await heard('a/b');
    first().say({ id: 'q"1', method: 'sampling/createMessage', params: {} }, `n${id}`);
    await until(() =>
      first()
        .messages()
        .some((message) => message.id === 'q"1'),
    );
    expect(first().messages().at(-1)).toMatchObject({ id: 'q"1', error: { code: -32_601 } });
    first().answer(id);
    expect((await answer).headers['content-type']).toBe('application/json');
  });

  it('is a sign of life after a while', async () => {
    const opening = stream(1, 'a/b');
    const { id } = await heard('a/b');
    rig.pass(12_000);
    const open = await opening;
    rig.pass(60_000);
    first().answer(id);
    expect(await open.rest()).toHaveLength(1);
  });
});

describe('subscriptions', () => {
  const KEY = 'io.modelcontextprotocol/subscriptionId';
  beforeEach(() => {
    rig.script = silent;
  });
  const listen = (id: unknown): Promise<OpenStream> =>
    stream(id, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
  const say = (method: string, id: unknown): void => first().say({ method, params: { _meta: { [KEY]: id } } });

  it('carry the name that their client gave them, as it wrote it', async () => {
    const [one, two] = [listen('listen:0'), listen(0)];
    await heard('subscriptions/listen', 2);
    const ids = first()
      .messages()
      .map(({ id }) => id);
    for (const id of ids) say('notifications/subscriptions/acknowledged', id);
    for (const id of ids) say('notifications/tools/list_changed', id);
    for (const [open, name] of [
      [await one, 'listen:0'],
      [await two, 0],
    ] as const) {
      for (const method of ['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed'])
        expect(await open.message()).toMatchObject({ method, params: { _meta: { [KEY]: name } } });
    }
    for (const id of ids) first().answer(id, { resultType: 'complete', _meta: { [KEY]: id } });
    expect(await (await one).message()).toMatchObject({ id: 'listen:0', result: { _meta: { [KEY]: 'listen:0' } } });
    expect(await (await two).message()).toMatchObject({ id: 0, result: { _meta: { [KEY]: 0 } } });
    expect(await (await one).rest()).toEqual([]);
  });

  it('end for the server when their client goes', async () => {
    const opening = listen(7);
    const { id } = await heard('subscriptions/listen');
    say('notifications/subscriptions/acknowledged', id);
    (await opening).close();
    expect((await heard('notifications/cancelled')).params).toMatchObject({ requestId: id });
    expect(first().openCalls).toBe(0);
  });

  it('end for their client when the server takes them back', async () => {
    const opening = listen(7);
    const { id } = await heard('subscriptions/listen');
    say('notifications/subscriptions/acknowledged', id);
    first().say({ method: 'notifications/cancelled', params: { requestId: id } });
    expect(await (await opening).rest()).toHaveLength(1);
    expect((await heard('notifications/cancelled')).params).toMatchObject({ requestId: id });
    expect(first().openCalls).toBe(0);
  });

  it('are nobody else’s: other requests get none of their news', async () => {
    const other = ask(1, 'a/b');
    const { id } = await heard('a/b');
    say('notifications/tools/list_changed', id);
    say('notifications/tools/list_changed', 99);
    first().answer(id);
    expect((await other).headers['content-type']).toBe('application/json');
  });

  it('need a client that takes streams, and are bounded', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { maxStreamsPerPrincipal: 1 } }, silent);
    const json = { headers: { accept: 'application/json' } };
    expect((await ask(1, 'subscriptions/listen', {}, {}, json)).status).toBe(406);
    const opening = listen(1);
    await heard('subscriptions/listen');
    expect((await ask(2, 'subscriptions/listen')).status).toBe(429);
    say('notifications/subscriptions/acknowledged', (await heard('subscriptions/listen')).id);
    (await opening).close();
    await heard('notifications/cancelled');
    const again = listen(3);
    await heard('subscriptions/listen', 2);
    (await Promise.race([again, Promise.resolve({ close: () => {} })])).close();
  });
});

describe('a client that closes its response', () => {
  it('has cancelled its request; a late answer reaches nobody', async () => {
    rig.script = silent;
    const { message, headers } = modern(1, 'a/b');
    const { leave } = sendAndLeave(rig, message, { headers });
    const { id } = await heard('a/b');
    leave();
    expect((await heard('notifications/cancelled')).params).toMatchObject({ requestId: id });
    first().answer(id);
    expect(first().dropped).toEqual(['server: answer to a question that was not asked']);
    expect(rig.endpoint.sessions('b1')).toBe(1);
  });

  it('before it left for the server has asked nothing', async () => {
    let open = (): void => {};
    rig.opening = () => new Promise((resolve) => (open = resolve));
    const { message, headers } = modern(1, 'a/b');
    const { leave } = sendAndLeave(rig, message, { headers });
    const stays = ask(2, 'tools/list');
    await until(() => rig.endpoint.sessions('b1') === 1);
    // Both are there.
    await send(rig, undefined, { path: '/health' });
    leave();
    await send(rig, undefined, { path: '/health' });
    open();
    expect((await stays).status).toBe(200);
    expect(first().methods).toEqual(['tools/list']);
  });

  it('cannot be done by a notification: its ids are other clients’ here', async () => {
    rig.script = silent;
    const held = ask(5, 'a/b');
    const { id } = await heard('a/b');
    const { headers } = modern(1, 'notifications/cancelled');
    for (const requestId of [id, 5]) {
      const params = { requestId, _meta: MODERN_META };
      expect((await send(rig, { method: 'notifications/cancelled', params }, { headers })).status).toBe(202);
    }
    const other = await send(rig, { method: 'notifications/vendor' }, { headers: { 'mcp-protocol-version': MODERN } });
    expect(other.status).toBe(202);
    expect(first().methods).toEqual(['a/b', 'notifications/vendor']);
    first().answer(id);
    expect((await held).json.id).toBe(5);
  });
});

describe('the shared session', () => {
  it('ends after five idle minutes and is opened again', async () => {
    await ask(1, 'ping');
    rig.pass(4 * 60_000);
    await ask(1, 'ping');
    rig.pass(4 * 60_000);
    expect(rig.endpoint.sessions('b1')).toBe(1);
    rig.pass(2 * 60_000);
    expect(rig.endpoint.sessions('b1')).toBe(0);
    expect(first().gone).toBe(1);
    expect((await ask(1, 'ping')).status).toBe(200);
    expect(rig.served).toHaveLength(2);
  });

  it('ends sooner where it was only a probe of a legacy server', async () => {
    rig.script = ({ id }, server) => server.say({ id, error: { code: -32_601, message: 'Method not found' } });
    expect((await ask(1, 'server/discover')).status).toBe(404);
    rig.pass(30_000);
    expect(first().gone).toBe(1);
  });

  it('does not end while a server waits for input that its client may bring', async () => {
    rig.script = (message, server) => {
      const { id, method, params } = message;
      const asks = method === 'tools/call' && params?.['inputResponses'] === undefined;
      if (asks) server.answer(id, { resultType: 'input_required', requestState: 'S', inputRequests: {} });
      else echoScript(message, server);
    };
    const call = { name: 'echo', arguments: {} };
    expect((await ask(1, 'tools/call', call)).json.result).toMatchObject({ resultType: 'input_required' });
    rig.pass(8 * 60_000);
    const again = await ask(2, 'tools/call', { ...call, requestState: 'S', inputResponses: {} });
    expect(again.json.result).toMatchObject({ resultType: 'complete' });
    expect(rig.served).toHaveLength(1);
    // Nobody comes back with more.
    await ask(3, 'tools/call', call);
    rig.pass(11 * 60_000);
    first().tick();
    rig.pass(6 * 60_000);
    expect(first().gone).toBe(1);
  });

  it('does not end while somebody waits', async () => {
    rig.script = silent;
    const held = stream(1, 'a/b');
    const { id } = await heard('a/b');
    rig.pass(60 * 60_000);
    first().answer(id);
    expect(await (await held).rest()).toHaveLength(1);
  });

  it('that cannot be opened tells each who waits, and the next tries again', async () => {
    rig.opening = () => Promise.reject(new CompanionError('E_LOCKED', 'The keychain is locked.', 'Unlock it.'));
    const answers = await Promise.all([ask(1, 'ping'), ask('two', 'tools/list')]);
    expect(answers.map(({ status, json }) => [status, json.id, json.error])).toEqual([
      [200, 1, { code: -31_003, message: 'The keychain is locked. Unlock it.' }],
      [200, 'two', { code: -31_003, message: 'The keychain is locked. Unlock it.' }],
    ]);
    rig.opening = () => Promise.resolve();
    expect((await ask(1, 'ping')).json.result).toEqual({});
  });

  it('whose server goes tells who waits, and is opened again', async () => {
    rig.script = silent;
    const held = ask(1, 'a/b');
    await heard('a/b');
    first().end();
    expect((await held).json).toMatchObject({ id: 1, error: { code: -31_002 } });
    await until(() => rig.endpoint.sessions('b1') === 0);
    rig.script = echoScript;
    expect((await ask(1, 'ping')).status).toBe(200);
  });

  it('ends with its token', async () => {
    rig.script = silent;
    const held = ask(1, 'a/b');
    await heard('a/b');
    rig.tokens.delete(TOKEN);
    rig.endpoint.drop('b1');
    const answer = await held;
    expect([answer.status, answer.json.id]).toEqual([401, 1]);
    expect(first().gone).toBe(1);
    expect((await ask(1, 'ping')).status).toBe(401);
  });

  it('is not stalled by a client that does not read: that one is cut', async () => {
    rig.script = silent;
    const slow = await (async () => {
      const opening = stream('slow', 'a/b', {}, { progressToken: 1 });
      const { id } = await heard('a/b');
      first().say({ method: 'notifications/progress', params: { progressToken: id } });
      return { open: await opening, id };
    })();
    slow.open.pause();
    const message = 'x'.repeat(100_000);
    await until(() => {
      first().say({ method: 'notifications/progress', params: { progressToken: slow.id, message } });
      return first().methods.includes('notifications/cancelled');
    });
    expect(first().ready.every(Boolean)).toBe(true);
    expect(rig.logs).toEqual(['A client was cut off because it does not read its stream.']);
    rig.script = echoScript;
    expect((await ask(1, 'ping')).status).toBe(200);
    slow.open.close();
  });

  it('takes only so much while it is being opened', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { maxWaitingBytes: 500 } });
    let open = (): void => {};
    rig.opening = () => new Promise((resolve) => (open = resolve));
    const one = ask(1, 'ping');
    await until(() => rig.endpoint.sessions('b1') === 1);
    const two = await ask(2, 'tools/call', { name: 'echo', arguments: { text: 'x'.repeat(500) } });
    expect([two.status, two.json.id]).toEqual([503, 2]);
    open();
    expect((await one).status).toBe(200);
  });
});

describe('a cancellation', () => {
  it('is never lost, however much waits for the server', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { maxWaitingBytes: 300 } }, silent);
    const asked = watchResponses();
    const { message, headers } = modern(1, 'a/b');
    const { leave } = sendAndLeave(rig, message, { headers });
    const { id } = await heard('a/b');
    first().pauseClient();
    // Taken; then nothing more has room.
    const text = 'x'.repeat(300);
    const params = { text, _meta: MODERN_META };
    const noticed = await send(
      rig,
      { method: 'notifications/x', params },
      { headers: modern(0, 'notifications/x').headers },
    );
    expect(noticed.status).toBe(202);
    expect((await ask(2, 'c/d')).status).toBe(503);
    leave();
    await asked.over();
    asked.stop();
    // Only now does the server keep up.
    first().resumeClient();
    expect(first().messages().at(-1)).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
  });
});

describe('fifty clients at once, with the same ids and tokens', () => {
  it('each get exactly their own', async () => {
    const rounds = 8;
    rig.script = ({ id, method, params }, server) => {
      if (method !== 'canary/ask') return;
      const { who } = params as { who: string };
      const { progressToken } = metaOf({ params: params ?? {} });
      // Answers overtake each other.
      const turns = who.length % 3;
      const later = (then: () => void, left: number): void =>
        void setImmediate(() => (left === 0 ? then() : later(then, left - 1)));
      server.say({ method: 'notifications/progress', params: { progressToken, message: who } });
      later(() => {
        server.say({ method: 'notifications/progress', params: { progressToken, message: who } });
        server.answer(id, { who });
      }, turns);
    };
    const client = async (number: number): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        const who = `${'w'.repeat(number % 5)}-${number}-${round}`;
        const open = await stream(round, 'canary/ask', { who }, { progressToken: 'token' });
        const events = (await open.rest()).map(({ data }) => JSON.parse(data) as Asked);
        expect(events).toEqual([
          { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'token', message: who } },
          { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'token', message: who } },
          { jsonrpc: '2.0', id: round, result: { who } },
        ]);
      }
    };
    await Promise.all(Array.from({ length: 50 }, (_, number) => client(number)));
    expect(rig.served).toHaveLength(1);
    expect(first().lines).toHaveLength(50 * rounds);
  });
});
