/** Bytes that are no MCP message: none of them reaches the server, each is answered where it can be, and the session goes on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { RawClient, type Message } from './raw-client.ts';

const MB = 1024 * 1024;
const callOf = (id: string, name: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","arguments":{}}}`;

/** What is sent, and the code and id of the answer; `null`: without an answer. */
const lines: Record<string, readonly [line: string | Buffer, answer: readonly [code: number, id: unknown] | null]> = {
  'no JSON': ['hello', [-32_700, null]],
  'half a message': ['{"jsonrpc":"2.0","id":"h1","method":"tools/call"', [-32_700, 'h1']],
  'JSON that is no object': ['"text"', [-32_600, null]],
  'a batch': [`[${callOf('"b1"', 'echo')},${callOf('"b2"', 'echo')}]`, [-32_600, null]],
  'an empty batch': ['[]', [-32_600, null]],
  'a duplicate key in the envelope': [
    '{"jsonrpc":"2.0","id":"d1","method":"ping","method":"tools/call","params":{"name":"echo"}}',
    [-32_600, 'd1'],
  ],
  'a duplicate name in params': [
    '{"jsonrpc":"2.0","id":"d2","method":"tools/call","params":{"name":"echo","name":"write_note"}}',
    [-32_600, 'd2'],
  ],
  'a duplicate key deep in the arguments': [
    '{"jsonrpc":"2.0","id":"d3","method":"tools/call","params":{"name":"echo","arguments":{"a":{"b":1,"b":2}}}}',
    [-32_600, 'd3'],
  ],
  'two ids': ['{"jsonrpc":"2.0","id":"i1","id":"i2","method":"ping"}', [-32_600, null]],
  // Two methods, depending on who reads it: whether it is a request at all is a guess.
  'a key in another case': ['{"jsonrpc":"2.0","id":"c1","Method":"tools/call","method":"ping"}', [-32_600, null]],
  'a key that only looks alike': ['{"jsonrpc":"2.0","id":"c2","method":"ping","param\u017f":{}}', [-32_600, 'c2']],
  '__proto__ in the envelope': ['{"jsonrpc":"2.0","id":"p1","method":"ping","__proto__":{"x":1}}', [-32_600, 'p1']],
  'an id that is no whole number': ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', [-32_600, null]],
  'an id that is an object': ['{"jsonrpc":"2.0","id":{},"method":"ping"}', [-32_600, null]],
  'bytes that are not UTF-8': [
    Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":"u1","method":"ping","params":{"a":"'),
      Buffer.from([0xff, 0xc0]),
      Buffer.from('"}}'),
    ]),
    [-32_700, 'u1'],
  ],
  'sixty-five levels': [
    `{"jsonrpc":"2.0","id":"n1","method":"ping","params":${'{"a":'.repeat(65)}1${'}'.repeat(65)}}`,
    [-32_600, 'n1'],
  ],
  'a line of 20 MB': [callOf('"l1"', 'x'.repeat(20 * MB)), [-32_600, 'l1']],
  'an answer that nobody asked for': ['{"jsonrpc":"2.0","id":"r1","result":{}}', null],
  'an empty line': ['', null],
};

describeJourney('a client that sends what is no message', () => {
  let home: CompanionHome;
  let client: RawClient;
  let file: string;

  beforeAll(async () => {
    home = await openHome();
    file = join(home.path, 'received');
    await home.add('echo', [node, fixtureServer('echo.mjs'), file]);
    client = new RawClient(home.start(['run', 'echo']));
    await client.initialize();
    await client.request('list', 'tools/list');
  });
  afterAll(async () => {
    await home?.close();
  });

  it.each(Object.entries(lines))('%s', async (name, [line, expected]) => {
    const size = readFileSync(file).length;
    const from = client.lines.length;
    client.send(line);
    const settle = `after ${name}`;
    // The session lives, and what came before this is decided when this is answered.
    expect((await client.request(settle, 'vendor/settle')).result).toEqual({});
    const answers = client
      .messages()
      .slice(from)
      .filter((message: Message) => message.id !== settle);
    expect(answers.map((message) => [message.error?.code, message.id])).toEqual(expected === null ? [] : [expected]);
    const sent = `{"jsonrpc":"2.0","id":${JSON.stringify(settle)},"method":"vendor/settle","params":{}}\n`;
    expect(readFileSync(file).subarray(size).toString()).toBe(sent);
  });

  it('the same id twice at once is refused the second time, and free again afterwards', async () => {
    const server = new RawClient(home.start(['run', 'echo']));
    await server.initialize();
    // This method is never answered by the fixture.
    const open = '{"jsonrpc":"2.0","id":"same","method":"vendor/emit","params":{"base64":""}}';
    server.send(open);
    server.send(open);
    expect((await server.answer('same')).error).toMatchObject({ code: -32_600 });
    await server.close();
  });

  it('is counted, and leaves no open call', async () => {
    expect(await client.close()).toBe(0);
    const dropped = home.records().filter((record) => record.kind === 'event' && record.event === 'messages_dropped');
    expect(dropped.length).toBeGreaterThan(0);
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });

  it('no message at all: an end of input at once is a clean end', async () => {
    const quiet = new RawClient(home.start(['run', 'echo']));
    expect(await quiet.close()).toBe(0);
    expect([quiet.lines.length, quiet.err]).toEqual([0, '']);
  });

  it('everything at once and then the end: every answer still comes, the large one too', async () => {
    const piped = new RawClient(home.start(['run', 'echo']));
    const big = 'y'.repeat(3 * MB);
    piped.send('{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-06-18"}}');
    for (const id of [1, 2, 3])
      piped.send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo', arguments: { id } } });
    piped.send({ jsonrpc: '2.0', id: 'big', method: 'tools/call', params: { name: 'echo', arguments: { big } } });
    expect(await piped.close()).toBe(0);
    expect(piped.messages().map(({ id, error }) => [id, error])).toEqual(
      ['i', 1, 2, 3, 'big'].map((id) => [id, undefined]),
    );
    expect(piped.lines.at(-1)?.length).toBeGreaterThan(3 * MB);
  });
});
