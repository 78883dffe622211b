/**
 * What looking at texts costs, and what hostile texts cost others. Ends with 1 where a figure that must hold does not: the time
 * by size, the deadline within a fifth, and the 99th percentile of other sessions below 50 ms.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { isHarmless } from '../../main/guard/prefilter.ts';
import { deadlineMs, SCANNER_LIMITS } from '../../main/scanner/limits.ts';
import { createScanner, type Scanner } from '../../main/scanner/scanner.ts';
import { HOSTILE, ofSize, outputJob, realOutputs, resultOf } from './guard-texts.ts';
import { printTable } from './table.ts';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10);
const NOTHING = { live: undefined, canaries: undefined };
const outputs = realOutputs();
const failures: string[] = [];

const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const must = (holds: boolean, what: string): void => void (holds || failures.push(what));

function openScanner(workerUrl?: URL): Scanner {
  return createScanner({
    known: () => ({ version: 1, live: [], canaries: [] }),
    now: () => performance.now(),
    schedule: (delay, then) => {
      const timer = setTimeout(then, delay);
      return () => clearTimeout(timer);
    },
    onProblem: () => {},
    ...(workerUrl === undefined ? {} : { workerUrl }),
  });
}

async function bySize(): Promise<void> {
  const scanner = openScanner();
  // Each thread compiles the scanner while it works.
  for (let turn = 0; turn < 60; turn += 1)
    await Promise.all(
      ['a', 'b'].map(async (key) => scanner.scan(key, outputJob(resultOf(ofSize(outputs, 8000, 1000 + turn))))),
    );
  const rows = [];
  for (const [name, bytes, rounds, most] of [
    ['4 KB', 4000, 200, 2],
    ['100 KB', 100_000, 40, 150],
    ['1 MB', 1_000_000, 15, 1000],
  ] as const) {
    const times: number[] = [];
    for (let turn = 0; turn < rounds; turn += 1) {
      const job = outputJob(resultOf(ofSize(outputs, bytes, turn)));
      const began = performance.now();
      await scanner.scan('sizes', job);
      times.push(performance.now() - began);
    }
    rows.push([name, ms(at(times, 0.5)), ms(at(times, 0.99)), `p50 ≤ ${most} ms`]);
    must(at(times, 0.5) <= most, `${name}: p50 ${ms(at(times, 0.5))}`);
  }
  const again = outputJob(resultOf(ofSize(outputs, 4000, 1)));
  await scanner.scan('sizes', again);
  console.log('\nthrough the scanner, real outputs');
  printTable(['size', 'p50', 'p99', 'must hold'], rows);
  await scanner.close();
}

function microseconds(work: () => unknown, turns = 20_000): string {
  for (let turn = 0; turn < turns; turn += 1) work();
  const began = performance.now();
  for (let turn = 0; turn < turns; turn += 1) work();
  return `${(((performance.now() - began) / turns) * 1000).toFixed(2)} µs`;
}

async function glances(): Promise<void> {
  const jobs = outputs.map((text) => outputJob(resultOf(text)));
  const lines = outputs
    .flatMap((text) => text.split('\n').slice(0, 20))
    .map((text) => outputJob(resultOf(text.slice(0, 200))));
  const share = (of: typeof jobs): string =>
    `${((of.filter((job) => isHarmless(job, NOTHING)).length / of.length) * 100).toFixed(1)} %`;
  const echo = outputJob(resultOf(`The garden is green. ${'The river is wide. '.repeat(7)}`));
  const sentence = outputJob(resultOf('The garden is green.'));
  const striking = outputJob(resultOf(outputs.find((text) => text.length > 1000)?.slice(0, 1000) ?? ''));
  const scanner = openScanner();
  await scanner.scan('echo', echo);
  console.log('\na glance, on the main thread');
  printTable(
    ['', ''],
    [
      [`${echo.source.length} bytes, seen before`, microseconds(() => scanner.scan('echo', echo))],
      [
        `${echo.source.length} bytes, new (${isHarmless(echo, NOTHING) ? 'enough' : 'not enough'})`,
        microseconds(() => isHarmless(echo, NOTHING)),
      ],
      [`${sentence.source.length} bytes, new`, microseconds(() => isHarmless(sentence, NOTHING))],
      [
        `${striking.source.length} bytes of a real output, not enough`,
        microseconds(() => isHarmless(striking, NOTHING)),
      ],
      ['enough for whole real outputs', share(jobs)],
      ['enough for single lines of them', share(lines)],
    ],
  );
  await scanner.close();
}

/** Threads that hang: in a loop, and in a pattern that backtracks. `glpat-` is for a library's rule: no glance is enough. */
const HANGS: Readonly<Record<string, string>> = {
  loop: 'for (;;);',
  pattern: "/^(a+)+$/.test('a'.repeat(60) + '!');",
};
const hanging = (how: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
import { parentPort } from 'node:worker_threads';
const pass = { verdict: 'pass', asks: false, findings: [] };
parentPort.on('message', (message) => {
  if (message.type !== 'job') return;
  if (Buffer.from(message.bytes).includes('zz-hang-zz')) { ${how} }
  parentPort.postMessage({ type: 'done', id: message.id, tookMs: 1, result: pass });
});
parentPort.postMessage({ type: 'ready' });`)}`,
  );

async function deadlines(): Promise<void> {
  const rows = [];
  for (const [name, how] of Object.entries(HANGS)) {
    const scanner = openScanner(hanging(how));
    await scanner.scan('first', outputJob(resultOf('glpat- first')));
    for (const bytes of [1000, 1_000_000]) {
      const limit = deadlineMs(bytes, SCANNER_LIMITS);
      const times: number[] = [];
      for (let turn = 0; turn < 5; turn += 1) {
        const job = outputJob(`"${`glpat- zz-hang-zz ${turn} `.padEnd(bytes - 2, 'x')}"`);
        const began = performance.now();
        await scanner.scan(`hang ${turn}`, job);
        times.push(performance.now() - began);
      }
      const [least, most] = [Math.min(...times), Math.max(...times)];
      rows.push([`${name}, ${bytes} bytes`, ms(limit), `${ms(least)} to ${ms(most)}`]);
      must(
        least >= limit * 0.8 && most <= limit * 1.2,
        `deadline of ${name}, ${bytes} bytes: ${ms(least)} to ${ms(most)}`,
      );
    }
    await scanner.close();
  }
  console.log('\na thread that hangs is ended');
  printTable(['', 'deadline', 'answered after'], rows);
}

async function hostileTexts(): Promise<void> {
  const scanner = openScanner();
  await Promise.all(['w1', 'w2'].map(async (key) => scanner.scan(key, outputJob(resultOf(`glpat- ${key}`)))));
  const rows = [];
  for (const [name, make] of Object.entries(HOSTILE)) {
    const job = outputJob(make(1));
    const limit = deadlineMs(job.source.length, SCANNER_LIMITS);
    const began = performance.now();
    const result = await scanner.scan(`hostile ${name}`, job);
    const took = performance.now() - began;
    // Its thread is replaced first: the next deadline counts from when a thread takes the text.
    if (result.findings[0]?.rule === 'deadline') await wait(2000);
    rows.push([name, ms(took), ms(limit), result.verdict, result.findings[0]?.rule ?? '-']);
    must(took <= limit * 1.2, `${name}: ${ms(took)}`);
  }
  console.log('\nhostile texts, one by one');
  printTable(['text', 'answered after', 'deadline', 'verdict', 'first finding'], rows);
  await scanner.close();
}

/** Small real outputs of five sessions while four others send their worst without a pause. */
async function besideHostile(
  label: string,
  scanner: Scanner,
  worst: readonly ((turn: number) => string)[],
): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1)
    await Promise.all(
      [0, 1, 2, 3, 4].map(async (who) =>
        scanner.scan(`good ${who}`, outputJob(resultOf(ofSize(outputs, 1500, 500 + turn * 5 + who)))),
      ),
    );
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const end = performance.now() + SECONDS * 1000;
  let attacks = 0;
  const attack = async (who: number): Promise<void> => {
    if (worst.length === 0) return;
    for (let turn = who; performance.now() < end; turn += 1) {
      const make = worst[turn % worst.length];
      if (make !== undefined) await scanner.scan(`hostile ${who}`, outputJob(make(turn * 10 + who)));
      attacks += 1;
    }
  };
  const times: number[] = [];
  const live = async (who: number): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn += 1) {
      const job = outputJob(resultOf(ofSize(outputs, 1500, turn * 5 + who)));
      const began = performance.now();
      await scanner.scan(`good ${who}`, job);
      times.push(performance.now() - began);
      await wait(20);
    }
  };
  delay.enable();
  await Promise.all([...[0, 1, 2, 3].map(attack), ...[0, 1, 2, 3, 4].map(live)]);
  delay.disable();
  await scanner.close();
  printTable(
    [label, 'scans', 'p50', 'p99', 'worst', 'event loop p99', 'hostile texts'],
    [
      [
        '',
        String(times.length),
        ms(at(times, 0.5)),
        ms(at(times, 0.99)),
        ms(Math.max(...times)),
        ms(delay.percentile(99) / 1e6),
        String(attacks),
      ],
    ],
  );
  must(at(times, 0.99) < 50, `${label}: p99 ${ms(at(times, 0.99))}`);
}

await bySize();
await glances();
await deadlines();
await hostileTexts();
console.log('\nfive sessions with small results, while four others send their worst');
await besideHostile('nobody else', openScanner(), []);
await besideHostile('hostile texts', openScanner(), Object.values(HOSTILE));
await besideHostile('texts that hang', openScanner(hanging(HANGS['pattern'] ?? '')), [
  (turn) => `"glpat- zz-hang-zz ${turn}"`,
  (turn) => `"${`glpat- zz-hang-zz ${turn} `.padEnd(100_000, 'x')}"`,
]);
if (failures.length > 0) {
  console.log(`\nNOT HELD:\n${failures.map((failure) => `  ${failure}`).join('\n')}`);
  process.exitCode = 1;
}
