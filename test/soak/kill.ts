/**
 * `npm run soak`: 10,000 calls through real thin clients while the companion is killed 200 times; prints what it counted, and ends
 * non-zero at the first violation. `soak -- <seed> [rounds]` repeats one run.
 */
import { openHome } from '../journeys/companion-home.ts';
import { killRounds } from './kill-rounds.ts';
import { readPlan, shortfall } from './plan.ts';

const CALLS = 10_000;
const RESTART_LIMIT_MS = 2000;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const plan = readPlan(process.argv.slice(2), Date.now() % 1_000_000);
if (typeof plan === 'string') {
  process.stderr.write(`${plan}\n`);
  process.exit(2);
}
const { seed, rounds } = plan;

/** Nearest rank. */
function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(0);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`;
}

print(`seed ${seed}: ${rounds} rounds, ${CALLS} calls`);
const startedAt = performance.now();
const home = await openHome();
try {
  const figures = await killRounds(home, {
    rounds,
    callsPerRound: Math.ceil(CALLS / rounds),
    seed,
    said: (line) => (/ \d*0: /.test(line) ? print(`  ${line}`) : undefined),
  });
  const { acknowledged, calls, clientsMs, executed, goneMs, refused, restartsMs, unknown } = figures;
  const slow = restartsMs.filter((ms) => ms > RESTART_LIMIT_MS).length;
  print(`rounds of kill -9            ${figures.rounds}`);
  print(`calls sent                   ${calls}`);
  print(`answered with a result       ${acknowledged}: each has its intent and its outcome`);
  print(`answered with an error       ${refused}`);
  print(`executed by the server       ${executed}: each has its intent`);
  print(`outcome unknown              ${unknown}`);
  print(`until status answers again   ${spread(restartsMs)}; over ${RESTART_LIMIT_MS} ms: ${slow}`);
  print(`until the next client has its server   ${spread(clientsMs)}`);
  print(`until all of the killed is gone   ${spread(goneMs)}`);
  print(`took                         ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  const lacking = shortfall(figures);
  if (lacking !== undefined) {
    print(`FAIL: ${lacking}`);
    process.exitCode = 1;
  }
  // One slow start in twenty is a busy machine's.
  if (slow * 20 > restartsMs.length) {
    print('FAIL: a restart takes too long');
    process.exitCode = 1;
  }
} catch (error) {
  print(`FAIL: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await home.close();
}
