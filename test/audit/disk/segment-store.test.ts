import { appendFileSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSegmentStore } from '../../../main/audit/disk/segment-store.ts';
import { verifyDirectory } from '../../../main/audit/disk/verify-directory.ts';
import { event, intent } from '../records.ts';
import { faultyIo } from './faulty-io.ts';
import { filesOf, recordsOf, tempHome } from './temp.ts';

const home = tempHome();
const FIRST = 'c0ffee-000000000000.jsonl';
const line = (text: string): Buffer => Buffer.from(`${text}\n`);

function open(options: { segmentBytes?: number; current?: { file: string; size: number }; directory?: string } = {}) {
  const { directory = home.folder(), ...rest } = options;
  const io = faultyIo();
  const log: string[] = [];
  const store = home.closing(
    createSegmentStore({ directory, chainId: 'c0ffee', io, log: (text) => log.push(text), ...rest }),
  );
  const text = (file = FIRST): string => readFileSync(join(directory, file), 'utf8');
  return { directory, io, log, store, text };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('writing', () => {
  it('puts each line in the file before append returns', () => {
    const { store, text } = open();
    store.append(line('one'), 0);
    expect(text()).toBe('one\n');
    store.append(line('two'), 1);
    expect(text()).toBe('one\ntwo\n');
  });

  it.skipIf(process.platform === 'win32')('makes files 0600 [skipped: Windows has no modes]', () => {
    const { directory, store } = open();
    store.append(line('one'), 0);
    expect(statSync(join(directory, FIRST)).mode & 0o777).toBe(0o600);
  });

  it('opens a new segment, named by its first record, before one gets too big', () => {
    const { directory, store, text } = open({ segmentBytes: 10 });
    for (const [seq, word] of ['one', 'two', 'three', 'a line longer than a segment', 'five'].entries()) {
      store.append(line(word), seq);
    }
    expect(filesOf(directory)).toEqual([0, 2, 3, 4].map((seq) => `c0ffee-00000000000${seq}.jsonl`));
    expect(text()).toBe('one\ntwo\n');
    expect(text('c0ffee-000000000003.jsonl')).toBe('a line longer than a segment\n');
  });

  it('goes on in the old segment while no new one can be opened', () => {
    const { directory, store, io, log, text } = open({ segmentBytes: 4 });
    store.append(line('one'), 0);
    io.faults.open = 'EMFILE';
    store.append(line('two'), 1);
    expect(text()).toBe('one\ntwo\n');
    expect(log.join()).toContain('EMFILE');
    delete io.faults.open;
    store.append(line('six'), 2);
    expect(filesOf(directory)).toEqual([FIRST, 'c0ffee-000000000002.jsonl']);
  });

  it('never takes over a file or a link that lies where a new segment belongs', () => {
    const { directory, store } = open();
    writeFileSync(join(directory, FIRST), 'planted');
    expect(() => store.append(line('one'), 0)).toThrow('EEXIST');
    rmSync(join(directory, FIRST));
    symlinkSync('/dev/null', join(directory, FIRST));
    expect(() => store.append(line('one'), 0)).toThrow('EEXIST');
  });
});

describe('a write that fails', () => {
  it.each<[string, string | number]>([
    ['takes nothing (EIO)', 'EIO'],
    ['takes nothing (ENOSPC)', 'ENOSPC'],
    ['takes no byte', 0],
    ['takes one byte', 1],
    ['takes all but the newline', 3],
  ])('throws, leaves nothing of the line, and the next one is whole: it %s', (_, fault) => {
    const { store, io, text } = open();
    store.append(line('one'), 0);
    io.faults.write = fault;
    for (let round = 0; round < 3; round += 1) expect(() => store.append(line('two'), 1)).toThrow(/\w/);
    expect(text()).toBe('one\n');
    delete io.faults.write;
    store.append(line('two'), 1);
    expect(text()).toBe('one\ntwo\n');
  });

  it('and cannot be taken back stops every append until it is', () => {
    const { store, io, log, text } = open();
    store.append(line('one'), 0);
    io.faults.write = 2;
    io.faults.truncate = 'EIO';
    expect(() => store.append(line('two'), 1)).toThrow('only 2 of 4 bytes');
    expect(log.join()).toContain('half-written');
    delete io.faults.write;
    expect(() => store.append(line('two'), 1)).toThrow('EIO');
    expect(text()).toBe('one\ntw');
    delete io.faults.truncate;
    store.append(line('two'), 1);
    expect(text()).toBe('one\ntwo\n');
  });

  it('in a new segment leaves it empty and in use', () => {
    const { directory, store, io, text } = open({ segmentBytes: 4 });
    store.append(line('one'), 0);
    io.faults.write = 'ENOSPC';
    for (let round = 0; round < 3; round += 1) expect(() => store.append(line('two'), 1)).toThrow('ENOSPC');
    delete io.faults.write;
    store.append(line('two'), 1);
    expect(filesOf(directory)).toEqual([FIRST, 'c0ffee-000000000001.jsonl']);
    expect(text('c0ffee-000000000001.jsonl')).toBe('two\n');
  });

  it('with no segment open is thrown, and tried again', () => {
    const { store, io, text } = open();
    io.faults.open = 'ENOSPC';
    expect(() => store.append(line('one'), 0)).toThrow('ENOSPC');
    delete io.faults.open;
    store.append(line('one'), 0);
    expect(text()).toBe('one\n');
  });
});

describe('another program', () => {
  it('that wrote into the segment is noticed before the next line', () => {
    const { directory, store, text } = open();
    store.append(line('one'), 0);
    appendFileSync(join(directory, FIRST), 'foreign\n');
    expect(() => store.append(line('two'), 1)).toThrow('changed by another program');
    expect(text()).toBe('one\nforeign\n');
  });

  it.skipIf(process.platform === 'win32')(
    'that deleted the segment is noticed [skipped: Windows keeps open files]',
    () => {
      const { directory, store } = open();
      store.append(line('one'), 0);
      rmSync(join(directory, FIRST));
      expect(() => store.append(line('two'), 1)).toThrow('deleted by another program');
    },
  );
});

describe('syncing', () => {
  it('is one sync for all lines of 20 ms, and of the folder when it got a new file', async () => {
    vi.useFakeTimers();
    const { store, io } = open();
    for (let seq = 0; seq < 100; seq += 1) store.append(line('x'), seq);
    await vi.advanceTimersByTimeAsync(19);
    expect(io.calls).not.toContain('sync');
    await vi.advanceTimersByTimeAsync(1);
    await store.flush();
    expect(io.calls.filter((call) => call.startsWith('sync'))).toEqual(['sync', 'syncDirectory']);
    store.append(line('y'), 100);
    await vi.advanceTimersByTimeAsync(20);
    await store.flush();
    expect(io.calls.filter((call) => call.startsWith('sync'))).toEqual(['sync', 'syncDirectory', 'sync']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['sync', 'syncDirectory'] as const)(
    'that fails (%s) is a problem until it works again, by itself',
    async (call) => {
      vi.useFakeTimers();
      const { store, io, log } = open();
      io.faults[call] = 'EIO';
      store.append(line('one'), 0);
      await expect(store.flush()).rejects.toThrow('EIO');
      expect(store.problem).toContain('EIO');
      await vi.advanceTimersByTimeAsync(1500);
      expect(store.problem).toContain('EIO');
      delete io.faults[call];
      await vi.advanceTimersByTimeAsync(500);
      await store.flush();
      expect(store.problem).toBeUndefined();
      expect(log).toHaveLength(2);
    },
  );

  it('covers a line that was appended while a sync was under way', async () => {
    const { store, io } = open();
    const gate = Promise.withResolvers<void>();
    io.faults.hold = gate.promise;
    store.append(line('one'), 0);
    const first = store.flush();
    await vi.waitFor(() => expect(io.calls).toContain('sync'));
    store.append(line('two'), 1);
    const second = store.flush();
    gate.resolve();
    await Promise.all([first, second]);
    expect(io.calls.filter((call) => call === 'sync')).toHaveLength(2);
  });

  it('keeps a segment open that becomes full while it is synced', async () => {
    const { store, io, text } = open({ segmentBytes: 4 });
    const gate = Promise.withResolvers<void>();
    io.faults.hold = gate.promise;
    store.append(line('one'), 0);
    const first = store.flush();
    await vi.waitFor(() => expect(io.calls).toContain('sync'));
    store.append(line('two'), 1);
    gate.resolve();
    await first;
    store.append(line('six'), 2);
    await store.flush();
    expect(text('c0ffee-000000000002.jsonl')).toBe('six\n');
    expect(io.calls.filter((call) => call === 'syncDirectory').length).toBeGreaterThan(1);
    expect(io.openFiles.size).toBe(1);
    await store.close();
    expect(io.openFiles.size).toBe(0);
  });

  it('covers every segment of a burst, and closes those that are full', async () => {
    const { store, io } = open({ segmentBytes: 4 });
    for (let seq = 0; seq < 5; seq += 1) store.append(line('one'), seq);
    await store.flush();
    expect(io.calls.filter((call) => call === 'sync')).toHaveLength(5);
    await store.close();
    expect(() => store.append(line('x'), 5)).toThrow('closed');
  });
});

describe('a journal on a failing disk', () => {
  it('denies while it lasts, loses nothing, and verifies afterwards', async () => {
    const io = faultyIo();
    const directory = join(home.folder(), 'audit');
    const journal = await home.journal(directory, { io, segmentBytes: 2000 });
    const acknowledged: number[] = [];
    const kinds: (string | number | undefined)[] = [undefined, 'EIO', undefined, 0, 'ENOSPC', undefined, 17, 400];
    for (let n = 0; n < 80; n += 1) {
      const fault = kinds[n % kinds.length];
      if (fault === undefined) delete io.faults.write;
      else io.faults.write = fault;
      try {
        acknowledged.push(journal.append(intent(n)).seq);
        expect(fault).toBeUndefined();
        expect(journal.state.state).toBe('ok');
      } catch (error) {
        expect(error).toMatchObject({ code: 'E_AUDIT_UNAVAILABLE' });
        expect(journal.state.state).toBe('unavailable');
      }
    }
    expect(acknowledged).toEqual(Array.from({ length: 30 }, (_, seq) => seq));
    delete io.faults.write;
    expect(recordsOf(directory)).toHaveLength(30);
    expect(await verifyDirectory(directory)).toMatchObject({ ok: true, records: 30 });
  });

  it('says at its end that the last lines could not be synced, and lets go of its files', async () => {
    const io = faultyIo();
    const journal = await home.journal(join(home.folder(), 'audit'), { io });
    journal.append(intent(1));
    io.faults.sync = 'EIO';
    await expect(journal.close()).rejects.toMatchObject({ code: 'E_AUDIT_UNAVAILABLE' });
    expect(io.openFiles.size).toBe(0);
    await journal.close();
  });

  it('that cannot sync refuses new calls and takes events', async () => {
    const io = faultyIo();
    const journal = await home.journal(join(home.folder(), 'audit'), { io });
    io.faults.sync = 'EIO';
    journal.append(intent(1));
    await expect(journal.flush()).rejects.toMatchObject({ code: 'E_AUDIT_UNAVAILABLE' });
    expect(() => journal.append(intent(2))).toThrow('EIO');
    expect(journal.append(event()).seq).toBe(1);
    delete io.faults.sync;
    await journal.flush();
    expect(journal.state.state).toBe('ok');
    expect(journal.append(intent(2)).seq).toBe(2);
  });
});
