/** What was really recorded: a candidate is replayed over it, rules are learned from it, put in force, and taken back. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReplayReport, RuleSet, Suggestion } from '../../preload/contract/index.ts';
import {
  describeJourney,
  filesystemServer,
  fixtureServer,
  node,
  openHome,
  type CompanionHome,
} from './companion-home.ts';
import { codeOf, connect, questions, textOf } from './deciding-steps.ts';
import { waitingApproval } from './waiting-approval.ts';

describeJourney('deciding: what was recorded', () => {
  let home: CompanionHome;
  let repo = '';
  let elsewhere = '';

  /** Rules, chains and what each connector does by default. */
  const inForce = async (): Promise<unknown> => ({
    set: await home.json<RuleSet>(['policy', 'export']),
    ids: (await home.json<{ id: string }[]>(['policy', 'list'])).map(({ id }) => id),
    defaults: (await home.json<{ name: string; default: string }[]>(['connectors', 'list'])).map((one) => [
      one.name,
      one.default,
    ]),
  });
  const suggest = async (...options: string[]): Promise<Suggestion> =>
    await home.json<Suggestion>(['policy', 'suggest', ...options]);
  const read = async (path: string): Promise<string> => {
    const client = await connect(home, 'files', 'editor');
    const text = textOf(await client.call('read', 'read_text_file', { path }));
    await client.close();
    return text;
  };

  beforeAll(async () => {
    home = await openHome();
    repo = join(home.path, 'projects', 'repo');
    elsewhere = join(home.path, 'projects', 'other');
    for (const folder of [join(repo, 'src'), elsewhere]) mkdirSync(folder, { recursive: true });
    for (const path of ['repo/a.txt', 'repo/b.txt', 'repo/src/c.txt', 'repo/d.txt', 'other/x.txt'])
      writeFileSync(join(home.path, 'projects', path), path);
    await home.add('files', [node, filesystemServer, join(home.path, 'projects')]);
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
    await home.must(['policy', 'deny', 'tools', 'crash']);

    const client = await connect(home, 'files', 'editor');
    for (const path of ['a.txt', 'b.txt', 'src/c.txt'])
      expect(codeOf(await client.call(path, 'read_text_file', { path: join(repo, path) }))).toBeUndefined();
    await client.call('list', 'list_directory', { path: repo });
    await client.close();
    const other = await connect(home, 'tools', 'shell');
    for (const text of ['one', 'two']) await other.call(text, 'echo', { text });
    expect((await other.call('crash', 'crash')).error?.message).toBe('Unknown tool: crash');
    await other.close();
  });
  afterAll(async () => {
    await home?.close();
  });

  it('replay names each recorded call that a candidate would decide otherwise, and the rule; nothing is in force by it', async () => {
    const before = await inForce();
    const candidate = join(home.path, 'candidate.json');
    const set: RuleSet = {
      version: 1,
      rules: [
        { effect: 'deny', connector: 'files', tool: 'read_*', when: { at: '/path', glob: '*/src/*' } },
        { effect: 'ask', connector: 'tools', tool: 'echo', when: { at: '/text', eq: 'two' } },
      ],
      chains: [],
    };
    writeFileSync(candidate, JSON.stringify(set));
    const report = await home.json<ReplayReport>(['policy', 'replay', candidate]);
    const changes = report.changes
      .map(({ connector, tool, client, before: was, after }) => [connector, tool, client, was, after])
      .toSorted((one, other) => String(one).localeCompare(String(other)));
    expect(changes).toEqual([
      ['files', 'read_text_file', 'editor', 'allow', 'deny'],
      ['tools', 'crash', 'shell', 'deny', 'allow'],
      ['tools', 'echo', 'shell', 'allow', 'ask'],
    ]);
    expect(report).toMatchObject({ calls: 7, same: 4, unknown: 0, isCut: false });
    expect(report.changes.find(({ tool }) => tool === 'read_text_file')?.arguments).toContain('src/c.txt');
    expect(report.changes.find(({ tool }) => tool === 'read_text_file')?.because).toContain('*/src/*');
    const page = await home.must(['policy', 'replay', candidate, '--since', '1d']);
    expect(page).toContain('editor → files.read_text_file');
    expect(page.replaceAll(/\s+/g, ' ')).toContain('4 would be decided as they were and 3 otherwise');
    expect(await inForce()).toEqual(before);
  });

  it('a suggestion says what was used, narrowed to the folder of it, and what nobody used; it changes nothing', async () => {
    const before = await inForce();
    const made = await suggest();
    const rules = made.rules.map(({ rule }) => [rule.effect, rule.connector, rule.tool]);
    expect(rules.toSorted((one, other) => String(one).localeCompare(String(other)))).toEqual([
      ['allow', 'files', 'list_directory'],
      ['allow', 'files', 'read_text_file'],
      ['allow', 'tools', 'echo'],
    ]);
    const reading = made.rules.find(({ rule }) => rule.tool === 'read_text_file');
    expect(reading?.calls).toBe(3);
    expect(reading?.rule.when).toEqual({ at: '/path', path_under: ['~/projects/repo'] });
    expect(reading?.sentence).toContain('~/projects/repo');
    expect(Object.fromEntries(made.defaults.map(({ connector, to }) => [connector, to]))).toEqual({
      files: 'ask',
      tools: 'ask',
    });
    expect(made.unusedTools.find(({ connector }) => connector === 'files')?.tools).toContain('write_file');
    expect(made.unusedTools.find(({ connector }) => connector === 'tools')?.tools).toContain('write_note');
    expect(made.replay).toMatchObject({ calls: 7, same: 7, unknown: 0, changes: [] });
    const page = await home.must(['policy', 'suggest']);
    expect(page).toContain('Nothing was changed. Add --apply');
    expect(page.replaceAll(/\s+/g, ' ')).toContain('"~/projects/repo"');
    expect(await inForce()).toEqual(before);
  });

  it('only one connector is looked at where one is named', async () => {
    const { rules, defaults } = await suggest('--connector', 'tools');
    expect(rules.map(({ rule }) => `${rule.connector} ${rule.tool}`)).toEqual(['tools echo']);
    expect(defaults.map(({ connector }) => connector)).toEqual(['tools']);
  });

  it('to put it in force needs a yes; then the same calls pass, others ask, what was denied stays so, and undo restores exactly', async () => {
    const before = await inForce();
    const refused = await home.runlayer(['policy', 'suggest', '--apply']);
    expect(refused.code).toBe(2);
    expect(await inForce()).toEqual(before);

    await home.must(['policy', 'suggest', '--apply', '-y']);
    expect(await inForce()).not.toEqual(before);
    expect(await read(join(repo, 'a.txt'))).toBe('repo/a.txt');
    // In the same folder, and never read before.
    expect(await read(join(repo, 'd.txt'))).toBe('repo/d.txt');
    expect(await questions(home)).toEqual([]);

    const client = await connect(home, 'files', 'editor');
    const ask = async (id: string, name: string, args: object): Promise<string> => {
      client.send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
      const waiting = await waitingApproval(home);
      await home.must(['approvals', 'deny', waiting.id]);
      expect(codeOf(await client.answer(id))).toBe('approval_denied');
      return waiting.tool;
    };
    expect(await ask('outside', 'read_text_file', { path: join(elsewhere, 'x.txt') })).toBe('read_text_file');
    expect(await ask('unused', 'write_file', { path: join(repo, 'a.txt'), content: 'changed' })).toBe('write_file');
    await client.close();
    const shell = await connect(home, 'tools', 'shell');
    expect(textOf(await shell.call('same', 'echo', { text: 'one' }))).toBe('one');
    expect((await shell.call('crash', 'crash')).error?.message).toBe('Unknown tool: crash');
    await shell.close();

    const unasked = await home.runlayer(['policy', 'undo']);
    expect(unasked.code).toBe(2);
    await home.must(['policy', 'undo', '-y']);
    expect(await inForce()).toEqual(before);
    expect(await read(join(elsewhere, 'x.txt'))).toBe('other/x.txt');
    const twice = await home.runlayer(['policy', 'undo', '-y']);
    expect(twice.code).toBe(2);
    expect(await inForce()).toEqual(before);
  });

  it('what was tightened after it stays when it is undone', async () => {
    await home.must(['policy', 'suggest', '--apply', '-y']);
    const { id } = await home.json<{ id: string }>(['policy', 'deny', 'files', 'move_file']);
    await home.must(['policy', 'undo', '-y']);
    expect((await home.json<{ id: string }[]>(['policy', 'list'])).map((rule) => rule.id)).toContain(id);
    const client = await connect(home, 'files', 'editor');
    expect((await client.call('move', 'move_file')).error?.message).toBe('Unknown tool: move_file');
    await client.close();
  });

  it('every call left an intent and one outcome, and the trail is whole', async () => {
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });
});
