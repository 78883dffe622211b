/** A scanner whose threads do what a text tells them to, with a clock and timers that only a test moves. */
import { BroadcastChannel } from 'node:worker_threads';
import type { GuardActions, ScanJob, ScanResult } from '../../main/guard/scan-job.ts';
import type { ScannerLimits } from '../../main/scanner/limits.ts';
import { createScanner, type Scanner } from '../../main/scanner/scanner.ts';
import type { KnownForms } from '../../main/scanner/worker-messages.ts';

export const BLOCKING: GuardActions = {
  live_secret: 'mask',
  canary: 'block',
  secret: 'mask',
  pii: 'alert',
  contact: 'off',
  hidden_text: 'mask',
  injection: 'block',
  poisoning: 'block',
  unscannable: 'block',
};

/**
 * `hold …`: answers when the test says so. `spin`: never. `exit`, `throw`: ends. `garbage`, `unmasked`: says what is no answer.
 * `known`: what is looked for, as the rule of a finding. Anything else: passes at once.
 */
const WORKER = (channel: string): string => `
import { parentPort } from 'node:worker_threads';
const control = new BroadcastChannel(${JSON.stringify(channel)});
const held = new Map();
let known = 'none';
control.onmessage = ({ data }) => { held.get(data.release)?.(); };
control.unref();
const pass = { verdict: 'pass', asks: false, findings: [] };
parentPort.on('message', (message) => {
  if (message.type === 'known') { known = [...message.live, '-', ...message.canaries].join('-'); return; }
  const text = Buffer.from(message.bytes).toString().trim();
  const done = (result) => parentPort.postMessage({ type: 'done', id: message.id, tookMs: 1, result });
  control.postMessage({ started: text });
  if (text === 'spin') for (;;);
  else if (text === 'exit') process.exit(0);
  else if (text === 'throw') throw new Error(text);
  else if (text === 'failed') parentPort.postMessage({ type: 'failed', id: message.id, tookMs: 1 });
  else if (text === 'garbage') parentPort.postMessage({ type: 'done', id: message.id, tookMs: 1, result: { verdict: 'fine' } });
  else if (text === 'other') parentPort.postMessage({ type: 'done', id: message.id + 1, tookMs: 1, result: pass });
  else if (text === 'unmasked') done({ ...pass, verdict: 'mask' });
  else if (text === 'masked') done({ ...pass, verdict: 'mask', masked: new Uint8Array([1, 2]) });
  else if (text === 'known')
    done({ verdict: 'alert', asks: false, findings: [{ category: 'canary', rule: known, tier: 'hard', at: '', action: 'alert' }] });
  else if (text.startsWith('slow ')) parentPort.postMessage({ type: 'done', id: message.id, tookMs: 5000, result: pass });
  else if (text.startsWith('hold ')) held.set(text, () => done(pass));
  else done(pass);
});
parentPort.postMessage({ type: 'ready' });
`;

let benches = 0;

export class ScannerBench {
  readonly scanner: Scanner;
  readonly problems: string[] = [];
  readonly started: string[] = [];
  /** What is looked for; a test changes it. */
  known: KnownForms = { version: 1, live: [], canaries: [] };
  private readonly control: BroadcastChannel;
  private readonly timers = new Set<{ readonly at: number; readonly run: () => void }>();
  private readonly listeners = new Set<() => void>();
  private clock = 0;
  private fine = 0;

  constructor(options: { limits?: Partial<ScannerLimits>; worker?: string; isHarmless?: boolean } = {}) {
    const channel = `scanner-bench-${(benches += 1)}-${process.pid}`;
    this.control = new BroadcastChannel(channel);
    this.control.onmessage = (event) => {
      const { data } = event as unknown as { data: { started?: string } };
      if (data.started !== undefined) this.started.push(data.started);
      this.stir();
    };
    this.scanner = createScanner({
      known: () => this.known,
      now: () => this.clock,
      schedule: (ms, then) => {
        const timer = { at: this.clock + ms, run: then };
        this.timers.add(timer);
        this.stir();
        return () => void this.timers.delete(timer);
      },
      onProblem: (problem) => {
        this.problems.push(problem);
        this.stir();
      },
      workerUrl: new URL(`data:text/javascript,${encodeURIComponent(options.worker ?? WORKER(channel))}`),
      glance: () => options.isHarmless ?? false,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
  }

  private stir(): void {
    for (const listener of this.listeners) listener();
  }

  /** Resolves when it is so; looked at whenever anything happens. */
  until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
    });
  }

  untilStarted(...texts: readonly string[]): Promise<void> {
    return this.until(() => texts.every((text) => this.started.includes(text)));
  }

  release(text: string): void {
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a channel, not a window
    this.control.postMessage({ release: text });
  }

  /** Moves the clock; what is due happens in its order. */
  pass(ms: number): void {
    const end = this.clock + ms;
    for (;;) {
      const [due] = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (due === undefined) break;
      this.timers.delete(due);
      this.clock = Math.max(this.clock, due.at);
      due.run();
    }
    this.clock = end;
  }

  get timersOpen(): number {
    return this.timers.size;
  }

  /** `fine` is another text each time: one that passed before is not looked at again. */
  scan(key: string, text: string, actions: Partial<GuardActions> = {}): Promise<ScanResult> {
    const whole = text === 'fine' ? `fine ${(this.fine += 1)}` : text;
    return Promise.resolve(this.scanner.scan(key, job(whole, actions)));
  }

  async close(): Promise<void> {
    await this.scanner.close();
    this.control.close();
  }
}

export function job(text: string, actions: Partial<GuardActions> = {}): ScanJob {
  return { kind: 'output', format: 'text', source: Buffer.from(text), actions: { ...BLOCKING, ...actions } };
}

/** The same word in a text of another size. */
export const padded = (text: string, bytes: number): string => text.padEnd(bytes);
