/** A client that makes numbered calls through a real thin client, several at a time, and knows which of them were answered. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const MAX_OPEN = 4;

export interface Call {
  readonly call: string;
  readonly answer_after_ms: number;
}

const Answer = z.object({
  id: z.string().optional(),
  result: z.object({ content: z.array(z.object({ text: z.string() })).optional() }).optional(),
});

export class Caller {
  readonly process: ChildProcessWithoutNullStreams;
  /** The server's word for it came back. */
  readonly acknowledged: string[] = [];
  /** Answered otherwise: an error. */
  readonly refused: string[] = [];
  /** Given to the thin client. */
  readonly sent: string[] = [];
  /** Resolves at the answer to initialize; rejects when the thin client ends before. */
  readonly introduced: Promise<void>;
  readonly ended: Promise<void>;
  private readonly waiting: Call[] = [];
  private readonly open = new Set<string>();
  private readonly changed: () => void;

  /** @param changed called at each answer and at the end */
  constructor(process: ChildProcessWithoutNullStreams, changed: () => void) {
    this.process = process;
    this.changed = changed;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.introduced = promise;
    let said = '';
    process.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    createInterface({ input: process.stdout }).on('line', (line) => this.take(line, resolve));
    this.ended = once(process, 'close').then(() => {
      reject(new Error(`the thin client ended: ${said}`));
      changed();
    });
    promise.catch(() => {});
    this.write('initialize', 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'soak', version: '1' },
    });
  }

  /** To be made as soon as others have been answered. */
  add(calls: readonly Call[]): void {
    this.waiting.push(...calls);
    this.next();
  }

  get isIdle(): boolean {
    return this.waiting.length === 0 && this.open.size === 0;
  }

  /** What was not sent yet; it will not be. */
  takeBack(): Call[] {
    return this.waiting.splice(0);
  }

  private take(line: string, introduced: () => void): void {
    const { id, result } = Answer.parse(JSON.parse(line));
    if (id === undefined) return;
    if (id === 'initialize') {
      this.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
      introduced();
      return;
    }
    this.open.delete(id);
    (result?.content?.[0]?.text === id ? this.acknowledged : this.refused).push(id);
    this.next();
    this.changed();
  }

  private next(): void {
    while (this.open.size < MAX_OPEN) {
      const call = this.waiting.shift();
      if (call === undefined) return;
      this.open.add(call.call);
      this.sent.push(call.call);
      this.write(call.call, 'tools/call', { name: 'note', arguments: call });
    }
  }

  private write(id: string, method: string, params: object): void {
    this.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  }
}
