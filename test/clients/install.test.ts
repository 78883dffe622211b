import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ClientChange, ClientView } from '../../preload/contract/client.ts';
import { listClients } from '../../main/clients/list-clients.ts';
import { install } from '../../main/clients/operations.ts';
import { LAUNCHER, aMachine, modeOf, rejection, treeOf, type Machine } from './machine.ts';

const Config = z.looseObject({ mcpServers: z.record(z.string(), z.unknown()) });
const isRoot = process.getuid?.() === 0;
const ours = (name: string): unknown => ({ command: LAUNCHER, args: ['run', name] });

function add(
  machine: Machine,
  connector = 'github',
  client: 'cursor' | 'claude_desktop' = 'cursor',
  dryRun = false,
): Promise<ClientChange> {
  return install(machine.environment, { client, connectors: [connector], dryRun });
}

async function servers(
  machine: Machine,
  client: 'cursor' | 'claude_desktop' = 'cursor',
): Promise<Record<string, unknown>> {
  return Config.parse(JSON.parse(await machine.text(client))).mcpServers;
}

describe('a file that is not there', () => {
  it('is made, readable by its owner only, with its folders', async () => {
    const machine = await aMachine();
    const change = await add(machine);
    expect(ClientChange.parse(change)).toMatchObject({ client: 'cursor', action: 'created', dryRun: false });
    expect(await servers(machine)).toEqual({ github: ours('github') });
    expect(await modeOf(machine.fileOf('cursor'))).toBe(0o600);
    expect(await modeOf(dirname(machine.fileOf('cursor')))).toBe(0o700);
    expect(change.notes[0]).toMatch(/Cursor was not found/);
    expect(change.backup).toBeUndefined();
  });

  it('leaves only its own traces: the file, the journal, no locks, no temporary files', async () => {
    const machine = await aMachine();
    await add(machine);
    expect(await treeOf(machine.home)).toEqual([
      '.cursor/',
      '.cursor/mcp.json',
      '.runlayer/',
      '.runlayer/companion/',
      '.runlayer/companion/clients/',
      '.runlayer/companion/clients/cursor.jsonl',
    ]);
    expect(await modeOf(join(machine.companionHome, 'clients'))).toBe(0o700);
    expect(await modeOf(join(machine.companionHome, 'clients', 'cursor.jsonl'))).toBe(0o600);
  });
});

describe('a file that is there', () => {
  it.each([0o640, 0o600, 0o644, 0o400])('keeps its mode (%o)', async (mode) => {
    const machine = await aMachine();
    const path = await machine.put('cursor', '{}', mode);
    await add(machine);
    expect(await modeOf(path)).toBe(mode);
  });

  it('stays behind its symbolic links', async () => {
    const machine = await aMachine();
    const real = join(machine.home, 'dotfiles', 'cursor.json');
    await mkdir(dirname(real));
    await writeFile(real, '{"a": 1}');
    await mkdir(join(machine.home, '.cursor'));
    await symlink('../dotfiles/hop', machine.fileOf('cursor'));
    await symlink('cursor.json', join(machine.home, 'dotfiles', 'hop'));
    await add(machine);
    expect(await readlink(machine.fileOf('cursor'))).toBe('../dotfiles/hop');
    expect((await lstat(real)).isFile()).toBe(true);
    expect(JSON.parse(await readFile(real, 'utf8'))).toEqual({ a: 1, mcpServers: { github: ours('github') } });
  });

  it.skipIf(!isRoot)('keeps its owner and group [skipped: only root can give a file away]', async () => {
    const machine = await aMachine();
    const path = await machine.put('cursor', '{}', 0o640);
    await chown(path, 1234, 4321);
    await add(machine);
    expect(await stat(path)).toMatchObject({ uid: 1234, gid: 4321 });
    expect(await modeOf(path)).toBe(0o640);
  });

  it('is backed up first: its bytes, for the owner only, at most twenty', async () => {
    const machine = await aMachine();
    await machine.put('cursor', '{"first": true}');
    const first = await add(machine, 'c0');
    expect(await readFile(first.backup ?? '', 'utf8')).toBe('{"first": true}');
    expect(await modeOf(first.backup ?? '')).toBe(0o600);
    for (let index = 1; index < 25; index++) await add(machine, `c${String(index)}`);
    const folder = join(machine.companionHome, 'backups', 'cursor');
    expect(await readdir(folder)).toHaveLength(20);
    expect(await modeOf(folder)).toBe(0o700);
    expect(await modeOf(dirname(folder))).toBe(0o700);
    expect(Object.keys(await servers(machine))).toHaveLength(25);
  });

  it('is not touched when the entry is there: no write, no backup, no journal line', async () => {
    const machine = await aMachine();
    const path = await machine.put('cursor', JSON.stringify({ mcpServers: { github: ours('github') } }));
    await utimes(path, 1000, 1000);
    const inode = (await stat(path)).ino;
    const change = await add(machine);
    expect(change).toMatchObject({ action: 'unchanged', diff: '' });
    expect(await stat(path)).toMatchObject({ mtimeMs: 1_000_000, ino: inode });
    expect(await treeOf(machine.home)).toEqual(['.cursor/', '.cursor/mcp.json']);
  });

  it('is the same after the second install as after the first', async () => {
    const machine = await aMachine();
    await machine.put('cursor', '{"a": 1}');
    await add(machine);
    const once = await machine.text('cursor');
    expect((await add(machine)).action).toBe('unchanged');
    expect(await machine.text('cursor')).toBe(once);
  });
});

describe('a dry run', () => {
  it('shows the change and leaves nothing behind', async () => {
    const machine = await aMachine();
    await machine.put('cursor', '{\n  "mcpServers": {\n    "x": {}\n  }\n}\n');
    const before = await treeOf(machine.home);
    const change = await add(machine, 'github', 'cursor', true);
    expect(change).toMatchObject({ action: 'changed', dryRun: true });
    expect(change.diff).toBe(
      [
        `--- ${machine.fileOf('cursor')}`,
        `+++ ${machine.fileOf('cursor')}`,
        '@@ -1,5 +1,12 @@',
        ' {',
        '   "mcpServers": {',
        '-    "x": {}',
        '+    "x": {},',
        '+    "github": {',
        `+      "command": "${LAUNCHER}",`,
        '+      "args": [',
        '+        "run",',
        '+        "github"',
        '+      ]',
        '+    }',
        '   }',
        ' }',
        '',
      ].join('\n'),
    );
    expect(await treeOf(machine.home)).toEqual(before);
    expect(await machine.text('cursor')).toBe('{\n  "mcpServers": {\n    "x": {}\n  }\n}\n');
  });

  it('shows what a real run then does', async () => {
    const machine = await aMachine();
    const dry = await add(machine, 'github', 'cursor', true);
    expect(await treeOf(machine.home)).toEqual([]);
    const real = await add(machine);
    expect({ ...real, dryRun: true }).toEqual(dry);
  });

  it('is allowed while Claude Desktop runs, and says that it has to be quit', async () => {
    const machine = await aMachine({ isClientRunning: () => Promise.resolve(true) });
    const change = await add(machine, 'github', 'claude_desktop', true);
    expect(change.notes[0]).toMatch(/Quit Claude Desktop first/);
  });
});

describe('refused, with the file as it was', () => {
  const secret = 'sk-live-0123456789abcdef';

  it.each<[string, string]>([
    ['a trailing comma in a strict file', `{"env": {"K": "${secret}"},}`],
    ['a cut file', `{"mcpServers": {"x": {"env": {"K": "${secret}`],
    ['a duplicate key', '{"mcpServers": {"a": 1, "a": 2}}'],
    ['servers in a list', `{"mcpServers": ["${secret}"]}`],
    ['a list', '[]'],
    ['bytes that are not UTF-8', '\u0000\u0001'],
  ])('%s', async (_, content) => {
    const machine = await aMachine();
    await machine.put('claude_desktop', content);
    const error = await rejection(add(machine, 'github', 'claude_desktop'));
    expect(error).toMatchObject({
      code: 'E_CLIENT_CONFIG_INVALID',
      next: expect.stringContaining('editor') as unknown,
    });
    expect(String(error)).not.toContain(secret);
    expect(await machine.text('claude_desktop')).toBe(content);
    expect(await treeOf(join(machine.home))).not.toContain('.runlayer/');
  });

  it('a key that starts something else', async () => {
    const machine = await aMachine();
    const content = '{"mcpServers": {"github": {"command": "npx"}}}';
    await machine.put('cursor', content);
    expect(await rejection(add(machine))).toMatchObject({
      code: 'E_CLIENT_ENTRY_EXISTS',
      next: expect.stringMatching(/Remove or rename/) as unknown,
    });
    expect(await machine.text('cursor')).toBe(content);
  });

  it('a file over 8 MiB; one just under it is fine', async () => {
    const machine = await aMachine();
    const filler = (bytes: number): string => `{"a": "${'x'.repeat(bytes - 9)}"}`;
    await machine.put('cursor', filler(8 * 1024 * 1024 + 1));
    expect(await rejection(add(machine))).toMatchObject({ code: 'E_CLIENT_CONFIG_TOO_LARGE' });
    await machine.put('cursor', filler(8 * 1024 * 1024 - 1000));
    expect((await add(machine)).action).toBe('changed');
  });

  it('anything but a regular file: a folder, a named pipe, links to nothing and in a circle', async () => {
    const machine = await aMachine();
    const path = machine.fileOf('cursor');
    const code = { code: 'E_CLIENT_FILE_ACCESS' };
    await mkdir(path, { recursive: true });
    expect(await rejection(add(machine))).toMatchObject(code);
    await rename(path, `${path}.1`);
    expect(spawnSync('/bin/sh', ['-c', 'mkfifo "$0"', path]).status).toBe(0);
    expect(await rejection(add(machine))).toMatchObject(code);
    await rename(path, `${path}.2`);
    await symlink('/nowhere/at/all', path);
    expect(await rejection(add(machine))).toMatchObject(code);
    await rename(path, `${path}.3`);
    await symlink('mcp.json', path);
    expect(await rejection(add(machine))).toMatchObject(code);
  });

  it('a path through a file, or through a folder link to nothing', async () => {
    const machine = await aMachine();
    await writeFile(join(machine.home, '.cursor'), 'x');
    expect(await rejection(add(machine))).toMatchObject({ code: 'E_CLIENT_FILE_ACCESS' });
    await rename(join(machine.home, '.cursor'), join(machine.home, 'old'));
    await symlink('/nowhere/at/all', join(machine.home, '.cursor'));
    expect(await rejection(add(machine))).toMatchObject({ code: 'E_CLIENT_FILE_ACCESS' });
  });

  it.skipIf(isRoot)('a folder that may not be written [skipped: root may write everywhere]', async () => {
    const machine = await aMachine();
    const path = await machine.put('cursor', '{}');
    await chmod(dirname(path), 0o500);
    expect(await rejection(add(machine))).toMatchObject({ code: 'E_CLIENT_FILE_ACCESS' });
    await chmod(dirname(path), 0o700);
  });

  it('Claude Desktop while it runs, or when nobody can tell', async () => {
    const running = await aMachine({ isClientRunning: () => Promise.resolve(true) });
    expect(await rejection(add(running, 'github', 'claude_desktop'))).toMatchObject({
      code: 'E_CLIENT_RUNNING',
      next: expect.stringMatching(/Quit Claude Desktop/) as unknown,
    });
    expect(await running.read('claude_desktop')).toBeNull();
    const unknown = await aMachine({ isClientRunning: () => Promise.reject(new Error('no ps')) });
    expect(await rejection(add(unknown, 'github', 'claude_desktop'))).toMatchObject({ code: 'E_CLIENT_RUNNING' });
    expect(await unknown.read('claude_desktop')).toBeNull();
  });

  it('never asks whether Cursor runs', async () => {
    const machine = await aMachine({ isClientRunning: () => Promise.reject(new Error('asked')) });
    expect((await add(machine)).action).toBe('created');
  });

  it('a home that others can open, or that is a link', async () => {
    const machine = await aMachine();
    await mkdir(machine.companionHome, { recursive: true, mode: 0o755 });
    await chmod(machine.companionHome, 0o755);
    expect(await rejection(add(machine))).toMatchObject({ code: 'E_HOME_UNSAFE' });
    await rename(machine.companionHome, join(machine.home, 'real'));
    await chmod(join(machine.home, 'real'), 0o700);
    await symlink(join(machine.home, 'real'), machine.companionHome);
    expect(await rejection(add(machine))).toMatchObject({ code: 'E_HOME_UNSAFE' });
    expect(await machine.read('cursor')).toBeNull();
  });

  it.each(['', 'A', '../x', 'a b', '-x', 'x'.repeat(64)])('%j as a connector name', async (name) => {
    const machine = await aMachine();
    expect(await rejection(add(machine, name))).toMatchObject({ code: 'E_CONNECTOR_NAME', exitCode: 2 });
  });
});

describe('together with others', () => {
  it('installs of different connectors at the same moment all end up in the file', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `c${String(index)}`);
    for (const content of [undefined, '{\n\t"mcpServers": {"x": 1}\n}']) {
      const machine = await aMachine();
      if (content !== undefined) await machine.put('cursor', content);
      await Promise.all(names.map((name) => add(machine, name)));
      expect(Object.keys(await servers(machine)).sort()).toEqual(
        [...names, ...(content === undefined ? [] : ['x'])].sort(),
      );
      expect((await treeOf(machine.home)).filter((name) => /lock|tmp/.test(name))).toEqual([]);
    }
  });

  it('two homes (two installations) writing one file both end up in it', async () => {
    const one = await aMachine();
    await one.put('cursor', '{}');
    const other = { ...one.environment, companionHome: join(one.home, 'other') };
    await Promise.all([
      add(one, 'a'),
      install(other, { client: 'cursor', connectors: ['b'], dryRun: false }),
      add(one, 'c'),
      install(other, { client: 'cursor', connectors: ['d'], dryRun: false }),
    ]);
    expect(Object.keys(await servers(one)).sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each(['clock', 'isClientRunning'] as const)(
    'a change by somebody else between read and write is kept (at %s)',
    async (moment) => {
      let others = 0;
      const interfere = async (): Promise<void> => {
        if (others++ === 0) await machine.put('claude_desktop', '{"theirs": true}');
      };
      const pending: Promise<void>[] = [];
      const machine: Machine = await aMachine(
        moment === 'clock'
          ? { clock: () => (pending.push(interfere()), new Date(0)) }
          : { isClientRunning: () => interfere().then(() => false) },
      );
      await machine.put('claude_desktop', '{"mine": 1}');
      await add(machine, 'github', 'claude_desktop');
      await Promise.all(pending);
      expect(JSON.parse(await machine.text('claude_desktop'))).toEqual({
        theirs: true,
        mcpServers: { github: ours('github') },
      });
    },
  );

  it('a file that keeps changing is given up after five attempts, with the last bytes of the other', async () => {
    let writes = 0;
    const machine: Machine = await aMachine({
      isClientRunning: () => machine.put('claude_desktop', `{"n": ${String(++writes)}}`).then(() => false),
    });
    await machine.put('claude_desktop', '{}');
    expect(await rejection(add(machine, 'github', 'claude_desktop'))).toMatchObject({ code: 'E_CLIENT_FILE_BUSY' });
    expect(writes).toBe(5);
    expect(await machine.text('claude_desktop')).toBe('{"n": 5}');
  });

  it('a file that appears meanwhile is not overwritten', async () => {
    let asked = 0;
    const machine: Machine = await aMachine({
      isClientRunning: async () => {
        if (asked++ === 0) await machine.put('claude_desktop', '{"appeared": true}');
        return false;
      },
    });
    await add(machine, 'github', 'claude_desktop');
    expect(JSON.parse(await machine.text('claude_desktop'))).toMatchObject({ appeared: true });
  });
});

describe('listClients', () => {
  it('tells absent, no file, ok and invalid apart, and what each file starts', async () => {
    const machine = await aMachine();
    const states = async (): Promise<string[]> => (await listClients(machine.environment)).map(({ state }) => state);
    expect(await states()).toEqual(['absent', 'absent']);
    await mkdir(dirname(machine.fileOf('cursor')), { recursive: true });
    await machine.put('claude_desktop', '{"mcpServers": {"x": }}');
    expect(await states()).toEqual(['invalid', 'no_file']);
    await machine.put('claude_desktop', '');
    await machine.put(
      'cursor',
      JSON.stringify({
        mcpServers: { a: ours('a'), renamed: ours('a'), '\u001b[2J\u202e': {}, b: { command: 'npx' }, c: null },
      }),
    );
    const views = (await listClients(machine.environment)).map((view) => ClientView.parse(view));
    expect(views).toEqual([
      expect.objectContaining({ id: 'claude_desktop', state: 'ok', connectors: [], unmanaged: [] }),
      expect.objectContaining({
        id: 'cursor',
        state: 'ok',
        connectors: ['a'],
        unmanaged: ['\\u{1b}[2J\\u{202e}', 'b', 'c'],
      }),
    ]);
    expect(await treeOf(machine.home)).not.toContain('.runlayer/');
  });

  it('reports what it cannot read as a problem of that client only', async () => {
    const machine = await aMachine();
    await mkdir(machine.fileOf('cursor'), { recursive: true });
    await add(machine, 'a', 'claude_desktop');
    const [claude, cursor] = await listClients(machine.environment);
    expect(claude).toMatchObject({ state: 'ok', connectors: ['a'] });
    expect(cursor).toMatchObject({
      state: 'invalid',
      problem: expect.stringMatching(/is not a regular file\.$/) as unknown,
    });
  });
});
