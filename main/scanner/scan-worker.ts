/**
 * Looks at texts off the main thread, one at a time, each to its end. It is ended from outside when that takes too long, so
 * nothing here may hold what must not be lost.
 */
import { parentPort } from 'node:worker_threads';
import type { KnownValues, LiteralMatcher, ScanResult } from '../guard/scan-job.ts';
import { defaultActions } from '../guard/actions.ts';
import { scan } from '../guard/scan.ts';
import { FormMatcher } from '../secrets/form-matcher.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const WARM_MS = 200;
const WARM_TEXT = `Résumé of "report_2026-11-21.txt": 12 pages, key figures at https://example.com/a?b=c%20d, written by a team of
five; see /usr/share/doc/readme.md, table 3 (IBAN and token counts), version 1.2.3, hash 0123456789abcdef0123456789abcdef.\n`;

let known: KnownValues = { live: undefined, canaries: undefined };

const matcher = (forms: readonly string[]): LiteralMatcher | undefined =>
  forms.length === 0 ? undefined : new FormMatcher(forms);

function post(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

/** Of this thread: what others do on the machine is not the text's fault. Older versions of Node know only the clock. */
function spentMs(): number {
  if (typeof process.threadCpuUsage !== 'function') return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** A thread is slow until its code was compiled: that is done on a text of ours, before one of somebody else waits for it. */
function warmUp(): void {
  const began = spentMs();
  const source = Buffer.from(JSON.stringify({ content: [{ type: 'text', text: WARM_TEXT.repeat(4) }] }));
  const actions = defaultActions('output');
  while (spentMs() - began < WARM_MS) scan({ kind: 'output', format: 'json', source, actions }, known);
}

/** The masked bytes in a buffer of their own: one from a pool must not be given away. */
function ownBytes(masked: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(masked.byteLength);
  bytes.set(masked);
  return bytes;
}

function answer(id: number, tookMs: number, { masked, ...result }: ScanResult): void {
  const done = { ...result, findings: [...result.findings] };
  if (masked === undefined) {
    post({ type: 'done', id, tookMs, result: done });
    return;
  }
  const bytes = ownBytes(masked);
  post({ type: 'done', id, tookMs, result: { ...done, masked: bytes } }, [bytes.buffer]);
}

parentPort?.on('message', (message: ToWorker) => {
  if (message.type === 'known') {
    known = { live: matcher(message.live), canaries: matcher(message.canaries) };
    return;
  }
  const { id } = message;
  const began = spentMs();
  try {
    const result = scan({ ...message.job, source: new Uint8Array(message.bytes) }, known);
    answer(id, spentMs() - began, result);
  } catch {
    // What was thrown may quote the text.
    post({ type: 'failed', id, tookMs: spentMs() - began });
  }
});
warmUp();
post({ type: 'ready' });
