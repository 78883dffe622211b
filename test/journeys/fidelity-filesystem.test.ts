/** server-filesystem behaves through `runlayer run` as it does directly: each feature is run twice, each time on a folder of its own. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launcher } from './build-once.ts';
import { describeJourney, filesystemServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { normalise, openSession, type SdkSession } from './sdk-session.ts';

interface Side {
  readonly session: SdkSession;
  readonly folder: string;
}

type Step = readonly [tool: string, args: (path: (name: string) => string) => Record<string, unknown>];

const steps: Record<string, Step> = {
  list_allowed_directories: ['list_allowed_directories', () => ({})],
  read_file: ['read_file', (path) => ({ path: path('hello.txt') })],
  read_text_file: ['read_text_file', (path) => ({ path: path('hello.txt'), head: 1 })],
  'read_text_file of 2 MB': ['read_text_file', (path) => ({ path: path('big.txt') })],
  read_media_file: ['read_media_file', (path) => ({ path: path('pixel.png') })],
  read_multiple_files: ['read_multiple_files', (path) => ({ paths: [path('hello.txt'), path('missing.txt')] })],
  write_file: ['write_file', (path) => ({ path: path('written.txt'), content: 'née \u{1F600}\r\n\u0000' })],
  'edit_file, dry': [
    'edit_file',
    (path) => ({ path: path('hello.txt'), edits: [{ oldText: 'hello', newText: 'bye' }], dryRun: true }),
  ],
  edit_file: ['edit_file', (path) => ({ path: path('hello.txt'), edits: [{ oldText: 'hello', newText: 'bye' }] })],
  create_directory: ['create_directory', (path) => ({ path: path('made/deep') })],
  list_directory: ['list_directory', (path) => ({ path: path('.') })],
  list_directory_with_sizes: ['list_directory_with_sizes', (path) => ({ path: path('.'), sortBy: 'size' })],
  directory_tree: ['directory_tree', (path) => ({ path: path('.') })],
  move_file: ['move_file', (path) => ({ source: path('written.txt'), destination: path('moved.txt') })],
  search_files: ['search_files', (path) => ({ path: path('.'), pattern: '**/*.txt' })],
  get_file_info: ['get_file_info', (path) => ({ path: path('big.txt') })],
  'a path outside': ['read_text_file', () => ({ path: '/etc/hostname' })],
  'a path that climbs out': ['read_text_file', (path) => ({ path: `${path('.')}/../../../../etc/hostname` })],
  'a wrong argument': ['read_text_file', () => ({ path: 5 })],
};

/** Everything below a folder, as names and bytes. */
function contents(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return [name, statSync(path).isDirectory() ? 'folder' : readFileSync(path, 'base64')];
    });
}

describeJourney('server-filesystem through runlayer run', () => {
  let home: CompanionHome;
  let direct: Side;
  let through: Side;

  const prepare = (name: string): string => {
    const folder = join(home.path, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'hello.txt'), 'hello\nworld\n');
    writeFileSync(join(folder, 'big.txt'), '0123456789abcdef'.repeat(131_072));
    writeFileSync(join(folder, 'pixel.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]));
    return folder;
  };

  beforeAll(async () => {
    home = await openHome();
    const [folderA, folderB] = [prepare('side-a'), prepare('side-b')];
    await home.add('files', [node, filesystemServer, folderB]);
    const common = { env: { ...home.env }, cwd: home.path };
    const [first, second] = await Promise.all([
      openSession({ command: node, args: [filesystemServer, folderA], ...common }, { roots: { listChanged: true } }),
      openSession({ command: launcher, args: ['run', 'files'], ...common }, { roots: { listChanged: true } }),
    ]);
    direct = { session: first, folder: folderA };
    through = { session: second, folder: folderB };
  });
  afterAll(async () => {
    await Promise.all([direct?.session.close(), through?.session.close()]);
    await home?.close();
  });

  const both = async (run: (side: Side) => Promise<unknown>): Promise<[unknown, unknown]> => {
    const one = async (side: Side): Promise<unknown> => {
      const value = { result: await run(side), transcript: side.session.takeTranscript() };
      const text = JSON.stringify(value).replaceAll(side.folder, '<folder>');
      // Each side's files were made at a time of their own.
      return normalise(JSON.parse(text.replaceAll(/(created|modified|accessed): [^\\"]*/g, '$1: <time>')));
    };
    return await Promise.all([one(direct), one(through)]);
  };

  it('takes its folders from the roots of the client', async () => {
    const change = async ({ session, folder }: Side): Promise<unknown> => {
      // It asks once when it was initialised, and again when it is told of a change.
      await session.sent('the first roots', (message) => JSON.stringify(message).includes('file:///first'));
      session.roots = [{ uri: pathToFileURL(folder).href, name: 'mine' }];
      await session.client.sendRootsListChanged();
      await session.sent('the new roots', (message) => JSON.stringify(message).includes('"mine"'));
      return await session.client.listTools();
    };
    const [first, second] = await both(change);
    expect(second).toEqual(first);
  });

  it.each(Object.entries(steps))('%s', async (_title, [name, args]) => {
    const [first, second] = await both(({ session, folder }) =>
      session.client.callTool({ name, arguments: args((path) => join(folder, path)) }),
    );
    expect(second).toEqual(first);
  });

  it('left the same files on both sides', () => {
    const [first, second] = [contents(direct.folder), contents(through.folder)];
    expect(first.map(([name]) => name)).toContain('moved.txt');
    expect(second).toEqual(first);
  });

  it('every tool was called', async () => {
    const { tools } = await through.session.client.listTools();
    const called = new Set(
      home.records().flatMap((record) => (record.kind === 'intent' ? [record['gen_ai.tool.name']] : [])),
    );
    expect(tools.map(({ name }) => name).filter((name) => !called.has(name))).toEqual([]);
    expect(home.openIntents()).toEqual([]);
  });
});
