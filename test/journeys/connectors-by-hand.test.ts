/**
 * A person without a client: installs from the catalogue, sees how it does, looks at its tools, switches one off and calls one.
 * The package runner is one that finds real servers on this machine, so that nothing is fetched.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConnectorHealth, ConnectorTool, HandCall } from '../../preload/contract/index.ts';
import { describeJourney, openHome, type CompanionHome } from './companion-home.ts';
import { installNpx } from './local-npx.ts';

describeJourney('connectors by hand', () => {
  let home: CompanionHome;
  let docs: string;
  const health = (name: string) => home.json<ConnectorHealth>(['connectors', 'health', name]);
  const tools = (name: string) => home.json<ConnectorTool[]>(['connectors', 'tools', name]);
  const call = (name: string, tool: string, args: object) =>
    home.json<HandCall>(['connectors', 'call', name, tool, JSON.stringify(args)]);
  /** The check that is under way since it was installed is the one that is waited for. */
  const checked = async (name: string): Promise<ConnectorHealth['check']> => {
    const { check } = await home.json<ConnectorHealth>(['connectors', 'check', name]);
    return check;
  };

  beforeAll(async () => {
    home = await openHome();
    docs = join(home.path, 'my docs');
    mkdirSync(docs);
    writeFileSync(join(docs, 'hello.txt'), 'hello from a file\n');
    installNpx(home);
  });
  afterAll(() => home?.close());

  it('installs a server of the catalogue after one yes, and checks it by itself', async () => {
    const told = await home.must([
      'connectors',
      'install',
      'filesystem',
      '--name',
      'files',
      '--set',
      `folders=${docs}`,
      '-y',
    ]);
    expect(told).toContain('@modelcontextprotocol/server-filesystem@');
    expect(await checked('files')).toMatchObject({ state: 'passed', tools: 14 });
    expect(await health('files')).toMatchObject({
      state: 'ready',
      starts: 1,
      crashes: 0,
      lastError: null,
      sessions: 0,
    });
    const known = await tools('files');
    expect(known).toHaveLength(14);
    expect(known.every(({ pin, hidden }) => pin === 'pinned' && hidden === null)).toBe(true);
    expect(known.find(({ name }) => name === 'read_text_file')).toMatchObject({
      decision: { effect: 'allow', code: 'default_read_only' },
      claims: expect.arrayContaining(['says that it only reads']) as unknown,
    });
  });

  it('calls a tool through the gates and into the journal', async () => {
    const answer = await call('files', 'read_text_file', { path: join(docs, 'hello.txt') });
    expect(answer).toMatchObject({
      outcome: 'answered',
      decision: { effect: 'allow' },
      parts: expect.arrayContaining([
        expect.objectContaining({ type: 'text', text: 'hello from a file\n' }),
      ]) as unknown,
    });
    const intent = home.records().find((record) => record.kind === 'intent' && record.call === answer.call);
    expect(intent).toMatchObject({ connector: 'files', claimed: { client: 'Runlayer Companion (by hand)' } });
    expect(home.openIntents()).toEqual([]);
    expect(await call('files', 'read_text_file', { path: '/etc/hostname' })).toMatchObject({ outcome: 'tool_error' });
  });

  it('switches a tool off and on again, with a yes for on', async () => {
    await home.must(['connectors', 'tool', 'files', 'read_text_file', 'off']);
    const refused = await call('files', 'read_text_file', { path: join(docs, 'hello.txt') });
    expect(refused).toMatchObject({ outcome: 'refused', decision: { code: 'rule_deny' } });
    expect((await tools('files')).find(({ name }) => name === 'read_text_file')).toMatchObject({ isOff: true });
    expect((await home.runlayer(['connectors', 'tool', 'files', 'read_text_file', 'on'])).code).toBe(2);
    await home.must(['connectors', 'tool', 'files', 'read_text_file', 'on', '-y']);
    expect(await call('files', 'read_text_file', { path: join(docs, 'hello.txt') })).toMatchObject({
      outcome: 'answered',
    });
    expect(await home.json(['policy', 'list'])).toEqual([]);
  });

  it('keeps numbers, and tells of pictures without them', async () => {
    await home.must(['connectors', 'install', 'everything', '--default', 'allow', '-y']);
    expect(await checked('everything')).toEqual(expect.objectContaining({ state: 'passed' }));
    expect(await call('everything', 'get-sum', { a: 2, b: 40 })).toMatchObject({
      parts: [{ text: expect.stringContaining('42') as unknown }],
    });
    const { parts } = await call('everything', 'get-tiny-image', {});
    expect(parts.find(({ type }) => type === 'image')).toMatchObject({ mimeType: 'image/png', text: '' });
  });

  it('says what is wrong with a server that does not start, and leaves nothing running', async () => {
    await home.must(['connectors', 'install', 'memory', '--set', `folder=${docs}`, '-y']);
    expect(await checked('memory')).toMatchObject({ state: 'failed', code: 'E_CONNECTOR_TEST' });
    expect(await home.must(['connectors', 'logs', 'memory'])).toContain(
      'not here: @modelcontextprotocol/server-memory',
    );
    for (const name of ['files', 'everything', 'memory']) expect(await health(name)).toMatchObject({ sessions: 0 });
  });
});
