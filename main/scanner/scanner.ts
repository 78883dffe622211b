/**
 * Looks at every text that the guard is asked about: at once where a glance is enough, else in threads that are ended when a
 * text takes too long. Owns the threads, their deadlines and who goes next. It never rejects and never throws: whatever goes
 * wrong is `unscannable`, whose action decides, and that is to block unless somebody chose otherwise.
 */
import type { KnownValues, ScanJob, ScanResult } from '../guard/scan-job.ts';
import { isHarmless } from '../guard/prefilter.ts';
import { PASS } from '../guard/scan-job.ts';
import { FormMatcher } from '../secrets/form-matcher.ts';
import { JobQueue, type Waiting } from './job-queue.ts';
import { deadlineMs, SCANNER_LIMITS, type ScannerLimits } from './limits.ts';
import { Passed } from './passed.ts';
import { Standings, type Lane } from './standing.ts';
import { ThreadPool, type Run, type RunEnd } from './thread-pool.ts';
import { unscannable, type Unscanned } from './unscannable.ts';
import { toScanResult, type KnownForms } from './worker-messages.ts';

export interface Scanner {
  /**
   * Never rejects and never throws. `key` is a session: texts of one are looked at in their order, one at a time. The source
   * must not change until the answer is there.
   */
  scan(key: string, job: ScanJob): ScanResult | Promise<ScanResult>;
  /** What is looked for exactly changed. */
  knownChanged(): void;
  /** Whatever waits is unscannable. */
  close(): Promise<void>;
}

export interface ScannerOptions {
  /** Every form of every live secret and canary, each at least three characters long. */
  readonly known: () => KnownForms;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly schedule: (ms: number, then: () => void) => () => void;
  /** A sentence for the log; never holds anything of a text. */
  readonly onProblem: (problem: string) => void;
  readonly workerUrl?: URL;
  readonly limits?: Partial<ScannerLimits>;
  /** Whether a text needs no thread. */
  readonly glance?: (job: ScanJob, known: KnownValues) => boolean;
}

const STARVED_CHECK_MS = 1000;
const END = {
  late: 'deadline',
  crash: 'scanner-crash',
} as const satisfies Record<string, Unscanned>;
/** Of each there is one thread at most; what is left is for `quick`. */
const SINGLE: ReadonlySet<Lane> = new Set(['unproven', 'medium', 'heavy']);

const isPlainPass = ({ verdict, asks, findings }: ScanResult): boolean =>
  verdict === 'pass' && !asks && findings.length === 0;

export function createScanner(options: ScannerOptions): Scanner {
  const limits: ScannerLimits = { ...SCANNER_LIMITS, ...options.limits };
  const { now, schedule, onProblem, glance = isHarmless } = options;
  const standings = new Standings(limits, now);
  const queue = new JobQueue(limits, standings, now);
  const passed = new Passed();
  let known: { readonly forms: KnownForms; readonly values: KnownValues } | undefined;
  let cancelStarvedCheck: (() => void) | undefined;
  let isClosed = false;

  const knownNow = (): {
    readonly forms: KnownForms;
    readonly values: KnownValues;
  } => {
    if (known !== undefined) return known;
    const forms = options.known();
    const matcher = (texts: readonly string[]): FormMatcher | undefined =>
      texts.length === 0 ? undefined : new FormMatcher(texts);
    known = {
      forms,
      values: { live: matcher(forms.live), canaries: matcher(forms.canaries) },
    };
    return known;
  };

  const fail = ({ answer, job }: Waiting, why: Unscanned): void => answer(unscannable(job, why));

  const finished = ({ waiting, since }: Run, end: RunEnd): void => {
    const { key, job } = waiting;
    queue.done(key);
    if (typeof end === 'object' && end.type === 'done') {
      standings.finished(key, end.tookMs);
      const result = toScanResult(end.result);
      if (waiting.name !== undefined && isPlainPass(result)) passed.add(waiting.name);
      waiting.answer(result);
      return;
    }
    standings.wasEnded(key, now() - since);
    const why = typeof end === 'object' || end === 'nonsense' ? 'scanner-error' : END[end];
    onProblem(`A text of ${job.source.byteLength} bytes was not looked at whole: ${why}.`);
    fail(waiting, why);
  };

  const pool: ThreadPool = new ThreadPool({
    limits,
    schedule,
    workerUrl: options.workerUrl,
    deadlineMs: (waiting) => deadlineMs(waiting.job.source.byteLength, limits),
    finished,
    changed: () => dispatch(),
    failed: (problem) => {
      onProblem(problem);
      // Nobody is there and nobody comes soon: waiting would only take longer to say so.
      if (!pool.canHope) for (const waiting of queue.drain()) fail(waiting, 'scanner-down');
    },
  });

  /** The last thread that is ready stays for small texts, also while others are being replaced. */
  const isOpen = (lane: Lane): boolean => {
    if (!SINGLE.has(lane)) return true;
    const { running } = pool;
    const quick = running.filter((run) => !SINGLE.has(run.lane)).length;
    return !running.some((run) => run.lane === lane) && pool.idleCount + quick > 1;
  };

  const dispatch = (): void => {
    if (isClosed) return;
    try {
      while (!queue.isEmpty) {
        const thread = pool.idle();
        if (thread === undefined || !queue.hasOpen(isOpen)) {
          // Where its lane is taken, one more thread would only idle.
          if (queue.hasOpen((lane) => !pool.running.some((run) => run.lane === lane) || !SINGLE.has(lane))) pool.grow();
          return;
        }
        // Before anything is taken: what throws here must not lose a text.
        const { forms } = knownNow();
        const taken = queue.take(isOpen);
        if (taken === undefined) return;
        pool.run(thread, { ...taken, since: now() }, forms);
      }
    } catch {
      onProblem('The scanner failed before it looked at a text.');
      for (const waiting of queue.drain()) fail(waiting, 'scanner-error');
    }
  };

  const checkStarved = (): void => {
    cancelStarvedCheck = undefined;
    for (const waiting of queue.starved()) fail(waiting, 'queue-time');
    // A session may have come to another lane meanwhile.
    dispatch();
    watchStarved();
  };
  const watchStarved = (): void => {
    if (queue.isEmpty || isClosed) return;
    cancelStarvedCheck ??= schedule(STARVED_CHECK_MS, checkStarved);
  };

  const enqueue = (key: string, job: ScanJob, name: string | undefined): ScanResult | Promise<ScanResult> => {
    if (job.source.byteLength > limits.maxBytes) return unscannable(job, 'too-large');
    if (!pool.canHope) return unscannable(job, 'scanner-down');
    const { promise, resolve } = Promise.withResolvers<ScanResult>();
    if (!queue.add({ key, job, name, answer: resolve })) return unscannable(job, 'queue-full');
    dispatch();
    watchStarved();
    return promise;
  };

  const isSeen = (key: string, job: ScanJob, values: KnownValues): boolean => {
    if (!standings.mayGlance(key)) return false;
    const began = now();
    const isEnough = glance(job, values);
    standings.glanced(key, now() - began);
    return isEnough;
  };

  return {
    scan: (key, job) => {
      try {
        if (isClosed) return unscannable(job, 'closed');
        pool.warm();
        const { forms, values } = knownNow();
        const name = passed.nameOf(job, forms.version);
        if (name !== undefined && passed.has(name)) return PASS;
        if (!isSeen(key, job, values)) return enqueue(key, job, name);
        if (name !== undefined) passed.add(name);
        return PASS;
      } catch {
        onProblem('The scanner failed before it looked at a text.');
        return unscannable(job, 'scanner-error');
      }
    },
    knownChanged: () => {
      known = undefined;
      passed.clear();
    },
    close: async () => {
      isClosed = true;
      cancelStarvedCheck?.();
      for (const waiting of queue.drain()) fail(waiting, 'closed');
      for (const { waiting } of pool.running) fail(waiting, 'closed');
      await pool.close();
    },
  };
}
