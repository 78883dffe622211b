/** One thread: what it is given, what it says, and its end. It reports each of these once, and never throws. */
import { Worker } from 'node:worker_threads';
import type { ScanJob } from '../guard/scan-job.ts';
import { FromWorker, type KnownForms, type ToWorker } from './worker-messages.ts';

export interface ThreadEvents {
  readonly ready: (thread: ScanThread) => void;
  /** About the text that it was given last; undefined: what it said is no answer. */
  readonly answered: (thread: ScanThread, answer: Exclude<FromWorker, { type: 'ready' }> | undefined) => void;
  /** It is gone, whether it was told to or not. */
  readonly ended: (thread: ScanThread) => void;
}

/** Room for the largest message, its text in UTF-16, normalised copies and what is decoded of it. */
const MAX_HEAP_MB = 512;

function defaultWorker(): URL {
  return new URL(`./scan-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
}

export class ScanThread {
  private readonly worker: Worker;
  private lastId = 0;
  private knownVersion: number | undefined;

  constructor(url: URL | undefined, events: ThreadEvents) {
    this.worker = new Worker(url ?? defaultWorker(), {
      name: 'scan',
      execArgv: ['--no-warnings'],
      // It needs nothing of ours, and what is in there may be a secret.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    this.worker.unref();
    this.worker.on('message', (message: unknown) => {
      const { success, data } = FromWorker.safeParse(message);
      if (success && data.type === 'ready') events.ready(this);
      else events.answered(this, success && data.type !== 'ready' && data.id === this.lastId ? data : undefined);
    });
    // Its end follows. What was thrown may quote the text.
    this.worker.on('error', () => {});
    this.worker.on('messageerror', () => events.answered(this, undefined));
    this.worker.on('exit', () => events.ended(this));
  }

  /** Copies the text: the original stays with the relay. */
  give({ source, ...job }: ScanJob, known: KnownForms): void {
    if (this.knownVersion !== known.version) {
      this.post({ type: 'known', live: known.live, canaries: known.canaries });
      this.knownVersion = known.version;
    }
    const bytes = new ArrayBuffer(source.byteLength);
    new Uint8Array(bytes).set(source);
    this.lastId += 1;
    const { kind, format, actions } = job;
    this.post({ type: 'job', id: this.lastId, job: { kind, format, actions }, bytes }, [bytes]);
  }

  private post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  /** Ends it wherever it is; `ended` follows. */
  async end(): Promise<void> {
    await this.worker.terminate();
  }
}
