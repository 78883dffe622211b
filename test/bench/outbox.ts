/**
 * `npm run bench:outbox`: how fast, and how faithfully, a journal that waited reaches its endpoint. 100,000 records are written
 * while the endpoint is down, then drained to a real HTTP endpoint in a process of its own; once as it should be, once with
 * every second request failing and one in five of the others cut after it was accepted. `-- <records>` for another number.
 * Waits are real while the endpoint is down; between the failures of the second half they are a twentieth, to see its end.
 */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createDelivery, type Delivery } from '../../main/audit/delivery/delivery.ts';
import { ANSWER_MS } from '../../main/audit/delivery/send.ts';
import { openJournal } from '../../main/audit/disk/open-journal.ts';
import type { Journal } from '../../main/audit/journal.ts';
import { createIds } from '../../main/host/create-ids.ts';
import { asIs, intent, outcome } from '../audit/records.ts';
import { BenchHome } from './bench-home.ts';

const RECORDS = Number(process.argv[2] ?? 100_000);
const GOAL_PER_S = 2000;

interface Leg {
  readonly name: string;
  /** What the endpoint is told to do once it is up. */
  readonly faults: string;
  /** It is down so long at least. */
  readonly downMs: number;
  /** Of the waits between failures. */
  readonly shortenedBy: number;
}
const PLAIN: Leg = { name: 'the endpoint takes everything', faults: '', downMs: 20_000, shortenedBy: 1 };
const FAULTY: Leg = {
  name: 'every second request fails, one in five of the others is cut after accept (waits divided by 20)',
  faults: 'fail=2&cut=5',
  downMs: 0,
  shortenedBy: 20,
};

interface Figures {
  readonly held: number;
  readonly distinct: number;
  readonly outOfOrder: number;
  readonly requests: number;
  readonly failed: number;
  readonly cut: number;
  readonly refused: number;
  readonly again: number;
}

async function startEndpoint(home: BenchHome, folder: string) {
  const process_ = home.start(process.execPath, [
    join(import.meta.dirname, 'outbox-endpoint.ts'),
    join(folder, 'endpoint.db'),
  ]);
  const [line] = (await once(process_.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${line.toString().trim()}`;
  const faults = async (query: string): Promise<void> =>
    void (await fetch(`${url}/faults?${query}`, { method: 'POST' }));
  const figures = async (): Promise<Figures> => (await (await fetch(`${url}/figures`)).json()) as Figures;
  return { url, faults, figures };
}

function startDelivery(home: string, url: string, journal: Journal, shortenedBy: number): Delivery {
  return createDelivery({
    home,
    auditDirectory: join(home, 'audit'),
    endpoint: () => ({ url }),
    installId: 'bench',
    head: () => journal.head,
    flush: () => journal.flush(),
    vault: {
      list: () => [],
      resolve: () => Promise.reject(new Error('no secret is used')),
      peekState: () => ({ backend: null, state: 'absent', detail: '' }),
    },
    live: { add: () => () => undefined },
    clock: () => new Date(),
    schedule: (ms, then) => {
      const timer = setTimeout(then, ms === ANSWER_MS ? ms : ms / shortenedBy);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    record: (event) => void journal.append(event),
    warn: () => undefined,
    onState: () => undefined,
  });
}

/** When the delivery has nothing left. */
function drained(delivery: Delivery): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (delivery.state().lagEvents === 0) resolve();
      else setTimeout(look, 5);
    };
    look();
  });
}

const perSecond = (count: number, ms: number): string => `${Math.round((count * 1000) / ms).toLocaleString('en')}/s`;
const say = (what: string, figure: string): void => console.log(`  ${what.padEnd(44)} ${figure}`);

async function drain(home: BenchHome, { name, faults, downMs: atLeastMs, shortenedBy }: Leg): Promise<boolean> {
  console.log(`\n${name}`);
  const folder = join(home.path, faults === '' ? 'plain' : 'faults');
  const auditDirectory = join(folder, 'audit');
  mkdirSync(folder, { mode: 0o700 });
  const endpoint = await startEndpoint(home, folder);
  await endpoint.faults('down=1');
  const journal = await openJournal({
    directory: auditDirectory,
    clock: () => new Date(),
    newId: createIds(),
    redact: asIs,
  });
  const start = (): Delivery => startDelivery(folder, `${endpoint.url}/ingest`, journal, shortenedBy);
  const waiting = start();
  const forget = journal.onAppend(() => waiting.poke());
  const downSince = performance.now();
  for (let n = 0; n < RECORDS; n += 2) {
    journal.appendAll([intent(n), outcome(n)]);
    if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const wroteMs = performance.now() - downSince;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, atLeastMs - wroteMs)));
  const downMs = performance.now() - downSince;
  const { refused } = await endpoint.figures();
  const { lagEvents, lagBytes } = waiting.state();

  await endpoint.faults(faults);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const from = performance.now();
  // A restart: how long the wait would have gone on is not what is measured.
  forget();
  await waiting.close();
  const delivery = start();
  await drained(delivery);
  const drainMs = performance.now() - from;
  loop.disable();
  const expected = journal.head.seq + 1;
  await delivery.close();
  await journal.close();
  const figures = await endpoint.figures();

  say(
    'written while the endpoint was down',
    `${lagEvents.toLocaleString('en')} records, ${(lagBytes / 1e6).toFixed(1)} MB`,
  );
  if (atLeastMs > 0)
    say(
      'requests while it was down',
      `${refused} in ${(downMs / 1000).toFixed(0)} s = ${(refused / (downMs / 1000)).toFixed(2)}/s`,
    );
  say(
    'drained',
    `${(drainMs / 1000).toFixed(1)} s = ${perSecond(expected, drainMs)}${faults === '' ? ` (goal ${GOAL_PER_S}/s)` : ''}`,
  );
  say('requests', `${figures.requests - refused}, failed ${figures.failed}, cut after accept ${figures.cut}`);
  say('events that came again, and were told apart', String(figures.again));
  say(
    'held by the endpoint',
    `${figures.held} of ${expected}, ${figures.distinct} distinct, ${figures.outOfOrder} out of order`,
  );
  say(
    'event loop delay, p50 / p99 / max',
    [50, 99, 100].map((p) => `${(loop.percentile(p) / 1e6).toFixed(1)} ms`).join(' / '),
  );
  const once_ = figures.held === expected && figures.distinct === expected && figures.outOfOrder === 0;
  const fast = faults !== '' || (expected * 1000) / drainMs >= GOAL_PER_S;
  if (!once_) console.log('  NOT exactly once and in order');
  if (!fast) console.log('  NOT as fast as it should be');
  return once_ && fast;
}

const home = new BenchHome();
try {
  console.log(`audit delivery: ${RECORDS.toLocaleString('en')} records that waited for their endpoint`);
  const plain = await drain(home, PLAIN);
  const faulty = await drain(home, FAULTY);
  process.exitCode = plain && faulty ? 0 : 1;
} finally {
  await home.close();
}
