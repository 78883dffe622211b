/** An AI client as bytes: lines in, lines out, nothing parsed that the test did not ask for. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { constants } from 'node:os';

export interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: {
    content?: { text?: string }[];
    isError?: boolean;
    tools?: { name: string }[];
    [key: string]: unknown;
  };
  readonly error?: { code: number; message: string; data?: unknown };
}

const WAIT_MS = 15_000;

export class RawClient {
  readonly process: ChildProcessWithoutNullStreams;
  /** Whole lines that came, without their newline. */
  readonly lines: Buffer[] = [];
  /** The exit code; of an end by signal 128 + n, as a shell says it. */
  readonly exited: Promise<number>;
  err = '';
  private rest: Buffer[] = [];
  private readonly waiting = new Set<() => void>();
  private hasEnded = false;

  constructor(process: ChildProcessWithoutNullStreams) {
    this.process = process;
    process.stdout.on('data', (chunk: Buffer) => this.take(chunk));
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
      this.wake();
    });
    this.exited = new Promise((resolve) => {
      process.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
        this.hasEnded = true;
        this.wake();
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  }

  private take(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.lines.push(Buffer.concat([...this.rest, chunk.subarray(from, at)]));
      this.rest = [];
      from = at + 1;
    }
    if (from < chunk.length) this.rest.push(chunk.subarray(from));
    if (from > 0) this.wake();
  }

  private wake(): void {
    for (const look of this.waiting) look();
  }

  send(line: string | Buffer | object): void {
    const bytes = typeof line === 'string' || Buffer.isBuffer(line) ? line : JSON.stringify(line);
    this.process.stdin.write(bytes);
    this.process.stdin.write('\n');
  }

  /** Resolves once `find` gives something; fails when the other side ends or takes too long. */
  async until<T>(what: string, find: () => T | undefined): Promise<T> {
    const now = find();
    if (now !== undefined) return now;
    return await new Promise<T>((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.waiting.delete(look);
        clearTimeout(timer);
        settle();
      };
      const fail = (why: string): void =>
        end(() =>
          reject(new Error(`${why} before ${what}: ${this.lines.slice(-5).join('\n').slice(0, 2000)}\n${this.err}`)),
        );
      const look = (): void => {
        const value = find();
        if (value !== undefined) end(() => resolve(value));
        else if (this.hasEnded) fail('the connection ended');
      };
      const timer = setTimeout(() => fail('too late'), WAIT_MS);
      this.waiting.add(look);
    });
  }

  messages(): Message[] {
    return this.lines.flatMap((line) => {
      try {
        return [JSON.parse(line.toString('utf8')) as Message];
      } catch {
        return [];
      }
    });
  }

  message(what: string, matches: (message: Message) => boolean): Promise<Message> {
    return this.until(what, () => this.messages().find(matches));
  }

  answer(id: unknown): Promise<Message> {
    return this.message(`the answer to ${String(id)}`, (message) => message.id === id && message.method === undefined);
  }

  async request(id: number | string, method: string, params: object = {}): Promise<Message> {
    this.send({ jsonrpc: '2.0', id, method, params });
    return await this.answer(id);
  }

  async initialize(name = 'raw-client'): Promise<Message> {
    const answer = await this.request('init', 'initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name, version: '1' },
    });
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return answer;
  }

  async call(id: number | string, name: string, args: object = {}): Promise<Message> {
    return await this.request(id, 'tools/call', { name, arguments: args });
  }

  /** Closes our end; the exit code. */
  async close(): Promise<number> {
    this.process.stdin.end();
    return await this.exited;
  }
}
