/** One worker that parses large messages; started on the first one. A worker that dies fails what it held, and is replaced. */
import { Worker } from 'node:worker_threads';
import type { WireLimits } from '../relay/limits.ts';
import type { ParseLarge } from '../relay/lane.ts';
import type { Parsed } from '../relay/parse-message.ts';
import type { ParseDone, ParseJob } from './parse-worker.ts';

export interface ParsePool {
  readonly parse: ParseLarge;
  /** Whatever is being parsed is rejected. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (parsed: Parsed) => void;
  readonly reject: (error: Error) => void;
}

export function createParsePool(limits: WireLimits, workerUrl?: URL): ParsePool {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = workerUrl ?? new URL(`./parse-worker.${extension}`, import.meta.url);
  let worker: Worker | undefined;
  let lastId = 0;
  const waiting = new Map<number, Waiting>();

  const fail = (error: Error): void => {
    worker = undefined;
    for (const entry of waiting.values()) entry.reject(error);
    waiting.clear();
  };

  const start = (): Worker => {
    const started = new Worker(url, { name: 'parse', execArgv: ['--no-warnings'] });
    started.unref();
    started.on('message', (done: ParseDone) => {
      const entry = waiting.get(done.id);
      waiting.delete(done.id);
      entry?.resolve(done.parsed);
    });
    started.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
    started.on('exit', () => {
      if (worker === started) fail(new Error('the parser ended'));
    });
    return started;
  };

  return {
    parse: (line, sender) =>
      new Promise((resolve, reject) => {
        worker ??= start();
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        // A copy: the original stays with us, to be forwarded as it came.
        const bytes = new ArrayBuffer(line.length);
        new Uint8Array(bytes).set(line);
        const job: ParseJob = { id, bytes, sender, limits };
        worker.postMessage(job, [bytes]);
      }),
    close: async () => {
      const ending = worker;
      fail(new Error('the parser was closed'));
      await ending?.terminate();
    },
  };
}
