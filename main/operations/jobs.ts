/**
 * Work that takes longer than a request should wait, and goes on when the window that began it is closed. Each has an id, says
 * how far it is, and can be cancelled. Kept in memory: a companion that ends cancels them, and a new one knows none.
 */
import { CompanionError, toFailure, type CompanionEvent, type JobView } from '../../preload/contract/index.ts';

export interface JobProgress {
  /** Aborted where somebody cancelled it, or the companion ends. */
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

export interface Jobs {
  /** `work` answers with what is said at the end. It is over before the job is, whatever happens. */
  start(kind: JobView['kind'], total: number, work: (job: JobProgress) => Promise<string>): JobView;
  list(): JobView[];
  /** Throws CompanionError `E_JOB_UNKNOWN`. */
  get(id: string): JobView;
  cancel(id: string): JobView;
  isRunning(kind: JobView['kind']): boolean;
  /** Cancels all and waits for them. */
  close(): Promise<void>;
}

/** Ended ones that are still known. */
const MAX_ENDED = 50;
/** Not more often than this is told how far a job is. */
const TELL_MS = 200;

export function createJobs(options: {
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly announce: (event: CompanionEvent) => void;
}): Jobs {
  const { clock, newId, announce } = options;
  const jobs = new Map<string, { view: JobView; readonly stop: AbortController; readonly over: Promise<void> }>();

  const find = (id: string) => {
    const job = jobs.get(id);
    if (job !== undefined) return job;
    throw new CompanionError('E_JOB_UNKNOWN', 'There is no such job any more.', 'Begin it again.', { exitCode: 2 });
  };
  const forgetOld = (): void => {
    const ended = [...jobs].filter(([, { view }]) => view.state !== 'running');
    for (const [id] of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) jobs.delete(id);
  };

  return {
    start(kind, total, work) {
      const id = newId();
      const stop = new AbortController();
      let told = 0;
      const set = (change: Partial<JobView>): void => {
        const job = find(id);
        job.view = { ...job.view, ...change };
        const now = clock().getTime();
        if (job.view.state === 'running' && now - told < TELL_MS) return;
        told = now;
        announce({ type: 'job', job: job.view });
      };
      const end = (change: Partial<JobView>): void => {
        set({ ...change, endedAt: clock().toISOString() });
        forgetOld();
      };
      const view: JobView = { id, kind, state: 'running', done: 0, total, startedAt: clock().toISOString() };
      // Begins in a later turn, when it can be looked up.
      const over = Promise.resolve()
        .then(() => {
          stop.signal.throwIfAborted();
          return work({ signal: stop.signal, progress: (done, of) => set({ done, total: of }) });
        })
        .then(
          (result) => end({ state: 'done', result }),
          (error: unknown) =>
            end(stop.signal.aborted ? { state: 'cancelled' } : { state: 'failed', failure: toFailure(error) }),
        );
      jobs.set(id, { view, stop, over });
      return view;
    },
    list: () => [...jobs.values()].map(({ view }) => view),
    get: (id) => find(id).view,
    cancel(id) {
      const job = find(id);
      job.stop.abort();
      return job.view;
    },
    isRunning: (kind) => [...jobs.values()].some(({ view }) => view.kind === kind && view.state === 'running'),
    async close() {
      for (const { stop } of jobs.values()) stop.abort();
      await Promise.all([...jobs.values()].map(({ over }) => over));
    },
  };
}
