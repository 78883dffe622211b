import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { install, undo } from '../../main/clients/operations.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { LAUNCHER, ageLocks, aMachine, treeOf, type Machine } from './machine.ts';

const OPERATIONS = pathToFileURL(join(import.meta.dirname, '../../main/clients/operations.ts')).href;

/** A process that kills itself, as a power cut would, right before the n-th call that changes the disk. */
function program(machine: Machine, operation: 'install' | 'undo', nth: number): string {
  const environment = {
    platform: 'linux',
    homeDirectory: machine.home,
    env: {},
    companionHome: machine.companionHome,
    launcher: LAUNCHER,
  };
  return `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    let left = ${String(nth)};
    const step = () => { if (left-- === 0) process.kill(process.pid, 'SIGKILL'); };
    for (const name of ['mkdir', 'rename', 'unlink', 'rmdir', 'chmod']) {
      const real = fs.promises[name];
      fs.promises[name] = (...args) => { step(); return real(...args); };
    }
    const open = fs.promises.open;
    fs.promises.open = async (...args) => {
      const handle = await open(...args);
      for (const name of ['writeFile', 'sync', 'chmod']) {
        const real = handle[name].bind(handle);
        handle[name] = (...rest) => { step(); return real(...rest); };
      }
      return handle;
    };
    syncBuiltinESMExports();
    const { ${operation} } = await import(${JSON.stringify(OPERATIONS)});
    await ${operation}(
      { ...${JSON.stringify(environment)}, clock: () => new Date(${String(nth)}), isClientRunning: async () => false },
      { client: 'cursor', connectors: ['x'], dryRun: false },
    );
  `;
}

/** Runs until it is killed; false when it came to its end before the n-th call. */
async function killedAt(machine: Machine, operation: 'install' | 'undo', nth: number): Promise<boolean> {
  const path = join(machine.home, 'program.mjs');
  await writeFile(path, program(machine, operation, nth));
  const result = spawnSync(process.execPath, [path], { encoding: 'utf8', env: { PATH: '' } });
  if (result.signal === 'SIGKILL') return true;
  expect(result).toMatchObject({ status: 0 });
  return false;
}

async function undoOrNothing(machine: Machine): Promise<string> {
  return undo(machine.environment, { client: 'cursor' }).then(
    ({ action }) => action,
    (error: unknown) => (error instanceof CompanionError ? error.code : String(error)),
  );
}

describe.each<[string, string | null]>([
  ['a file', '{"mcpServers":{"a":{"command":"npx"}}}'],
  ['no file', null],
])('killed at every step, beginning with %s', (_, before) => {
  it('install leaves the old bytes or the new ones, and undo ends at the old ones', async () => {
    let steps = 0;
    const seen = new Set<string>();
    for (let isKilled = true; isKilled; steps++) {
      const machine = await aMachine();
      if (before !== null) await machine.put('cursor', before);
      isKilled = await killedAt(machine, 'install', steps);
      await ageLocks(machine.home);
      const text = (await machine.read('cursor'))?.toString('utf8') ?? null;
      const isNew = text !== before;
      if (isNew) expect(JSON.parse(text ?? '')).toMatchObject({ mcpServers: { x: { command: LAUNCHER } } });

      seen.add(`${isNew ? 'new' : 'old'} ${await undoOrNothing(machine)}`);
      expect((await machine.read('cursor'))?.toString('utf8') ?? null).toBe(before);
      // And nothing stands in the way of the next one, which also clears what the killed one left.
      await ageLocks(machine.home);
      await install(machine.environment, { client: 'cursor', connectors: ['x'], dryRun: false });
      expect(await machine.text('cursor')).toContain('"x"');
      expect((await treeOf(machine.home)).filter((name) => /\.cursor.*(lock|tmp)/.test(name))).toEqual([]);
    }
    expect([...seen].sort()).toEqual(['new ' + (before === null ? 'deleted' : 'restored'), 'old E_NOTHING_TO_UNDO']);
    expect(steps).toBeGreaterThan(10);
  }, 60_000);

  it('undo leaves the new bytes or the old ones, and can be repeated', async () => {
    let steps = 0;
    for (let isKilled = true; isKilled; steps++) {
      const machine = await aMachine();
      if (before !== null) await machine.put('cursor', before);
      await install(machine.environment, { client: 'cursor', connectors: ['x'], dryRun: false });
      isKilled = await killedAt(machine, 'undo', steps);
      await ageLocks(machine.home);
      await undoOrNothing(machine);
      expect((await machine.read('cursor'))?.toString('utf8') ?? null).toBe(before);
    }
    expect(steps).toBeGreaterThan(5);
  }, 60_000);
});
