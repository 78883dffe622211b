import { describe, expect, it } from 'vitest';
import type { ClientDrift } from '../../preload/contract/index.ts';
import { listClients } from '../../main/clients/list-clients.ts';
import { install, replaceEntry, undo, uninstall } from '../../main/clients/operations.ts';
import { aMachine, LAUNCHER, type Machine } from './machine.ts';

const connectors = new Set(['files', 'git']);

async function drift(machine: Machine): Promise<(ClientDrift | string)[]> {
  const views = await listClients(machine.environment, { connectors });
  return views.find(({ id }) => id === 'cursor')?.drift ?? ['no view'];
}

async function connected(): Promise<Machine> {
  const machine = await aMachine();
  await machine.put('cursor', '{"mcpServers":{"theirs":{"command":"x"}}}');
  await install(machine.environment, { client: 'cursor', connectors: ['files', 'git'], dryRun: false });
  return machine;
}

async function edit(machine: Machine, change: (text: string) => string): Promise<void> {
  await machine.put('cursor', change(await machine.text('cursor')));
}

const withoutGit = (text: string): string => text.replace(/,"git":\{[^}]*\}/, '');

describe('what we wrote', () => {
  it('stands as it was written: nothing to say', async () => {
    expect(await drift(await connected())).toEqual([]);
  });

  it('was taken out by something else, and can be put back or forgotten', async () => {
    const machine = await connected();
    await edit(machine, withoutGit);
    expect(await drift(machine)).toEqual([
      {
        entry: 'git',
        kind: 'removed',
        connector: 'git',
        text: '"git" was taken out of the file of Cursor by something else.',
        next: 'Put it back, or leave it out if you took it out yourself.',
      },
    ]);
    await install(machine.environment, { client: 'cursor', connectors: ['git'], dryRun: false });
    expect(await drift(machine)).toEqual([]);

    await edit(machine, withoutGit);
    const before = await machine.text('cursor');
    const forgotten = await uninstall(machine.environment, { client: 'cursor', connector: 'git', dryRun: false });
    expect(forgotten).toMatchObject({
      action: 'unchanged',
      notes: ['The entry is gone already, and is not expected there any more.'],
    });
    expect(await machine.text('cursor')).toBe(before);
    expect(await drift(machine)).toEqual([]);
  });

  it('all of it with the file: forgotten at once, and undo finds nothing of it', async () => {
    const machine = await aMachine();
    await install(machine.environment, { client: 'cursor', connectors: ['files'], dryRun: false });
    await machine.put('cursor', '{}');
    expect(await drift(machine)).toMatchObject([{ kind: 'removed', entry: 'files' }]);
    await uninstall(machine.environment, { client: 'cursor', dryRun: false });
    expect(await drift(machine)).toEqual([]);
    await expect(undo(machine.environment, { client: 'cursor' })).rejects.toMatchObject({ code: 'E_NOTHING_TO_UNDO' });
    expect(await machine.text('cursor')).toBe('{}');
  });

  it('starts something else now, and can be put back in its place', async () => {
    const machine = await connected();
    await edit(machine, (text) => text.replace('"run","git"', '"run","git","--evil"'));
    expect(await drift(machine)).toMatchObject([{ kind: 'replaced', entry: 'git', connector: 'git' }]);
    await edit(machine, (text) =>
      text.replace(`"${LAUNCHER}","args":["run","git","--evil"]`, '"sh","args":["-c","x"]'),
    );
    expect(await drift(machine)).toMatchObject([{ kind: 'replaced', entry: 'git', connector: 'git' }]);
    await replaceEntry(machine.environment, { client: 'cursor', entry: 'git', connector: 'git', dryRun: false });
    expect(await drift(machine)).toEqual([]);
  });

  it('names a companion of another place', async () => {
    const machine = await connected();
    await edit(machine, (text) => text.replace(LAUNCHER, '/old/runlayer'));
    expect(await drift(machine)).toMatchObject([{ kind: 'launcher', entry: 'files', connector: 'files' }]);
    await install(machine.environment, { client: 'cursor', connectors: ['files'], dryRun: false });
    expect(await drift(machine)).toEqual([]);
  });

  it('starts a connector that is gone', async () => {
    const machine = await aMachine();
    await install(machine.environment, { client: 'cursor', connectors: ['gone'], dryRun: false });
    expect(await drift(machine)).toMatchObject([{ kind: 'unknown', entry: 'gone', connector: 'gone' }]);
  });

  it('started a connector that is gone, and is gone too: as it should be', async () => {
    const machine = await aMachine();
    await install(machine.environment, { client: 'cursor', connectors: ['gone'], dryRun: false });
    await machine.put('cursor', '{}');
    expect(await drift(machine)).toEqual([]);
  });

  it('took the place of another: its connector is remembered', async () => {
    const machine = await aMachine();
    await machine.put('cursor', '{"mcpServers":{"My Files":{"command":"x"}}}');
    await replaceEntry(machine.environment, { client: 'cursor', entry: 'My Files', connector: 'files', dryRun: false });
    await machine.put('cursor', '{"mcpServers":{}}');
    expect(await drift(machine)).toMatchObject([{ kind: 'removed', entry: 'My Files', connector: 'files' }]);
    await install(machine.environment, { client: 'cursor', connectors: ['files'], dryRun: false });
    expect(await drift(machine)).toEqual([]);
  });

  it('was taken back by us: nothing is expected any more', async () => {
    const machine = await connected();
    await undo(machine.environment, { client: 'cursor' });
    expect(await drift(machine)).toEqual([]);
    await install(machine.environment, { client: 'cursor', connectors: ['git'], dryRun: false });
    await uninstall(machine.environment, { client: 'cursor', dryRun: false });
    expect(await drift(machine)).toEqual([]);
  });
});

describe('the list of clients', () => {
  it('says when we changed a file, who was seen since, and whether it can be undone', async () => {
    const machine = await aMachine();
    const asked: unknown[] = [];
    const look = async (): Promise<unknown> =>
      (
        await listClients(machine.environment, {
          seen: (client, since) => {
            asked.push([client, since]);
            return Promise.resolve({ at: '2026-11-21T09:00:00.000Z', sessions: 2 });
          },
        })
      )[1];
    expect(await look()).toMatchObject({ changedAt: null, undo: false });
    await install(machine.environment, { client: 'cursor', connectors: ['a'], dryRun: false });
    expect(await look()).toMatchObject({
      changedAt: '2026-11-21T08:00:00.000Z',
      lastSeenAt: '2026-11-21T09:00:00.000Z',
      sessions: 2,
      undo: true,
      restartHint: 'Quit Cursor and open it again.',
    });
    expect(asked.filter((one) => JSON.stringify(one).includes('cursor'))).toEqual([
      ['cursor', null],
      ['cursor', '2026-11-21T08:00:00.000Z'],
    ]);
    await undo(machine.environment, { client: 'cursor' });
    expect(await look()).toMatchObject({ changedAt: null, undo: false });
  });
});
