/** Pins of everything else: prompts, templates, instructions, what a connector is, pins that cannot be read, and the hub. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PinView } from '../../preload/contract/index.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { expectWholeAudit, lineOf, textOf } from './deciding-checks.ts';
import { HubClient, type Reply } from './hub-client.ts';
import { Offering, tool } from './offering.ts';
import { RawClient, type Message } from './raw-client.ts';

const names = ({ result }: Pick<Message, 'result'>, list = 'tools', by = 'name'): unknown[] => {
  const items = result?.[list];
  return Array.isArray(items) ? items.map((item: Record<string, unknown>) => item[by]) : [];
};

describeJourney('pins of everything else', () => {
  let home: CompanionHome;
  let offering: Offering;
  const open: RawClient[] = [];

  const connect = async (connector = 'pinned'): Promise<RawClient> => {
    const client = new RawClient(home.start(['run', connector]));
    open.push(client);
    await client.initialize();
    return client;
  };
  const finished = async (): Promise<void> => {
    for (const client of open.splice(0)) await client.close();
    await expectWholeAudit(home);
  };
  const held = async (connector: string): Promise<string[]> =>
    (await home.json<PinView[]>(['pins', 'list', connector]))
      .filter(({ state }) => state !== 'pinned')
      .map(({ kind, name, state }) => `${kind} ${name} ${state}`);

  beforeAll(async () => {
    home = await openHome();
    offering = new Offering({
      instructions: 'Use one.',
      tools: [tool('one'), tool('two')],
      prompts: [{ name: 'p', description: 'Old.' }, { name: 'q' }],
      resourceTemplates: [
        { uriTemplate: 'note://{id}', name: 'notes' },
        { uriTemplate: 'file:///{path}', name: 'files' },
      ],
    });
    await home.add('pinned', offering.command);
  });
  afterAll(async () => {
    await home.close();
    offering.close();
  });

  it('prompts, templates and instructions that changed are held back, each by itself', async () => {
    const first = await connect();
    expect(lineOf(first, 'init')).toContain('Use one.');
    expect(textOf(await first.call('c', 'one'))).toBe('done one');
    expect(names(await first.request('p', 'prompts/list'), 'prompts')).toEqual(['p', 'q']);
    expect(names(await first.request('t', 'resources/templates/list'), 'resourceTemplates')).toEqual([
      'notes',
      'files',
    ]);
    await finished();
    offering.change({
      instructions: 'Use two.',
      prompts: [{ name: 'p', description: 'New.' }, { name: 'q' }],
      resourceTemplates: [
        { uriTemplate: 'note://{id}', name: 'other' },
        { uriTemplate: 'file:///{path}', name: 'files' },
      ],
    });
    const second = await connect();
    expect(lineOf(second, 'init')).not.toContain('instructions');
    expect(names(await second.request('p', 'prompts/list'), 'prompts')).toEqual(['q']);
    expect(names(await second.request('t', 'resources/templates/list'), 'resourceTemplates')).toEqual(['files']);
    expect((await second.request('get-p', 'prompts/get', { name: 'p' })).error).toBeDefined();
    expect((await second.request('get-q', 'prompts/get', { name: 'q' })).error).toBeUndefined();
    expect((await second.request('note', 'resources/read', { uri: 'note://7' })).error).toBeDefined();
    expect((await second.request('file', 'resources/read', { uri: 'file:///x' })).error).toBeUndefined();
    expect(offering.requests('prompts/get').map(({ params }) => params?.['name'])).toEqual(['q']);
    expect(offering.requests('resources/read').map(({ params }) => params?.['uri'])).toEqual(['file:///x']);
    expect((await held('pinned')).toSorted()).toEqual([
      'instructions  changed',
      'prompt p changed',
      'resource_template note://{id} changed',
    ]);
    await home.must(['pins', 'accept', 'pinned', '--kind', 'prompt', '-y']);
    expect((await second.request('get-p2', 'prompts/get', { name: 'p' })).error).toBeUndefined();
    await home.must(['pins', 'accept', 'pinned', '--all', '-y']);
    expect((await second.request('note2', 'resources/read', { uri: 'note://7' })).error).toBeUndefined();
    await finished();
    expect(lineOf(await connect(), 'init')).toContain('Use two.');
    await finished();
  });

  it('another program behind the same command is not started: its consent is to the one that was there', async () => {
    const program = join(offering.folder, 'server');
    const script = (comment: string): void => {
      writeFileSync(
        program,
        `#!/bin/sh\n# ${comment}\nexec '${node}' '${fixtureServer('offering.mjs')}' '${offering.file}'\n`,
      );
      chmodSync(program, 0o700);
    };
    script('one');
    await home.add('swapped', [program]);
    expect(textOf(await (await connect('swapped')).call('c', 'one'))).toBe('done one');
    await finished();
    script('another');
    const before = offering.received().length;
    const client = new RawClient(home.start(['run', 'swapped']));
    expect((await client.initialize()).error).toBeDefined();
    expect(await client.close()).not.toBe(0);
    expect(offering.received()).toHaveLength(before);
  });

  it('another version of a package is agreed to where nothing differs; the same version with other bytes holds all back', async () => {
    const npx = join(offering.folder, 'npx');
    writeFileSync(npx, `#!/bin/sh\nexec '${node}' '${fixtureServer('offering.mjs')}' '${offering.file}'\n`);
    chmodSync(npx, 0o700);
    const folder = createHash('sha512').update('notes-server').digest('hex').slice(0, 16);
    const modules = join(home.path, '.npm', '_npx', folder, 'node_modules');
    mkdirSync(modules, { recursive: true });
    const fetched = (version: string, integrity: string): void =>
      writeFileSync(
        join(modules, '.package-lock.json'),
        JSON.stringify({ lockfileVersion: 3, packages: { 'node_modules/notes-server': { version, integrity } } }),
      );
    const tools = async (id: string): Promise<unknown[]> => {
      const client = await connect('package');
      const listed = names(await client.request(id, 'tools/list'));
      await finished();
      return listed;
    };
    fetched('1.0.0', 'sha512-aaaa');
    await home.add('package', [npx, '-y', 'notes-server']);
    expect(await tools('first')).toEqual(['one', 'two']);
    fetched('1.1.0', 'sha512-bbbb');
    expect(await tools('update')).toEqual(['one', 'two']);
    expect(await held('package')).toEqual([]);

    fetched('1.1.0', 'sha512-cccc');
    const client = await connect('package');
    expect(names(await client.request('l', 'tools/list'))).toEqual([]);
    await client.call('held', 'one');
    await client.call('none', 'neverwas');
    expect(lineOf(client, 'held')).toBe(lineOf(client, 'none').replace('neverwas', 'one').replace('none', 'held'));
    expect(await held('package')).toContain('identity  changed');
    const shown = await home.must(['pins', 'diff', 'package']);
    expect(shown).toMatch(/sha512-bbbb[^]*sha512-cccc/);
    await home.must(['pins', 'accept', 'package', '--kind', 'identity', '-y']);
    await finished();
    expect(await tools('agreed')).toEqual(['one', 'two']);

    // With another definition in it an update waits, beside what differs.
    fetched('2.0.0', 'sha512-dddd');
    offering.change({ tools: [tool('one', 'Other.'), tool('two')] });
    expect(await tools('changed')).toEqual(['two']);
    expect((await held('package')).toSorted()).toEqual(['identity  changed', 'tool one changed']);
    await home.must(['pins', 'accept', 'package', '--all', '-y']);
    expect(await tools('both')).toEqual(['one', 'two']);
    offering.change({ tools: [tool('one'), tool('two')] });
  });

  const damages: readonly (readonly [string, (folder: string) => void])[] = [
    [
      'a byte of it differs',
      (folder) => {
        for (const name of readdirSync(folder).filter((file) => /^[0-9a-f]{40}\.json$/.test(file))) {
          const path = join(folder, name);
          writeFileSync(path, readFileSync(path, 'utf8').replace('Does two.', 'Does twO.'));
        }
      },
    ],
    [
      'it was taken away',
      (folder) => {
        for (const name of readdirSync(folder).filter((file) => /^[0-9a-f]{40}\.json$/.test(file)))
          rmSync(join(folder, name));
      },
    ],
    ['all of it was taken away', (folder) => rmSync(folder, { recursive: true })],
    [
      'the index is no JSON',
      (folder) => {
        for (const name of readdirSync(folder).filter((file) => !/^[0-9a-f]{40}\.json$/.test(file)))
          writeFileSync(join(folder, name), '{');
      },
    ],
  ];
  for (const [how, damage] of damages) {
    it(`pins that cannot be trusted hold everything back until they are reset: ${how}`, async () => {
      const before = await connect();
      expect(names(await before.request('l', 'tools/list'))).toEqual(['one', 'two']);
      await finished();
      await home.must(['stop']);
      damage(join(home.home, 'pins'));
      const client = await connect();
      expect(names(await client.request('l', 'tools/list'))).toEqual([]);
      await client.call('held', 'one');
      await client.call('none', 'neverwas');
      expect(lineOf(client, 'held')).toBe(lineOf(client, 'none').replace('neverwas', 'one').replace('none', 'held'));
      expect((await home.runlayer(['pins', 'accept', 'pinned', '--all', '-y'])).code).not.toBe(0);
      expect(await home.must(['pins', 'list'])).toContain('unreadable');
      for (const connector of ['pinned', 'swapped', 'package']) await home.runlayer(['pins', 'reset', connector, '-y']);
      await finished();
      const after = await connect();
      expect(names(await after.request('l', 'tools/list'))).toEqual(['one', 'two']);
      expect(textOf(await after.call('c', 'one'))).toBe('done one');
      await finished();
    });
  }

  it('holds through the hub as well', async () => {
    await home.must(['hub', 'config', 'create', 'some', '--connector', 'pinned', '-y']);
    const bound = await home.json<{ url: string; token: string }>(['hub', 'bind', 'some', '-y']);
    const hub = new HubClient(bound.url, bound.token);
    const tools = async (id: string): Promise<unknown[]> =>
      (await hub.modern(id, 'tools/list')).messages
        .flatMap((message) => message.result?.tools ?? [])
        .map(({ name }) => name);
    const call = (id: string, name: string): Promise<Reply> => hub.modern(id, 'tools/call', { name, arguments: {} });
    try {
      expect(await tools('a')).toEqual(['one', 'two']);
      offering.change({ tools: [tool('one', 'Other.'), tool('two')] });
      // The server of the binding may still be the one that listed the old definition.
      await home.must(['stop']);
      expect((await connect()).lines).toHaveLength(1);
      expect(await tools('b')).toEqual(['two']);
      expect((await call('held', 'one')).text).toBe(
        (await call('none', 'neverwas')).text.replace('neverwas', 'one').replace('none', 'held'),
      );
      expect((await call('two', 'two')).messages[0]?.result?.content?.[0]?.text).toBe('done two');
      await home.must(['pins', 'accept', 'pinned', '--all', '-y']);
      expect(await tools('c')).toEqual(['one', 'two']);
      expect((await call('one', 'one')).messages[0]?.result?.content?.[0]?.text).toBe('done one');
    } finally {
      await hub.close();
    }
    await finished();
  });
});
