import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pinsFileName } from '../../../main/connectors/pins/pin-form.ts';
import { openPinStore, type PinStore, type StoreOptions } from '../../../main/connectors/pins/pin-store.ts';
import { seal, unseal } from '../../../main/connectors/pins/sealed-file.ts';
import { sight, type ConnectorPins } from '../../../main/pin/pins.ts';
import { aHome, tool } from './bench.ts';

const AT = '2026-11-21T08:00:00.000Z';
const FACTS = { operation: 'listing', by: 'companion' };
const pinsOf = (...names: string[]): ConnectorPins =>
  sight(
    new Map(),
    'tool',
    names.map((name) => tool(name)),
    { at: AT, mode: 'pin' },
  ).pins;
const open = (home: string, over: Partial<StoreOptions> = {}): PinStore =>
  openPinStore({ home, record: () => {}, recordedIndexes: [], connectors: () => [], ...over });

function aStore(...connectors: string[]): { home: string; file: string; index: string } {
  const home = aHome();
  const store = open(home);
  for (const connector of connectors) store.write(connector, pinsOf('a', 'b'), FACTS);
  const folder = join(home, 'pins');
  return { home, file: join(folder, pinsFileName(connectors[0] ?? '')), index: join(folder, 'index.json') };
}

describe('what is written', () => {
  it('is read by the next companion, and is nobody else’s', () => {
    const { home, file, index } = aStore('files', 'github');
    const store = open(home);
    expect(store.read('files')).toEqual({ kind: 'pins', pins: pinsOf('a', 'b') });
    expect(store.read('other')).toEqual({ kind: 'none' });
    expect(store.connectors()).toEqual(['files', 'github']);
    expect([file, index].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(statSync(join(home, 'pins')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(home, 'pins'))).toHaveLength(3);
  });

  it.each(['__proto__', 'constructor', '../../etc/passwd', 'a/b', 'endpoint:x', 'CON', 'é'.repeat(5000), '\ud800', ''])(
    'has a safe place for a connector named %j',
    (connector) => {
      const home = aHome();
      open(home).write(connector, pinsOf('a'), FACTS);
      const names = readdirSync(join(home, 'pins'));
      expect(names.every((name) => /^(?:[0-9a-f]{40}|index)\.json$/.test(name))).toBe(true);
      expect(open(home).read(connector)).toEqual({ kind: 'pins', pins: pinsOf('a') });
    },
  );

  it('is recorded before, with the hash that the index has then', () => {
    const home = aHome();
    const seen: string[] = [];
    const hashes: string[] = [];
    const store = open(home, {
      record: ({ operation, by, connector, index }) => {
        hashes.push(index);
        seen.push(`${operation} ${by} ${connector} ${readdirSync(home).join()}`);
      },
    });
    store.write('files', pinsOf('a'), FACTS);
    expect(seen).toEqual(['listing companion files pins']);
    const found = unseal(readFileSync(join(home, 'pins', 'index.json')));
    expect(found).toMatchObject({ kind: 'good', hash: hashes[0] });
  });

  it('is not, where it cannot be recorded', () => {
    const { home, file } = aStore('files');
    const before = readFileSync(file);
    const store = open(home, {
      record: () => {
        throw new Error('ENOSPC');
      },
    });
    expect(() => store.write('files', pinsOf('c'), FACTS)).toThrow('ENOSPC');
    expect(() => store.remove('files', FACTS)).toThrow('ENOSPC');
    expect(readFileSync(file)).toEqual(before);
    expect(store.read('files')).toEqual({ kind: 'pins', pins: pinsOf('a', 'b') });
  });

  it('goes with its connector', () => {
    const { home, file } = aStore('files', 'github');
    const store = open(home);
    store.remove('files', FACTS);
    store.remove('never', FACTS);
    expect(readdirSync(join(home, 'pins'))).not.toContain(file);
    expect(open(home).read('files')).toEqual({ kind: 'none' });
    expect(open(home).read('github').kind).toBe('pins');
  });

  it('is not written by a host that handed over, and is read again', () => {
    const { home } = aStore('files');
    const old = open(home);
    old.handOver();
    expect(() => old.write('files', pinsOf('c'), FACTS)).toThrow('another host');
    expect(old.reload()).toBe(false);
    open(home).write('files', pinsOf('c'), FACTS);
    expect(old.reload()).toBe(true);
    expect(old.read('files')).toEqual({ kind: 'pins', pins: pinsOf('c') });
  });
});

describe('damage', () => {
  it('of any single byte of a file is noticed', () => {
    const { home, file } = aStore('files', 'github');
    const good = readFileSync(file);
    const kinds = new Set<string>();
    for (let at = 0; at < good.length; at += 1) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(file, bad);
      kinds.add(open(home).read('files').kind);
    }
    expect([...kinds]).toEqual(['damaged']);
    expect(open(home).read('github').kind).toBe('pins');
  });

  it('of any single byte of the index is noticed, and counts for every connector', () => {
    const { home, index } = aStore('files', 'github');
    const good = readFileSync(index);
    const kinds = new Set<string>();
    for (let at = 0; at < good.length; at += 1) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(index, bad);
      const store = open(home);
      for (const connector of ['files', 'github', 'never seen']) kinds.add(store.read(connector).kind);
    }
    expect([...kinds]).toEqual(['damaged']);
  });

  it.each([
    ['a file that was taken away', ({ file }: { file: string }) => rmSync(file), 'its file is gone'],
    [
      'a shorter file',
      ({ file }: { file: string }) => writeFileSync(file, readFileSync(file).subarray(0, -10)),
      'changed outside',
    ],
    ['an empty file', ({ file }: { file: string }) => writeFileSync(file, ''), 'not of our form'],
    [
      'a file of a newer companion',
      ({ file }: { file: string }) =>
        writeFileSync(file, readFileSync(file, 'utf8').replace('rl-pins-v1', 'rl-pins-v2')),
      'newer companion',
    ],
    [
      'a link to another file',
      ({ file }: { file: string }) => {
        renameSync(file, `${file}.away`);
        symlinkSync(`${file}.away`, file);
      },
      'it is no file',
    ],
    [
      'a whole file of before, put back',
      ({ file, home }: { file: string; home: string }) => {
        const old = readFileSync(file);
        open(home).write('files', pinsOf('a'), FACTS);
        writeFileSync(file, old);
      },
      'not the one that was written last',
    ],
    [
      'a sealed file of another shape',
      ({ file }: { file: string }) => writeFileSync(file, seal({ version: 1 }).bytes),
      'not the one that was written last',
    ],
  ])('is %s', (_name, damage, reason) => {
    const at = aStore('files', 'github');
    damage(at);
    const found = open(at.home).read('files');
    expect(found).toEqual({ kind: 'damaged', reason: expect.stringContaining(reason) as string });
    expect(open(at.home).read('github').kind).toBe('pins');
  });

  it('is an index that was taken away, alone or with all of the folder where the journal knows of it', () => {
    const { home, index } = aStore('files');
    rmSync(index);
    expect(open(home).read('files')).toMatchObject({ kind: 'damaged', reason: 'the index of pins is gone' });
    rmSync(join(home, 'pins'), { recursive: true });
    expect(open(home).read('files').kind).toBe('none');
    expect(open(home, { recordedIndexes: ['f'.repeat(64)] }).read('files').kind).toBe('damaged');
  });

  it('is a whole folder of before, put back, where the journal knows what was written last', () => {
    const home = aHome();
    const indexes: string[] = [];
    const store = open(home, { record: ({ index }) => indexes.push(index) });
    const folder = join(home, 'pins');
    store.write('files', pinsOf('a'), FACTS);
    store.write('files', pinsOf('b'), FACTS);
    expect(open(home, { recordedIndexes: indexes.slice(-2) }).read('files').kind).toBe('pins');
    const kept = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const);
    store.write('files', pinsOf('c'), FACTS);
    store.write('files', pinsOf('d'), FACTS);
    for (const [name, bytes] of kept) writeFileSync(join(folder, name), bytes);
    expect(open(home).read('files').kind).toBe('pins');
    expect(open(home, { recordedIndexes: indexes.slice(-2) }).read('files').kind).toBe('damaged');
  });

  it('is a file that no index knows', () => {
    const { home, file } = aStore('files');
    const bytes = readFileSync(file);
    open(home).remove('files', FACTS);
    writeFileSync(file, bytes);
    expect(open(home).read('files')).toMatchObject({ kind: 'damaged', reason: 'its file is not in the index of pins' });
  });

  it('ends with a reset of that connector, and of the index with a reset of each', () => {
    const { home, index, file } = aStore('files', 'github');
    writeFileSync(file, 'x');
    open(home).write('files', new Map(), FACTS);
    expect(open(home).read('files')).toEqual({ kind: 'pins', pins: new Map() });

    writeFileSync(index, 'x');
    const connectors = (): string[] => ['files', 'github'];
    const store = open(home, { connectors });
    store.write('files', pinsOf('c'), FACTS);
    for (const one of [store, open(home, { connectors })]) {
      expect(one.read('files')).toEqual({ kind: 'pins', pins: pinsOf('c') });
      expect(one.read('github').kind).toBe('damaged');
      expect(one.read('never seen').kind).toBe('damaged');
      expect(one.problem()).toBeDefined();
    }
    store.write('github', new Map(), FACTS);
    for (const one of [store, open(home, { connectors })]) {
      expect(one.read('never seen').kind).toBe('none');
      expect(one.problem()).toBeUndefined();
    }
  });
});

describe('a write that is interrupted', () => {
  const folderOf = (home: string): string => join(home, 'pins');

  it('after the index leaves what was there before', () => {
    for (const isFirst of [true, false]) {
      const home = aHome();
      const store = open(home);
      if (!isFirst) store.write('files', pinsOf('a'), FACTS);
      mkdirSync(folderOf(home), { recursive: true });
      // The file's place is taken by a folder: the second of three writes fails.
      const file = join(folderOf(home), pinsFileName('files'));
      const before = isFirst ? undefined : readFileSync(file);
      rmSync(file, { force: true });
      mkdirSync(file);
      expect(() => store.write('files', pinsOf('b'), FACTS)).toThrow();
      rmSync(file, { recursive: true });
      if (before !== undefined) writeFileSync(file, before);
      const found = open(home).read('files');
      // The file could not be read when the write began, so nothing is known of what was there.
      expect(found.kind).toBe(isFirst ? 'none' : 'damaged');
      expect(store.read('files').kind).toBe(found.kind);
      store.write('files', pinsOf('c'), FACTS);
      expect(open(home).read('files')).toEqual({ kind: 'pins', pins: pinsOf('c') });
    }
  });

  it('again and again does not look like one that was put back', () => {
    const home = aHome();
    const indexes: string[] = [];
    const record = ({ index }: { index: string }): number => indexes.push(index);
    const store = open(home, { record });
    store.write('files', pinsOf('a'), FACTS);
    const place = join(folderOf(home), pinsFileName('github'));
    mkdirSync(place);
    for (const name of ['b', 'c', 'd']) expect(() => store.write('github', pinsOf(name), FACTS)).toThrow();
    rmSync(place, { recursive: true });
    const next = open(home, { record, recordedIndexes: indexes.slice(-2) });
    expect([next.read('files').kind, next.read('github').kind]).toEqual(['pins', 'none']);
    next.write('github', pinsOf('e'), FACTS);
    expect(open(home, { recordedIndexes: indexes.slice(-2) }).read('github')).toEqual({
      kind: 'pins',
      pins: pinsOf('e'),
    });
  });

  it.each(['index', 'file'] as const)('after the %s was written is either the old or the new', (last) => {
    const home = aHome();
    const indexes: string[] = [];
    const store = open(home, { record: ({ index }) => indexes.push(index) });
    const folder = folderOf(home);
    const file = join(folder, pinsFileName('files'));
    store.write('files', pinsOf('a'), FACTS);
    const old = readFileSync(file);
    const oldIndex = unseal(readFileSync(join(folder, 'index.json')));
    store.write('files', pinsOf('b'), FACTS);
    const [was, is] = [unseal(old), unseal(readFileSync(file))];
    if (was.kind !== 'good' || is.kind !== 'good' || oldIndex.kind !== 'good') throw new Error('not written');
    // As it lies between the first and the last write.
    const entries = [{ connector: 'files', sha256: is.hash, before: was.hash }];
    writeFileSync(join(folder, 'index.json'), seal({ version: 1, distrust: false, entries }).bytes);
    if (last === 'index') writeFileSync(file, old);
    const found = open(home, { recordedIndexes: indexes.slice(-2) }).read('files');
    expect(found).toEqual({ kind: 'pins', pins: pinsOf(last === 'index' ? 'a' : 'b') });
  });
});
