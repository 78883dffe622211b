/** Rules with conditions, on real servers: what is inside goes through, what is outside is refused and stays listed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeJourney,
  everythingServer,
  filesystemServer,
  fixtureServer,
  node,
  openHome,
  type CompanionHome,
} from './companion-home.ts';
import { codeOf, connect, lastDecision, textOf, toolsOf } from './deciding-steps.ts';
import { waitingApproval } from './waiting-approval.ts';

describeJourney('deciding: rules with conditions', () => {
  let home: CompanionHome;
  let inside = '';
  let outside = '';

  const rule = async (...args: string[]): Promise<string> => (await home.json<{ id: string }>(['policy', ...args])).id;
  const remove = async (id: string): Promise<string> => await home.must(['policy', 'remove', '-y', id]);

  beforeAll(async () => {
    home = await openHome();
    const data = join(home.path, 'data');
    inside = join(data, 'open');
    outside = join(data, 'closed');
    for (const folder of [inside, outside]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'a.txt'), `text of ${folder}`);
    }
    await home.add('files', [node, filesystemServer, data]);
    await home.add('every', [node, everythingServer, 'stdio']);
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
  });
  afterAll(async () => {
    await home?.close();
  });

  it('path_under: inside is read, outside is denied in every spelling, and the tool stays listed', async () => {
    const when = JSON.stringify({ not: { at: '/path', path_under: [inside] } });
    const id = await rule('deny', 'files', 'read_text_file', '--when', when);
    const client = await connect(home, 'files', 'reader');
    expect(await toolsOf(client, 'list')).toContain('read_text_file');
    const read = async (call: string, path: unknown): Promise<[string | undefined, string]> => {
      const answer = await client.call(call, 'read_text_file', { path });
      return [codeOf(answer), textOf(answer)];
    };
    expect(await read('in', join(inside, 'a.txt'))).toEqual([undefined, `text of ${inside}`]);
    for (const [at, path] of [
      join(outside, 'a.txt'),
      `${inside}/../closed/a.txt`,
      `${inside}-not/a.txt`,
      // What a rule about a text cannot evaluate counts as denied.
      [join(inside, 'a.txt')],
      [join(outside, 'a.txt')],
      { path: join(inside, 'a.txt') },
      null,
      undefined,
    ].entries()) {
      const [code, text] = await read(`out ${at}`, path);
      expect([path, code]).toEqual([path, 'argument_deny']);
      expect(text).not.toContain('text of');
      expect(text).not.toContain(inside);
    }
    expect(lastDecision(home, 'read_text_file')).toMatchObject({ effect: 'deny', code: 'argument_deny', ruleId: id });
    await remove(id);
    expect(await read('after', join(outside, 'a.txt'))).toEqual([undefined, `text of ${outside}`]);
    await client.close();
  });

  it('url_host: the host alone, whatever stands before the @ or behind the dot', async () => {
    const id = await rule('allow', '-y', 'every', 'echo', '--when', '{"at":"/message","url_host":["example.com"]}');
    const other = await rule('deny', 'every', 'echo', '--when', '{"not":{"at":"/message","url_host":["example.com"]}}');
    const client = await connect(home, 'every', 'browser');
    const asked = async (message: unknown): Promise<string | undefined> =>
      codeOf(await client.call(JSON.stringify(message), 'echo', { message }));
    expect(await asked('https://example.com/a?b')).toBeUndefined();
    expect(await asked('https://EXAMPLE.com:8443/')).toBeUndefined();
    for (const message of [
      'https://example.com.evil.test/',
      'https://example.com@evil.test/',
      'https://evil.test/?https://example.com/',
      'example.com',
      ['https://example.com/'],
    ])
      expect([message, await asked(message)]).toEqual([message, 'argument_deny']);
    for (const one of [id, other]) await remove(one);
    await client.close();
  });

  it('regex and the other tests of a value, joined: only the calls that they are about', async () => {
    const when = {
      and: [
        { at: '/text', regex: '^rm\\s' },
        { at: '/text', length: { min: 5 } },
      ],
    };
    const id = await rule('deny', 'tools', 'echo', '--when', JSON.stringify(when));
    const client = await connect(home, 'tools', 'worker');
    const calls: [string, string | undefined][] = [];
    for (const text of ['rm -rf x', 'rm x', 'farm -x y', 'RM -rf x'])
      calls.push([text, codeOf(await client.call(text, 'echo', { text }))]);
    expect(calls).toEqual([
      ['rm -rf x', 'argument_deny'],
      ['rm x', undefined],
      ['farm -x y', undefined],
      // A deny is read in lower case too.
      ['RM -rf x', 'argument_deny'],
    ]);
    await remove(id);
    await client.close();
  });

  it('what is no condition is refused with its place, and changes nothing', async () => {
    const before = await home.must(['policy', 'list', '--json']);
    for (const [when, said] of [
      ['{"at":"/text","regex":"("}', /expression/],
      ['{"at":"text","eq":1}', /JSON Pointer/],
      ['{"at":"/text","eq":1,"glob":"a"}', /when/],
      ['{"at":"/text","eq":1,"eq":2}', /eq/],
      ['{"at":"/text"', /JSON/],
    ] as const) {
      const ended = await home.runlayer(['policy', 'deny', 'tools', 'echo', '--when', when]);
      expect([when, ended.code, ended.out]).toEqual([when, 2, '']);
      expect(ended.err).toMatch(said);
    }
    expect(await home.must(['policy', 'list', '--json'])).toBe(before);
  });

  it('a rule for a client: its calls alone, by a pattern, and a name in other letters is the same', async () => {
    const id = await rule('deny', 'tools', 'echo', '--client', 'cli-*');
    const said: (string | undefined)[] = [];
    for (const name of ['cli-one', 'CLI-two', 'window']) {
      const client = await connect(home, 'tools', name);
      const answer = await client.call('call', 'echo', { text: 'x' });
      said.push(answer.error?.message ?? textOf(answer));
      await client.close();
    }
    expect(said).toEqual(['Unknown tool: echo', 'Unknown tool: echo', 'x']);
    await remove(id);
  });

  it('an allow for a client opens nothing for one that only says so', async () => {
    await home.add('shut', [node, fixtureServer('tools.mjs')], ['--default', 'deny']);
    const id = await rule('allow', '-y', 'shut', 'echo', '--client', 'trusted');
    const client = await connect(home, 'shut', 'trusted');
    expect((await client.call('call', 'echo', { text: 'x' })).error?.message).toBe('Unknown tool: echo');
    await remove(id);
    await client.close();
  });

  it('resources and prompts are denied by name, asked about by name, and the others are read', async () => {
    const client = await connect(home, 'every', 'librarian');
    const [first, second] = (
      (await client.request('resources', 'resources/list')).result as { resources: { uri: string }[] }
    ).resources;
    if (first === undefined || second === undefined) throw new Error('the server lists no resources');
    const ids = [
      await rule('deny', 'every', '--resource', first.uri),
      await rule('ask', 'every', '--resource', second.uri),
      await rule('deny', 'every', '--prompt', 'simple-*'),
      await rule('deny', 'every', '--prompt', 'args-prompt', '--when', '{"at":"/city","eq":"Paris"}'),
    ];
    const denied = await client.request('denied', 'resources/read', { uri: first.uri });
    expect(denied.result).toBeUndefined();
    expect(denied.error?.message).not.toContain('rule');
    client.send({ jsonrpc: '2.0', id: 'asked', method: 'resources/read', params: { uri: second.uri } });
    const waiting = await waitingApproval(home);
    expect(waiting).toMatchObject({ connector: 'every', client: 'librarian' });
    expect(`${waiting.tool} ${waiting.arguments}`).toContain(second.uri);
    await home.must(['approvals', 'deny', waiting.id]);
    expect((await client.answer('asked')).error?.message).toMatch(/said no/);
    const dynamic = await client.request('free', 'resources/read', { uri: 'demo://resource/dynamic/text/1' });
    expect(dynamic.result?.['contents']).toHaveLength(1);

    expect((await client.request('simple', 'prompts/get', { name: 'simple-prompt' })).error?.code).toBeLessThan(0);
    const city = async (name: string): Promise<boolean> =>
      (await client.request(name, 'prompts/get', { name: 'args-prompt', arguments: { city: name } })).error ===
      undefined;
    expect([await city('Paris'), await city('Oslo')]).toEqual([false, true]);
    for (const id of ids) await remove(id);
    expect((await client.request('simple again', 'prompts/get', { name: 'simple-prompt' })).error).toBeUndefined();
    await client.close();
  });

  it('every call left an intent and one outcome, and the trail is whole', async () => {
    expect(home.records().filter(({ kind }) => kind === 'intent').length).toBeGreaterThan(25);
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });
});
