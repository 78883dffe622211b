/**
 * `npm run bench:activity [-- <calls>]`: the activity page over a journal of 1,000,000 calls (real lines, chained, in real segment
 * files; of every tenth call the target is an address that no other call has). Measured: how fast the index is made from the
 * journal; searches, charts, jumps and the export as the companion answers them; and every keystroke in Debian's Chromium, from
 * the key to the frame in which the rows of that text are drawn. `RUNLAYER_BENCH_HOME` keeps the home for the next run.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportPosition } from '../../main/audit/disk/activity-protocol.ts';
import { openIndex, type AuditIndex } from '../../main/audit/disk/index-client.ts';
import type { ActivityFilter } from '../../preload/contract/index.ts';
import { measurePage } from './activity-page.ts';
import { writeJournal } from './activity-journal.ts';
import { BenchHome } from './bench-home.ts';
import { stopCompanion } from './companion.ts';

const CALLS = Number(process.argv[2] ?? 1_000_000);
const KEYSTROKE_GOAL_MS = 100;
const ROUNDS = 7;
const BASE: ActivityFilter = { text: '', show: 'all', events: false };

const SEARCHES: Readonly<Record<string, readonly string[]>> = {
  'one letter': ['a', 'c', 'e', 'r', 'x', 'z'],
  'a word, letter by letter': ['r', 're', 'rea', 'read', 'read_', 'read_f', 'read_fi', 'read_file'],
  'two words': ['cursor de', 'cursor den', 'cursor denied', 'r4 github'],
  'what never occurs': ['q', 'qq', 'qqzz', 'qqzz nothing'],
  'one address of many': ['notes/1', 'notes/12', 'notes/123', 'page-500'],
};

interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? NaN };
}

function say(what: string, { p50, p95, max }: Spread): void {
  const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(10);
  process.stdout.write(`${what.padEnd(46)} p50 ${ms(p50)}  p95 ${ms(p95)}  max ${ms(max)}\n`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function measureIndex(index: AuditIndex): Promise<void> {
  const window = (filter: ActivityFilter, offset = 0, limit = 100) =>
    index.activity({ op: 'window', filter, offset, limit, of: undefined });
  const load = await timed(() => window(BASE));
  process.stdout.write(`first search (columns are read)                ${load.toFixed(0)} ms\n`);
  for (const [kind, texts] of Object.entries(SEARCHES)) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      // Another filter each round, so that no answer is one that was kept.
      const session = round % 2 === 0 ? {} : { until: `2100-01-0${round}T00:00:00Z` };
      for (const text of texts) times.push(await timed(() => window({ ...BASE, ...session, text })));
    }
    say(`search, ${kind}`, spreadOf(times));
  }
  const charts: number[] = [];
  for (const text of ['', 'a', 'read_file', 'cursor denied'])
    for (let round = 1; round <= ROUNDS; round += 1)
      charts.push(
        await timed(() =>
          index.activity({
            op: 'histogram',
            filter: { ...BASE, text, until: `2100-02-0${round}T00:00:00Z` },
            from: undefined,
            to: undefined,
            buckets: 90,
          }),
        ),
      );
  say('chart of 90 bars', spreadOf(charts));
  const jumps: number[] = [];
  for (const filter of [BASE, { ...BASE, text: 'a' }, { ...BASE, show: 'denied' as const }]) {
    const { total } = await window(filter);
    for (let step = 0; step < 20; step += 1)
      jumps.push(await timed(() => window(filter, Math.floor((total * step) / 20), 200)));
  }
  say('jump anywhere, 200 rows', spreadOf(jumps));
  for (const format of ['csv', 'json'] as const) {
    let after: ExportPosition | undefined;
    let [rows, bytes] = [0, 0];
    const began = performance.now();
    do {
      const part = await index.activity({ op: 'export', filter: BASE, format, after, limit: 400 });
      rows += part.rows;
      bytes += part.bytes.length;
      after = part.next;
    } while (after !== undefined);
    const seconds = (performance.now() - began) / 1000;
    process.stdout.write(
      `export, ${format}: ${rows} rows, ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s: ${(rows / seconds).toFixed(0)} rows/s, ` +
        `${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident\n`,
    );
  }
}

const bench = new BenchHome();
const kept = process.env['RUNLAYER_BENCH_HOME'];
const home = kept ?? join(bench.path, 'companion');
bench.env['RUNLAYER_COMPANION_HOME'] = home;
try {
  const auditDirectory = join(home, 'audit');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (!existsSync(auditDirectory)) {
    const began = performance.now();
    const lines = writeJournal(auditDirectory, CALLS, { distinct: true });
    process.stdout.write(
      `${CALLS} calls, ${lines} lines written in ${((performance.now() - began) / 1000).toFixed(0)} s\n`,
    );
  }
  const onProblem = (text: string): void => void process.stderr.write(`${text}\n`);
  const index = openIndex({ databasePath: join(home, 'companion.db'), auditDirectory, onProblem });
  const seconds = (await timed(() => index.unfinished())) / 1000;
  process.stdout.write(
    `index made from the journal in ${seconds.toFixed(1)} s: ${((2 * CALLS) / seconds).toFixed(0)} lines/s (where it was not there)\n`,
  );
  await measureIndex(index);
  await index.close();

  const { keystrokes, jumps, complaints } = await measurePage(bench);
  for (const [kind, times] of Object.entries(keystrokes)) say(`Chromium, ${kind}`, spreadOf(times));
  say('Chromium, jump: rows are drawn', spreadOf(jumps));
  for (const complaint of complaints) process.stdout.write(`complaint: ${complaint}\n`);
  const worst = Math.max(...Object.values(keystrokes).flat());
  process.stdout.write(
    `every keystroke under ${KEYSTROKE_GOAL_MS} ms: ${worst < KEYSTROKE_GOAL_MS ? 'yes' : `no (${worst.toFixed(0)} ms)`}\n`,
  );
  if (worst >= KEYSTROKE_GOAL_MS || complaints.length > 0) process.exitCode = 1;
} finally {
  await stopCompanion(bench);
  await bench.close();
}
