import type * as Files from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, it, vi } from 'vitest';
import { install, undo } from '../../main/clients/operations.ts';
import { aMachine } from './machine.ts';

const unsynced = vi.hoisted(() => new Set<string>());
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof Files>();
  const open: typeof real.open = (path, ...rest) =>
    typeof path === 'string' && unsynced.has(path)
      ? Promise.reject(Object.assign(new Error('i/o error'), { code: 'EIO' }))
      : real.open(path, ...rest);
  return { ...real, open };
});

const client = 'cursor' as const;

it('a folder that cannot be synced after the file is in its place does not undo what was done', async () => {
  const machine = await aMachine();
  await machine.put(client, '{"a":1}');
  unsynced.add(dirname(machine.fileOf(client)));
  const done = await install(machine.environment, { client, connectors: ['github'], dryRun: false });
  expect(done.action).toBe('changed');
  expect(await machine.text(client)).toContain('github');
  expect((await undo(machine.environment, { client })).action).toBe('restored');
  expect(await machine.text(client)).toBe('{"a":1}');
});

it('nor where the file was taken away', async () => {
  const machine = await aMachine();
  const done = await install(machine.environment, { client, connectors: ['github'], dryRun: false });
  expect(done.action).toBe('created');
  unsynced.add(dirname(machine.fileOf(client)));
  await undo(machine.environment, { client });
  expect(await machine.read(client)).toBeNull();
});
