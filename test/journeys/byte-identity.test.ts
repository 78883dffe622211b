/** What no gate changes leaves as the bytes that came in, in both directions; shown with a server that echoes bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { RawClient } from './raw-client.ts';

const MB = 1024 * 1024;

/** Source text of `params`, written as no JSON library would write it again. */
const payloads: Record<string, string> = {
  'integers of 64 bits': '{"a":9223372036854775807,"b":-9223372036854775808,"c":12345678901234567890}',
  'numbers with their own spelling': '{"a":1.0,"b":-0,"c":1e400,"d":-1E-7,"e":0.10,"f":100000000000000000000000000}',
  'lone surrogates, as escapes': String.raw`{"a":"\ud800","b":"\udfff\ud83d","\udead":1}`,
  'escapes that need not be': String.raw`{"a":"\/\u0041\u00e9","b":"\u0000\u001f","c":"é\u2028"}`,
  'invisible and strange characters': '{"a":"\u200b\u202e\ufeff\u{1F469}\u200d\u{1F680}","\u{E0041}":"\u0085"}',
  'white space': '{ "a" :\t[ 1 ,  2 ] , "b":{ } }',
  'unknown fields deep inside': '{"_meta":{"com.vendor/x":{"y":[null,true,{"z":1.50}]}},"ui":"ui://x"}',
  'keys in no order': '{"z":1,"a":{"10":1,"2":2,"1":3},"m":[]}',
  'words that mean something elsewhere':
    '{"in":{"constructor":{"prototype":1},"__proto__":2,"method":"x","id":7,"toString":null}}',
  'sixty levels': `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`,
  '2 MB in one line': `{"a":"${'x'.repeat(2 * MB)}","n":1.0}`,
};

const ids = [
  '9007199254740993',
  '-9007199254740993',
  '123456789012345678901234567890',
  '"9007199254740993"',
  '0',
  '""',
  String.raw`"é\ud800"`,
  '"__proto__"',
];

const request = (id: string, method: string, params: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;
const result = (id: string, value: string): string => `{"jsonrpc":"2.0","id":${id},"result":${value}}`;

describeJourney('bytes through runlayer run', () => {
  let home: CompanionHome;
  let client: RawClient;
  let file: string;
  let written = 0;

  /** What reached the server since the last look. */
  const arrived = (): Buffer => {
    const all = readFileSync(file);
    const fresh = all.subarray(written);
    written = all.length;
    return fresh;
  };
  const line = (what: string, text: string): Promise<Buffer> => {
    const wanted = Buffer.from(text);
    return client.until(what, () => client.lines.find((candidate) => candidate.equals(wanted)));
  };
  /** Everything before it is through when its answer is. */
  const settle = async (id: string): Promise<void> => {
    client.send(request(id, 'vendor/settle', '{}'));
    await line(`the answer to ${id}`, result(id, '{}'));
  };
  const emit = (lines: readonly string[]): void => {
    const base64 = Buffer.from(lines.map((one) => `${one}\n`).join('')).toString('base64');
    client.send({ jsonrpc: '2.0', method: 'vendor/emit', params: { base64 } });
  };

  beforeAll(async () => {
    home = await openHome();
    file = join(home.path, 'received');
    await home.add('echo', [node, fixtureServer('echo.mjs'), file]);
    // Else the guard would take the invisible characters out of what comes back.
    await home.must(['guard', 'set', 'hidden_text', 'off', '--connector', 'echo', '-y']);
    client = new RawClient(home.start(['run', 'echo']));
    await client.initialize();
    // Before the first call the relay would ask for the list itself.
    await client.request('list', 'tools/list');
    arrived();
  });
  afterAll(async () => {
    await home?.close();
  });

  it('an unfiltered tools/list keeps its bytes', () => {
    const list = client.lines.find((candidate) => candidate.includes('"tools":['));
    expect(list?.toString()).toContain('"x-vendor":{"big":12345678901234567890,"one":1.0}');
  });

  it.each(Object.entries(payloads))('vendor request and answer: %s', async (name, params) => {
    const id = JSON.stringify(`request ${name}`);
    const sent = request(id, 'vendor/anything', params);
    client.send(sent);
    await line('the echo', result(id, params));
    expect(arrived().equals(Buffer.from(`${sent}\n`))).toBe(true);
  });

  it.each(Object.entries(payloads))('a tool call and its result: %s', async (name, args) => {
    const id = JSON.stringify(`call ${name}`);
    const params = `{"name":"echo","arguments":${args},"_meta":{"progressToken":9007199254740993}}`;
    const sent = request(id, 'tools/call', params);
    client.send(sent);
    await line('the echo', result(id, params));
    expect(arrived().equals(Buffer.from(`${sent}\n`))).toBe(true);
  });

  it.each(ids)('id %s', async (id) => {
    client.send(request(id, 'vendor/anything', '{"a":1.0}'));
    await line('the echo', result(id, '{"a":1.0}'));
    const call = '{"name":"echo","arguments":{"a":-0}}';
    client.send(request(id, 'tools/call', call));
    await line('the result', result(id, call));
    arrived();
  });

  it('two ids beyond 2^53 are two calls, at once and one after the other', async () => {
    // 993 and 995 are not the same to a server that rounds; 992 and 993 are, and so are never under way together.
    for (const together of [['9007199254740993', '9007199254740995'], ['9007199254740992'], ['9007199254740993']]) {
      const sent = together.map((id) => request(id, 'vendor/anything', `{"me":${id},"with":${together.length}}`));
      for (const one of sent) client.send(one);
      for (const id of together) await line(id, result(id, `{"me":${id},"with":${together.length}}`));
      expect(arrived().toString()).toBe(`${sent.join('\n')}\n`);
    }
  });

  it('notifications of the client, members in any order and unknown ones', async () => {
    const lines = [
      ...Object.values(payloads).map(
        (params) => `{"jsonrpc":"2.0","method":"notifications/vendor","params":${params}}`,
      ),
      '{"method":"notifications/x","vendor":{"v":1.0},"jsonrpc":"2.0"}',
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":12345678901234567890,"progress":1.0}}',
      '{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}',
    ];
    for (const one of lines) client.send(one);
    await settle('"after notifications"');
    const expected = [...lines, request('"after notifications"', 'vendor/settle', '{}')].join('\n');
    expect(arrived().equals(Buffer.from(`${expected}\n`))).toBe(true);
  });

  it('notifications of the server, of any method', async () => {
    // As base64 inside one request, 12 MB would be more than a message may hold; answers show that size.
    const lines = Object.values(payloads)
      .filter((params) => params.length < MB)
      .map((params) => `{"jsonrpc":"2.0","method":"notifications/vendor","params":${params}}`);
    lines.push('{"method":"notifications/message","params":{"level":"info","data":1e400},"extra":-0,"jsonrpc":"2.0"}');
    const from = client.lines.length;
    emit(lines);
    await client.until('all of them', () => (client.lines.length >= from + lines.length ? true : undefined));
    expect(client.lines.slice(from).map((one) => one.equals(Buffer.from(lines.shift() ?? '')))).not.toContain(false);
    arrived();
  });

  it('requests of the server and their answers, with an id that the client uses too', async () => {
    const params = payloads['numbers with their own spelling'] ?? '';
    for (const id of ids) {
      const asked = request(id, 'vendor/ask', params);
      emit([asked]);
      await line(`the question ${id}`, asked);
      arrived();
      const answer = `{"result":${params},"vendor":1.0,"id":${id},"jsonrpc":"2.0"}`;
      client.send(answer);
      await settle(`"after answer ${ids.indexOf(id)}"`);
      expect(arrived().toString().split('\n')[0]).toBe(answer);
    }
  });

  it('an error of the server, with data of its own', async () => {
    const id = '"to be failed"';
    const failed = `{"jsonrpc":"2.0","id":${id},"error":{"code":-32042.0,"message":"\\u0041","data":{"n":1e400},"x":1.0}}`;
    // A method that this server answers only when it is told what with.
    client.send(request(id, 'vendor/emit', JSON.stringify({ base64: Buffer.from(`${failed}\n`).toString('base64') })));
    await line('the error', failed);
    arrived();
  });

  it('notifications/cancelled reaches the server as it was', async () => {
    const sent =
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9007199254740993,"reason":"\\u0041"}}';
    client.send(sent);
    await settle('"after cancelled"');
    expect(arrived().toString().split('\n')[0]).toBe(sent);
  });

  it('12 MB each way, many at once, in any chunks', async () => {
    const params = `{"a":"${'é'.repeat(3 * MB)}","b":1.0}`;
    const wanted = ['"m1"', '"m2"', '"m3"'];
    for (const id of wanted) client.send(request(id, 'vendor/anything', params));
    for (const id of wanted) await line(id, result(id, params));
    expect(arrived().length).toBe(
      wanted.reduce((sum, id) => sum + Buffer.byteLength(request(id, 'vendor/anything', params)) + 1, 0),
    );
  });

  it.each([0, 1500])(
    'what a server says last is delivered whole, also when the client takes it %i ms late',
    async (lateMs) => {
      await home.add(`last-${lateMs}`, [node, fixtureServer('tools.mjs')]);
      const last = new RawClient(home.start(['run', `last-${lateMs}`]));
      await last.initialize();
      last.process.stdout.pause();
      last.send({ jsonrpc: '2.0', id: 'last', method: 'tools/call', params: { name: 'last_words', arguments: {} } });
      setTimeout(() => last.process.stdout.resume(), lateMs);
      expect((await last.answer('last')).result?.content?.[0]?.text).toBe('z'.repeat(3 * MB));
      expect(await last.exited).toBe(5);
    },
  );
});
