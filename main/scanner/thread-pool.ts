/**
 * The threads: how many there are, what each does, its deadline, and its replacement. What goes to which thread is the
 * scanner's business. A thread that fails again and again is replaced less and less often.
 */
import type { ScannerLimits } from './limits.ts';
import type { Waiting } from './job-queue.ts';
import { ScanThread } from './scan-thread.ts';
import type { Lane } from './standing.ts';
import type { FromWorker, KnownForms } from './worker-messages.ts';

export interface Run {
  readonly waiting: Waiting;
  readonly lane: Lane;
  readonly since: number;
}

/** `late`: it was ended at its deadline. `crash`: the thread ended by itself. `nonsense`: it said something that is no answer. */
export type RunEnd = Exclude<FromWorker, { type: 'ready' }> | 'late' | 'crash' | 'nonsense';

export interface ThreadPoolOptions {
  readonly limits: ScannerLimits;
  readonly schedule: (ms: number, then: () => void) => () => void;
  readonly workerUrl: URL | undefined;
  readonly deadlineMs: (waiting: Waiting) => number;
  /** Once for each run. */
  readonly finished: (run: Run, end: RunEnd) => void;
  /** A thread may be had that could not be before. */
  readonly changed: () => void;
  readonly failed: (problem: string) => void;
}

type State =
  | { readonly kind: 'starting'; readonly cancel: () => void }
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly run: Run; readonly cancel: () => void }
  /** Told to end; it counts until it is gone, for it may still burn a processor. */
  | { readonly kind: 'ending' };

/** So many failures in a row are replaced at once: one text may be to blame. */
const FREE_FAILURES = 2;

export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Map<ScanThread, State>();
  #failures = 0;
  #cancelBackOff: (() => void) | undefined;
  #isWarm = false;
  #isClosed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Starts the first threads, once. */
  warm(): void {
    if (this.#isWarm) return;
    this.#isWarm = true;
    this.#fill();
  }

  get running(): Run[] {
    return [...this.#threads.values()].flatMap((state) => (state.kind === 'busy' ? [state.run] : []));
  }

  idle(): ScanThread | undefined {
    for (const [thread, state] of this.#threads) if (state.kind === 'idle') return thread;
    return undefined;
  }

  get idleCount(): number {
    return [...this.#threads.values()].filter(({ kind }) => kind === 'idle').length;
  }

  /** One more, if there may be more and none is on its way. */
  grow(): void {
    const isComing = [...this.#threads.values()].some(({ kind }) => kind === 'starting');
    if (!isComing) this.#start();
  }

  /** Whether somebody will be able to look at a text soon. */
  get canHope(): boolean {
    if (this.#isClosed) return false;
    return this.#cancelBackOff === undefined || this.#alive > 0;
  }

  run(thread: ScanThread, run: Run, known: KnownForms): void {
    const cancel = this.#options.schedule(this.#options.deadlineMs(run.waiting), () => this.#expire(thread, run));
    this.#threads.set(thread, { kind: 'busy', run, cancel });
    thread.give(run.waiting.job, known);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelBackOff?.();
    for (const state of this.#threads.values()) if (state.kind === 'starting' || state.kind === 'busy') state.cancel();
    const threads = [...this.#threads.keys()];
    this.#threads.clear();
    await Promise.all(threads.map((thread) => thread.end()));
  }

  get #alive(): number {
    return [...this.#threads.values()].filter(({ kind }) => kind !== 'ending').length;
  }

  #fill(): void {
    while (this.#alive < this.#options.limits.firstWorkers && this.#start());
  }

  #start(): boolean {
    const { limits, schedule, workerUrl } = this.#options;
    if (this.#isClosed || this.#cancelBackOff !== undefined || this.#threads.size >= limits.maxWorkers) return false;
    const thread = new ScanThread(workerUrl, {
      ready: (of) => this.#ready(of),
      answered: (of, answer) => this.#answered(of, answer ?? 'nonsense'),
      ended: (of) => this.#ended(of),
    });
    const cancel = schedule(limits.startMs, () => this.#end(thread));
    this.#threads.set(thread, { kind: 'starting', cancel });
    return true;
  }

  #ready(thread: ScanThread): void {
    const state = this.#threads.get(thread);
    if (state?.kind !== 'starting') return;
    state.cancel();
    this.#threads.set(thread, { kind: 'idle' });
    this.#options.changed();
  }

  #answered(thread: ScanThread, answer: RunEnd): void {
    const state = this.#threads.get(thread);
    if (state === undefined || state.kind === 'ending') return;
    if (state.kind === 'starting') state.cancel();
    if (answer === 'nonsense' || state.kind !== 'busy') {
      // What else it says cannot be believed either.
      this.#end(thread);
      if (state.kind === 'busy') this.#finish(state, 'nonsense');
      return;
    }
    this.#failures = 0;
    this.#threads.set(thread, { kind: 'idle' });
    this.#finish(state, answer);
  }

  #expire(thread: ScanThread, run: Run): void {
    // Where the main thread was busy itself, the answer may lie here already: it is read before the next timer.
    const cancel = this.#options.schedule(0, () => {
      const state = this.#threads.get(thread);
      if (state?.kind !== 'busy' || state.run !== run) return;
      this.#end(thread);
      this.#finish(state, 'late');
    });
    this.#threads.set(thread, { kind: 'busy', run, cancel });
  }

  #finish({ run, cancel }: Extract<State, { kind: 'busy' }>, end: RunEnd): void {
    cancel();
    this.#fill();
    this.#options.finished(run, end);
    this.#options.changed();
  }

  /** It stays counted until it is gone. */
  #end(thread: ScanThread): void {
    const before = this.#threads.get(thread);
    this.#threads.set(thread, { kind: 'ending' });
    if (before?.kind === 'starting') this.#fail('A thread of the scanner did not start in time.');
    // eslint-disable-next-line promise/prefer-await-to-then -- nobody waits for it; `ended` follows
    thread.end().catch(() => {});
  }

  #ended(thread: ScanThread): void {
    const state = this.#threads.get(thread);
    if (state === undefined) return;
    this.#threads.delete(thread);
    if (state.kind === 'starting') state.cancel();
    if (state.kind !== 'ending') this.#fail('A thread of the scanner ended by itself.');
    this.#fill();
    if (state.kind === 'busy') this.#finish(state, 'crash');
    else this.#options.changed();
  }

  #fail(problem: string): void {
    const { limits, schedule, failed, changed } = this.#options;
    this.#failures += 1;
    const again = this.#failures - FREE_FAILURES;
    if (again > 0 && !this.#isClosed) {
      this.#cancelBackOff?.();
      this.#cancelBackOff = schedule(Math.min(limits.maxBackOffMs, limits.backOffMs * 2 ** (again - 1)), () => {
        this.#cancelBackOff = undefined;
        this.#fill();
        changed();
      });
    }
    failed(problem);
  }
}
