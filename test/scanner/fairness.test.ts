/** Who waits for whom; orders only, no times. */
import { afterEach, describe, expect, it } from 'vitest';
import { PASS } from '../../main/guard/scan-job.ts';
import { padded, ScannerBench } from './bench-scanner.ts';

const benches: ScannerBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});
async function open(...proven: readonly string[]): Promise<ScannerBench> {
  const bench = new ScannerBench({ limits: { baseMs: 1e9, maxMs: 1e9, starvedMs: 1e9 } });
  benches.push(bench);
  for (const key of proven) expect(await bench.scan(key, 'fine')).toEqual(PASS);
  return bench;
}

describe('sessions that are known to be harmless', () => {
  it('wait for none of those that are not: whatever is held, a thread is left for them', async () => {
    const bench = await open('good', 'large', 'medium', 'slow');
    await bench.scan('slow', 'slow 1');
    const held = [
      bench.scan('new', 'hold new'),
      bench.scan('medium', padded('hold medium', 20_000)),
      bench.scan('large', padded('hold large', 200_000)),
    ];
    await bench.untilStarted('hold new', 'hold medium', 'hold large');
    // All of these wait for one of the three.
    held.push(
      bench.scan('slow', 'hold slow'),
      bench.scan('new 2', 'hold new 2'),
      bench.scan('new 3', padded('hold new 3', 20_000)),
    );
    for (let round = 0; round < 20; round += 1) expect(await bench.scan('good', `quick ${round}`)).toEqual(PASS);
    expect(bench.started).not.toContain('hold slow');
    expect(bench.started).not.toContain('hold new 2');
    expect(bench.started).not.toContain('hold new 3');
    const rest = ['hold new', 'hold medium', 'hold large', 'hold slow', 'hold new 2', 'hold new 3'];
    for (const text of rest) {
      await bench.untilStarted(text);
      bench.release(text);
    }
    expect(await Promise.all(held)).toEqual(held.map(() => PASS));
  });

  it('one that was slow keeps its like company, and is taken back after a while', async () => {
    const bench = await open('slow');
    await bench.scan('slow', 'slow 1');
    const held = bench.scan('other', padded('hold large', 200_000));
    await bench.untilStarted('hold large');
    const waits = bench.scan('slow', 'small');
    bench.pass(61_000);
    expect(await waits).toEqual(PASS);
    bench.release('hold large');
    await held;
  });

  it('one that was ended goes the same way', async () => {
    const bench = await open('bad', 'good');
    for (let time = 0; time < 2; time += 1) await bench.scan('bad', 'exit');
    const held = bench.scan('good', padded('hold large', 200_000));
    await bench.untilStarted('hold large');
    const waits = bench.scan('bad', 'after');
    expect(await bench.scan('good 2', 'fine')).toEqual(PASS);
    expect(bench.started).not.toContain('after');
    bench.release('hold large');
    expect(await Promise.all([held, waits])).toEqual([PASS, PASS]);
  });
});

describe('within a lane', () => {
  it('who cost less lately goes first, then who came first', async () => {
    const bench = await open('busy', 'calm');
    await bench.scan('busy', padded('slow 1', 200_000));
    const order: string[] = [];
    const scan = (key: string, text: string): Promise<unknown> =>
      bench.scan(key, padded(text, 200_000)).then(() => order.push(text));
    const all = [scan('first', 'hold first')];
    await bench.untilStarted('hold first');
    all.push(scan('busy', 'of busy'), scan('calm', 'of calm'), scan('calm 2', 'of calm 2'), scan('busy', 'of busy 2'));
    bench.release('hold first');
    await Promise.all(all);
    expect(order).toEqual(['hold first', 'of calm 2', 'of calm', 'of busy', 'of busy 2']);
  });
});
