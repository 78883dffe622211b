/** The log index has to be made anew, and that takes its time: the companion serves meanwhile, and what needs the index waits. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { textUntil } from '../process/processes.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { Offering, tool } from './offering.ts';
import { signalProcess, stillRuns, until } from './processes-of.ts';
import { RawClient } from './raw-client.ts';

/** Whoever opens a pipe to read it waits until somebody writes: the index gets as far as this file, and no further. */
function holdIndex(home: CompanionHome): () => void {
  const pipe = join(home.home, 'audit', '000000000000-000000000000.jsonl');
  execFileSync('mkfifo', ['-m', '600', pipe]);
  // The newest file is the one that is written on.
  utimesSync(pipe, 0, 0);
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    const fd = openSync(pipe, 'r+');
    rmSync(pipe);
    closeSync(fd);
  };
}

describeJourney('a start with an index that is not there', () => {
  let home: CompanionHome;
  let release = (): void => {};
  beforeEach(async () => {
    home = await openHome();
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
  });
  afterEach(async () => {
    release();
    await home?.close();
  });

  /** A companion is killed in the middle of a call, and the pins that it had are taken away. */
  const cutOff = async (): Promise<void> => {
    const first = new RawClient(home.start(['run', 'tools']));
    await first.initialize();
    expect((await first.request(1, 'tools/list')).result?.['tools']).not.toEqual([]);
    const before = await home.companion();
    first.send({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'wait', arguments: {} } });
    await until('the call is recorded', () => home.openIntents().length === 1);
    signalProcess(before, 'SIGKILL');
    await until('the first companion has ended', () => !stillRuns(before));
    await first.close();
    rmSync(join(home.home, 'pins'), { recursive: true });
  };

  /** A companion whose log index is lost, and not made anew before `release`. */
  const held = async (): Promise<void> => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(home.home, `companion.db${suffix}`), { force: true });
    release = holdIndex(home);
    const host = home.spawn(node, [fixtureServer('../host.ts'), 'headless', home.home]);
    await textUntil(host.stdout, /serving/);
  };

  it('serves at once; sessions wait, pins that were taken away are missed, calls that were cut off get their end', async () => {
    await cutOff();
    await held();
    const second = new RawClient(home.start(['run', 'tools']));
    const session = second.initialize();
    const { companion } = await home.json<{ companion: { drifted: number; warnings: string[] } }>(['status']);
    expect(companion.drifted).toBe(0);
    expect(companion.warnings.join(' ')).toContain('connectors start once that is done');
    await home.must(['policy', 'deny', 'tools', 'slow']);
    expect(second.messages()).toEqual([]);

    release();
    await session;
    expect((await second.request(1, 'tools/list')).result?.['tools']).toEqual([]);
    expect(await home.json<object[]>(['pins', 'list'])).toMatchObject([{ connector: 'tools', state: 'changed' }]);
    await until('the call that was cut off has ended', () => home.openIntents().length === 0);
    expect(await second.close()).toBe(0);
  });

  const firstLook = async (name: string): Promise<unknown> => {
    const client = new RawClient(home.start(['run', name]));
    await client.initialize();
    const { result } = await client.request(1, 'tools/list');
    await client.close();
    return ((result?.['tools'] ?? []) as { name: string }[]).map((one) => one.name);
  };

  it('a connector that is removed meanwhile leaves nothing to another of its name', async () => {
    const offering = new Offering({ tools: [tool('notes')] });
    await home.add('offered', offering.command);
    expect(await firstLook('offered')).toEqual(['notes']);
    await home.must(['stop']);
    offering.change({ tools: [tool('notes', 'Does something else.')] });
    await held();
    await home.must(['connectors', 'remove', 'offered', '-y']);
    await home.add('offered', offering.command);
    release();
    expect(await firstLook('offered')).toEqual(['notes']);
    expect(await home.json(['pins', 'list', 'offered'])).toMatchObject([{ state: 'pinned' }, { state: 'pinned' }]);
  });

  it('an app that takes over compares what nobody compared yet, and ends what nobody ended', async () => {
    await cutOff();
    await held();
    const waiting = new RawClient(home.start(['run', 'tools']));
    const session = waiting.initialize();
    const app = home.spawn(node, [fixtureServer('../host.ts'), 'app', home.home]);
    await textUntil(app.stdout, /serving/);
    release();
    expect((await session).error?.message).toBe('The Runlayer app answers now. Connect again.');
    await waiting.close();
    expect(await firstLook('tools')).toEqual([]);
    expect(await home.json(['pins', 'list'])).toMatchObject([{ connector: 'tools', state: 'changed' }]);
    await until('the call that was cut off has ended', () => home.openIntents().length === 0);
  });
});
