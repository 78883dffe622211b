import { lstat, mkdir, readFile, readdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { install, undo, uninstall } from '../../main/clients/operations.ts';
import { configs, layouts, write } from './json-text.ts';
import { aMachine, modeOf, rejection, treeOf, type Machine } from './machine.ts';

const client = 'cursor' as const;
const add = (machine: Machine, connector: string): ReturnType<typeof install> =>
  install(machine.environment, { client, connectors: [connector], dryRun: false });
const remove = (machine: Machine, connector?: string): ReturnType<typeof uninstall> =>
  uninstall(machine.environment, { client, dryRun: false, ...(connector === undefined ? {} : { connector }) });
const back = (machine: Machine): ReturnType<typeof undo> => undo(machine.environment, { client });

describe('undo', () => {
  it('after any install into any file gives the same bytes back (100 cases)', async () => {
    const machine = await aMachine();
    await fc.assert(
      fc.asyncProperty(configs('github'), layouts, async (config, layout) => {
        const before = write(config, layout);
        await machine.put(client, before, 0o640);
        await add(machine, 'github');
        expect((await back(machine)).action).toBe('restored');
        expect((await machine.read(client))?.equals(before)).toBe(true);
      }),
      { numRuns: 100, seed: 20261124 },
    );
  });

  it('goes back one change a call, to the very first bytes, and then says that nothing is left', async () => {
    const machine = await aMachine();
    const states = ['{ "a":1 }'];
    await machine.put(client, states[0] ?? '', 0o640);
    for (const step of ['a', 'b', 'c']) {
      await add(machine, step);
      states.push(await machine.text(client));
    }
    await remove(machine, 'b');
    for (const state of states.toReversed()) {
      await back(machine);
      expect(await machine.text(client)).toBe(state);
    }
    expect(await modeOf(machine.fileOf(client))).toBe(0o640);
    expect(await rejection(back(machine))).toMatchObject({ code: 'E_NOTHING_TO_UNDO' });
    expect(await machine.text(client)).toBe('{ "a":1 }');
  });

  it('goes back byte for byte through as many changes as there are backups', async () => {
    const machine = await aMachine();
    await machine.put(client, '{"a":1}');
    for (let index = 0; index < 20; index++) await add(machine, `c${String(index)}`);
    for (let index = 0; index < 20; index++) expect((await back(machine)).action).toBe('restored');
    expect(await machine.text(client)).toBe('{"a":1}');
  });

  it('does not run in circles: install, uninstall, and undo twice end where it began', async () => {
    const machine = await aMachine();
    await machine.put(client, '{"a":1}');
    await add(machine, 'x');
    await remove(machine);
    expect(await machine.text(client)).toBe('{"a":1}');
    await back(machine);
    expect(await machine.text(client)).toContain('"x"');
    await back(machine);
    expect(await machine.text(client)).toBe('{"a":1}');
    expect(await rejection(back(machine))).toMatchObject({ code: 'E_NOTHING_TO_UNDO' });
  });

  it('deletes a file that we made, and folders that we made if they are empty', async () => {
    const machine = await aMachine();
    await add(machine, 'x');
    const change = await back(machine);
    expect(change).toMatchObject({ action: 'deleted', diff: expect.stringContaining('+++ /dev/null') as unknown });
    expect((await treeOf(machine.home)).filter((name) => name.startsWith('.cursor'))).toEqual([]);

    await add(machine, 'x');
    await writeFile(join(machine.home, '.cursor', 'theirs'), '');
    await back(machine);
    expect((await treeOf(machine.home)).filter((name) => name.startsWith('.cursor'))).toEqual([
      '.cursor/',
      '.cursor/theirs',
    ]);
  });

  it('does not delete a folder that was there', async () => {
    const machine = await aMachine();
    await mkdir(dirname(machine.fileOf(client)));
    await add(machine, 'x');
    await back(machine);
    expect(await readdir(dirname(machine.fileOf(client)))).toEqual([]);
  });

  it('does not delete through a link that was put in the place of the file since', async () => {
    const machine = await aMachine();
    await add(machine, 'x');
    const elsewhere = join(machine.home, 'elsewhere.json');
    await writeFile(elsewhere, (await machine.read(client)) ?? '');
    await unlink(machine.fileOf(client));
    await symlink(elsewhere, machine.fileOf(client));
    expect((await back(machine)).action).toBe('removed');
    expect(await readFile(elsewhere, 'utf8')).toBe('{\n}\n');
    expect((await lstat(machine.fileOf(client))).isSymbolicLink()).toBe(true);
  });

  it("after somebody else's change takes only our entry back, says so, and keeps a backup", async () => {
    const machine = await aMachine();
    await machine.put(client, '{"a":1}');
    await add(machine, 'x');
    const changed = (await machine.text(client)).replace('"a":1', '"a":2,"env":{"K":"v"}');
    await machine.put(client, changed);
    const change = await back(machine);
    expect(change.action).toBe('removed');
    expect(change.notes[0]).toMatch(/changed by somebody else/);
    expect(await machine.text(client)).toBe('{"a":2,"env":{"K":"v"}}');
    expect(await readFile(change.backup ?? '', 'utf8')).toBe(changed);
  });

  it('leaves an entry that was turned into something else, and says so', async () => {
    const machine = await aMachine();
    await machine.put(client, '{}');
    await add(machine, 'x');
    const changed = (await machine.text(client)).replace('/home/ada/.runlayer/bin/runlayer', 'npx');
    await machine.put(client, changed);
    expect(await rejection(back(machine))).toMatchObject({
      code: 'E_NOTHING_TO_UNDO',
      message: expect.stringContaining('"x" does not start the companion any more') as unknown,
    });
    expect(await machine.text(client)).toBe(changed);
  });

  it('does not trust a backup that was changed, and falls back to the entry alone', async () => {
    const machine = await aMachine();
    await machine.put(client, '{"a":1}');
    const { backup } = await add(machine, 'x');
    await writeFile(backup ?? '', '{"evil": true}');
    expect((await back(machine)).action).toBe('removed');
    expect(await machine.text(client)).toBe('{"a":1}');
  });

  it('gives a deleted file its bytes and its mode back', async () => {
    const machine = await aMachine();
    await add(machine, 'x');
    const written = await machine.text(client);
    expect((await remove(machine)).action).toBe('deleted');
    expect(await machine.read(client)).toBeNull();
    expect((await back(machine)).action).toBe('restored');
    expect(await machine.text(client)).toBe(written);
    expect(await modeOf(machine.fileOf(client))).toBe(0o600);
  });

  it("after an uninstall and somebody else's change puts the entry back as it was", async () => {
    const machine = await aMachine();
    const entry = '{"command":"/home/ada/.runlayer/bin/runlayer","args":["run","x"],"env":{"K":"v"}}';
    await machine.put(client, `{"mcpServers":{"x":${entry},"y":1}}`);
    await remove(machine);
    await machine.put(client, '{"mcpServers":{"y":2}}');
    expect((await back(machine)).action).toBe('changed');
    expect(await machine.text(client)).toBe(`{"mcpServers":{"y":2,"x":${entry}}}`);
  });

  it('says that there is nothing to undo where there never was anything', async () => {
    const machine = await aMachine();
    expect(await rejection(back(machine))).toMatchObject({
      code: 'E_NOTHING_TO_UNDO',
      next: expect.any(String) as unknown,
    });
    expect(await treeOf(machine.home)).toEqual([]);
  });

  it('of a file that has become invalid is refused', async () => {
    const machine = await aMachine();
    await machine.put(client, '{}');
    await add(machine, 'x');
    await machine.put(client, '{"broken');
    expect(await rejection(back(machine))).toMatchObject({ code: 'E_CLIENT_CONFIG_INVALID' });
    expect(await machine.text(client)).toBe('{"broken');
  });

  it('as a dry run shows the way back and stays', async () => {
    const machine = await aMachine();
    await machine.put(client, '{}');
    await add(machine, 'x');
    const before = await machine.text(client);
    const dry = await undo(machine.environment, { client, dryRun: true });
    expect(dry).toMatchObject({
      action: 'restored',
      dryRun: true,
      diff: expect.stringContaining('-      "command"') as unknown,
    });
    expect(await machine.text(client)).toBe(before);
    expect((await back(machine)).action).toBe('restored');
  });
});

describe('uninstall', () => {
  it('gives the very first bytes back when only we have written since', async () => {
    const machine = await aMachine();
    await machine.put(client, '{"mcpServers":{"a":{"command":"npx"}}}');
    for (const name of ['x', 'y', 'z']) await add(machine, name);
    await back(machine);
    expect((await remove(machine, 'x')).action).toBe('removed');
    expect((await remove(machine)).action).toBe('restored');
    expect(await machine.text(client)).toBe('{"mcpServers":{"a":{"command":"npx"}}}');
  });

  it('keeps what somebody else wrote in between', async () => {
    const machine = await aMachine();
    await machine.put(client, '{"mcpServers":{"a":1}}');
    await add(machine, 'x');
    await machine.put(client, (await machine.text(client)).replace('"a":1', '"a":1,"b":2'));
    await add(machine, 'y');
    expect((await remove(machine)).action).toBe('removed');
    expect(await machine.text(client)).toBe('{"mcpServers":{"a":1,"b":2}}');
  });

  it('keeps the layout that somebody else gave the file in between', async () => {
    const machine = await aMachine();
    await machine.put(client, '{"a":1}');
    await add(machine, 'x');
    await machine.put(client, JSON.stringify(JSON.parse(await machine.text(client)), null, 4));
    await add(machine, 'y');
    expect((await remove(machine)).action).toBe('removed');
    expect(await machine.text(client)).toBe('{\n    "a": 1\n}');
  });

  it('leaves an empty list of servers that was there before us', async () => {
    const machine = await aMachine();
    await machine.put(client, '{"mcpServers":{}}');
    await add(machine, 'x');
    await machine.put(client, `${await machine.text(client)}\n`);
    expect((await remove(machine)).action).toBe('removed');
    expect(await machine.text(client)).toBe('{"mcpServers":{}}\n');
  });

  it('works without any journal, and then never deletes a file', async () => {
    const machine = await aMachine();
    await add(machine, 'x');
    await rm(machine.companionHome, { recursive: true });
    expect((await remove(machine)).action).toBe('removed');
    expect(JSON.parse(await machine.text(client))).toEqual({ mcpServers: {} });
  });

  it('of nothing changes nothing', async () => {
    const machine = await aMachine();
    expect((await remove(machine)).action).toBe('unchanged');
    await machine.put(client, '{"mcpServers":{"x":{"command":"npx","args":["run","x"]}}}');
    expect((await remove(machine)).action).toBe('unchanged');
    expect((await remove(machine, 'x')).action).toBe('unchanged');
    expect(await treeOf(machine.home)).toEqual(['.cursor/', '.cursor/mcp.json']);
  });

  it('of Claude Desktop is refused while it runs', async () => {
    let running = false;
    const machine = await aMachine({ isClientRunning: () => Promise.resolve(running) });
    await install(machine.environment, { client: 'claude_desktop', connectors: ['x'], dryRun: false });
    running = true;
    const request = { client: 'claude_desktop', dryRun: false } as const;
    expect(await rejection(uninstall(machine.environment, request))).toMatchObject({ code: 'E_CLIENT_RUNNING' });
    expect(await rejection(undo(machine.environment, request))).toMatchObject({ code: 'E_CLIENT_RUNNING' });
    expect(await machine.text('claude_desktop')).toContain('"x"');
  });
});
