import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIsProved } from '../../../main/audit/delivery/passed-record.ts';
import { startOf, type ChainView } from '../../../main/audit/delivery/place.ts';
import { filesOf, recordsOf } from '../disk/temp.ts';
import { countingIds, event } from '../records.ts';
import { deliveryRig } from './rig.ts';

const rig = deliveryRig();

describe('a journal that a power cut left shorter than what was sent', () => {
  async function cut(keptLines: number, laterRecords: number) {
    const bench = await rig.setUp();
    bench.write(20);
    const first = bench.start();
    await bench.turn();
    await first.close();
    await bench.journal.close();
    const [file = ''] = filesOf(bench.auditDirectory);
    const path = join(bench.auditDirectory, file);
    const kept = readFileSync(path, 'utf8').split('\n').slice(0, keptLines);
    truncateSync(path, Buffer.byteLength(`${kept.join('\n')}\n`));
    const next = await rig.files.journal(bench.auditDirectory, { newId: countingIds(1000) });
    // What the next companion records before delivery looks at the folder.
    for (let n = 0; n < laterRecords; n += 1) next.append(event({ after: n, pad: 'x'.repeat(37) }));
    const second = bench.start({ head: () => next.head, bounds: { events: 10, bytes: 1e9 } });
    return { bench, next, second };
  }

  it.each([
    ['the file is longer again', 15, 12],
    ['the file is shorter', 15, 2],
    ['nothing but the first record is left', 1, 30],
  ])('every record of it arrives: %s', async (_name, keptLines, laterRecords) => {
    const { bench, next, second } = await cut(keptLines, laterRecords);
    // What was taken before denies nothing.
    expect(second.state().pressure).toBe('none');
    expect(second.isDelivered(next.head.chainId, 0)).toBe(false);
    await bench.turn();
    const arrived = new Set(bench.arrived());
    expect(recordsOf(bench.auditDirectory).filter(({ id }) => !arrived.has(id))).toEqual([]);
    expect(second.state()).toMatchObject({ lagEvents: 0, parked: 0 });
  });

  it('no position is kept before the records are on the disk', async () => {
    const bench = await rig.setUp();
    bench.write(3);
    const steps: string[] = [];
    let works = false;
    const flush = (): Promise<void> => {
      steps.push(`flush after ${bench.arrived().length}`);
      return works ? Promise.resolve() : Promise.reject(new Error('no space'));
    };
    const delivery = bench.start({ flush });
    await bench.turn();
    expect(steps).toEqual(['flush after 0', 'flush after 3']);
    expect(() => bench.position()).toThrow('ENOENT');
    works = true;
    bench.write(1);
    await bench.turn();
    expect(bench.position().chains).toMatchObject([{ seq: 3, last: { segment: 0 } }]);
    expect(delivery.state().lagEvents).toBe(0);
  });

  it('a position goes on where its record is still there, also behind a pruned segment', async () => {
    const bench = await rig.setUp({ segmentBytes: 1500 });
    bench.write(12);
    const first = bench.start();
    await bench.turn();
    await first.close();
    const [oldest = ''] = filesOf(bench.auditDirectory);
    rmSync(join(bench.auditDirectory, oldest));
    const second = bench.start();
    expect(second.state().lagEvents).toBe(0);
    await second.close();
    expect(bench.tenant.admin.auditCounts()).toMatchObject({ events: 12, repeated: 0 });
  });
});

describe('createIsProved', () => {
  const HASH = 'ab'.repeat(32);
  const line = `{"hash":"${HASH}","prev":"${'0'.repeat(64)}","record":{}}\n`;
  const view = (firstSeqs: readonly number[]): ChainView => ({
    chainId: 'a',
    segments: firstSeqs.map((firstSeq) => ({ file: `a-${firstSeq}`, firstSeq, size: 999, setAside: false })),
    lastSeq: 30,
  });
  const at = (segment: number, offset: number, hash = HASH) => ({
    chain: 'a',
    seq: 11,
    segment,
    offset: 900,
    last: { segment, offset, hash },
  });

  it.each([
    ['its record is there', [0, 10], at(10, line.length), true],
    ['another is there', [0, 10], at(10, line.length, 'cd'.repeat(32)), false],
    ['it lies elsewhere', [0, 10], at(10, line.length + 1), false],
    ['the file ends before', [0, 10], at(10, 5000), false],
    ['its segment was pruned', [10, 20], at(0, 40), true],
    ['its segment never came to the disk', [0, 10], at(20, 0), false],
    ['its segment cannot be read', [0, 10], at(0, 0), false],
    ['nothing was passed yet', [0, 10], startOf(view([0, 10])), true],
    ['it names no record', [0, 10], { chain: 'a', seq: 3, segment: 0, offset: 40 }, false],
  ])('%s', (_name, segments, position, proved) => {
    const directory = rig.files.folder();
    writeFileSync(join(directory, 'a-10'), line + line);
    expect(createIsProved(directory)(view(segments), position)).toBe(proved);
  });
});
