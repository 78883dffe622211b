import { afterEach, describe, expect, it } from 'vitest';
import { PASS } from '../../main/guard/scan-job.ts';
import type { ScannerLimits } from '../../main/scanner/limits.ts';
import { job, padded, ScannerBench } from './bench-scanner.ts';

const benches: ScannerBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});
function open(options: ConstructorParameters<typeof ScannerBench>[0] = {}): ScannerBench {
  const bench = new ScannerBench(options);
  benches.push(bench);
  return bench;
}
const only = (rule: string): unknown => ({
  verdict: 'block',
  asks: false,
  findings: [{ category: 'unscannable', rule, tier: 'hard', at: '', action: 'block' }],
});

describe('the scanner', () => {
  it('answers at once what needs no thread', () => {
    expect(open({ isHarmless: true }).scanner.scan('a', job('anything'))).toBe(PASS);
  });

  it('leaves the source with its owner', async () => {
    const bench = open();
    const asked = job('plain text');
    expect(await bench.scanner.scan('a', asked)).toEqual(PASS);
    expect(Buffer.from(asked.source).toString()).toBe('plain text');
  });

  it('gives back masked bytes, and takes "masked" without them for no answer', async () => {
    const bench = open();
    expect((await bench.scan('a', 'masked')).masked).toEqual(new Uint8Array([1, 2]));
    expect(await bench.scan('a', 'unmasked')).toEqual(only('scanner-error'));
  });

  it.each([
    ['throws', 'failed', 'scanner-error'],
    ['says what is no answer', 'garbage', 'scanner-error'],
    ['answers something else', 'other', 'scanner-error'],
    ['ends', 'exit', 'scanner-crash'],
    ['dies', 'throw', 'scanner-crash'],
  ])('a scanner that %s blocks that text, and the next is looked at', async (_title, text, rule) => {
    const bench = open();
    const [failed, other] = await Promise.all([bench.scan('a', text), bench.scan('b', 'fine')]);
    expect(failed).toEqual(only(rule));
    expect(other).toEqual(PASS);
    expect(await bench.scan('a', 'fine')).toEqual(PASS);
    expect(bench.problems.some((problem) => problem.includes(rule))).toBe(true);
    expect(bench.problems.join()).not.toContain('Error');
  });

  it.each([
    ['off', 'pass', 0],
    ['alert', 'alert', 1],
    ['mask', 'block', 1],
    ['block', 'block', 1],
  ] as const)('what cannot be looked at follows the action for that: %s is %s', async (action, verdict, findings) => {
    const result = await open().scan('a', 'failed', { unscannable: action });
    expect(result.verdict).toBe(verdict);
    expect(result.findings).toHaveLength(findings);
  });

  it('ends a text at its deadline, not before, and replaces the thread', async () => {
    const bench = open({ limits: { baseMs: 100, perMibMs: 0 } });
    expect(await bench.scan('b', 'fine')).toEqual(PASS);
    const late = bench.scan('a', 'spin');
    await bench.untilStarted('spin');
    let isAnswered = false;
    void late.then(() => (isAnswered = true));
    bench.pass(99);
    expect(await bench.scan('b', 'fine')).toEqual(PASS);
    expect(isAnswered).toBe(false);
    bench.pass(1);
    expect(await late).toEqual(only('deadline'));
    // What waited behind it is not affected.
    expect(await bench.scan('a', 'fine')).toEqual(PASS);
  });

  it('gives a larger text more time', async () => {
    const bench = open({ limits: { baseMs: 100, perMibMs: 1000, maxMs: 300 } });
    const answers: string[] = [];
    const late = bench.scan('a', padded('spin', 150_000)).then(() => answers.push('spin'));
    await bench.untilStarted('spin');
    bench.pass(200);
    expect(await bench.scan('b', 'fine')).toEqual(PASS);
    expect(answers).toEqual([]);
    bench.pass(50);
    await late;
  });

  it('takes an answer that was there when the main thread came to look', async () => {
    // The timer's first step only makes room for what has arrived meanwhile.
    const bench = open({ limits: { baseMs: 100, perMibMs: 0 } });
    const held = bench.scan('a', 'hold 1');
    await bench.untilStarted('hold 1');
    bench.release('hold 1');
    expect(await held).toEqual(PASS);
    bench.pass(1000);
    expect(bench.problems).toEqual([]);
  });

  it('does not look again at a text that passed, until something else is looked for or done', async () => {
    const bench = open();
    const looks = (text: string, times: number): Promise<void> =>
      bench.until(() => bench.started.filter((one) => one === text).length === times);
    expect(await bench.scan('a', 'again')).toEqual(PASS);
    expect(bench.scanner.scan('b', job('again'))).toBe(PASS);
    await looks('again', 1);
    await bench.scan('a', 'again', { pii: 'block' });
    await bench.scanner.scan('a', { ...job('again'), kind: 'input' });
    await bench.scanner.scan('a', { ...job('again'), format: 'json' });
    await looks('again', 4);
    bench.known = { version: 2, live: ['again'], canaries: [] };
    bench.scanner.knownChanged();
    await bench.scan('a', 'again');
    await looks('again', 5);
    expect((await bench.scan('a', 'known')).verdict).toBe('alert');
    expect((await bench.scan('a', 'known')).verdict).toBe('alert');
    await looks('known', 2);
  });

  it('looks at one text of a session at a time, in their order', async () => {
    const bench = open();
    const order: string[] = [];
    const all = ['hold 1', 'hold 2', 'hold 3'].map((text) => bench.scan('a', text).then(() => order.push(text)));
    for (const text of ['hold 1', 'hold 2', 'hold 3']) {
      await bench.untilStarted(text);
      expect(bench.started.at(-1)).toBe(text);
      bench.release(text);
    }
    await Promise.all(all);
    expect(order).toEqual(['hold 1', 'hold 2', 'hold 3']);
    expect(bench.started).toEqual(['hold 1', 'hold 2', 'hold 3']);
  });

  it('refuses what is too large, and what does not fit in the queue', async () => {
    const limits: Partial<ScannerLimits> = { maxBytes: 1000, maxKeyJobs: 1, maxJobs: 2 };
    const bench = open({ limits });
    expect(bench.scanner.scan('a', job(padded('x', 1001)))).toEqual(only('too-large'));
    const held = bench.scan('a', 'hold 1');
    await bench.untilStarted('hold 1');
    const second = bench.scan('a', 'second');
    expect(bench.scanner.scan('a', job('third'))).toEqual(only('queue-full'));
    const other = bench.scan('b', 'hold 2');
    void bench.scan('b', 'fine');
    expect(bench.scanner.scan('c', job('too much in all'))).toEqual(only('queue-full'));
    bench.release('hold 1');
    expect(await Promise.all([held, second])).toEqual([PASS, PASS]);
    await bench.untilStarted('hold 2');
    bench.release('hold 2');
    expect(await other).toEqual(PASS);
  });

  it('gives up what waits although nothing of its session is looked at', async () => {
    const bench = open({ limits: { starvedMs: 5000, maxMs: 1e9, baseMs: 1e9 } });
    const first = bench.scan('a', 'hold a');
    await bench.untilStarted('hold a');
    // The lane of sessions that are not known yet has one thread.
    const second = bench.scan('b', 'fine');
    const own = bench.scan('a', 'fine');
    bench.pass(7000);
    expect(await second).toEqual(only('queue-time'));
    bench.release('hold a');
    expect(await Promise.all([first, own])).toEqual([PASS, PASS]);
  });

  it('tells threads what is looked for, and again when that changed', async () => {
    const bench = open();
    bench.known = { version: 1, live: ['one'], canaries: ['two'] };
    const rule = async (key: string): Promise<unknown> => (await bench.scan(key, 'known')).findings[0]?.rule;
    expect(await rule('a')).toBe('one---two');
    bench.known = { version: 2, live: [], canaries: ['three'] };
    expect(await rule('a')).toBe('one---two');
    bench.scanner.knownChanged();
    expect(await rule('a')).toBe('--three');
    expect(await rule('b')).toBe('--three');
  });

  it('blocks when what is looked for cannot be had', async () => {
    const bench = open();
    Object.defineProperty(bench, 'known', {
      get: () => {
        throw new Error('locked');
      },
    });
    bench.scanner.knownChanged();
    expect(await bench.scan('a', 'fine')).toEqual(only('scanner-error'));
  });

  it('closing answers whoever waits, and whoever asks then', async () => {
    const bench = open();
    const running = bench.scan('a', 'spin');
    const waiting = bench.scan('a', 'fine');
    await bench.untilStarted('spin');
    await bench.scanner.close();
    expect(await Promise.all([running, waiting])).toEqual([only('closed'), only('closed')]);
    expect(bench.scanner.scan('a', job('fine'))).toEqual(only('closed'));
    expect(bench.timersOpen).toBe(0);
    await bench.scanner.close();
  });
});

describe('threads that do not start', () => {
  it('are replaced less and less often, and nobody waits for them', async () => {
    const bench = open({ worker: 'throw new Error("broken")', limits: { backOffMs: 100 } });
    expect(await bench.scan('a', 'fine')).toEqual(only('scanner-down'));
    await bench.until(() => bench.problems.length >= 4);
    const failures = bench.problems.length;
    expect(bench.scanner.scan('a', job('fine'))).toEqual(only('scanner-down'));
    // Nothing is started before its time.
    expect(bench.problems).toHaveLength(failures);
    expect(failures).toBeLessThan(6);
    bench.pass(400);
    await bench.until(() => bench.problems.length > failures);
    expect(await bench.scan('a', 'fine')).toEqual(only('scanner-down'));
  });

  it('and say nothing are ended', async () => {
    const bench = open({ worker: 'setInterval(() => {}, 1000)', limits: { startMs: 50, starvedMs: 1e9 } });
    const waiting = bench.scan('a', 'fine');
    for (let round = 1; round <= 2; round += 1) {
      // Two threads that start, and the look for what waits too long.
      await bench.until(() => bench.timersOpen === 3);
      bench.pass(50);
      expect(bench.problems).toHaveLength(2 * round);
    }
    expect(await waiting).toEqual(only('scanner-down'));
  });
});
