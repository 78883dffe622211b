/** One child process that speaks MCP in lines. It is ended by the end of its input, then by force. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { isRecord, parseKeepingNumbers, type Message } from './message.ts';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const END_MS = 8000;
const NOTED_STDERR = 4000;

export class StdioChild {
  onMessage: (message: Message) => void = () => {};
  onEnd: () => void = () => {};
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<void>;
  private rest: Buffer[] = [];
  private stderr = '';
  private isEnding = false;

  constructor({ command, args, env, cwd }: Command) {
    const options = { ...(env === undefined ? {} : { env }), ...(cwd === undefined ? {} : { cwd }) };
    this.process = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stdout.on('data', (chunk: Buffer) => this.take(chunk));
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-NOTED_STDERR);
    });
    this.process.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        // Nobody asked it to end: what it had to say about that is the only trace.
        if (!this.isEnding) process.stderr.write(`${command} ${args.join(' ')} ended by itself: ${this.stderr}\n`);
        resolve();
        this.onEnd();
      };
      this.process.once('close', end);
      this.process.once('error', (error) => {
        this.stderr += error.message;
      });
    });
  }

  private take(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...this.rest, chunk.subarray(from, at)]).toString('utf8');
      this.rest = [];
      from = at + 1;
      this.read(line);
    }
    if (from < chunk.length) this.rest.push(chunk.subarray(from));
  }

  /** A line that is no message is a stray print, which servers do. */
  private read(line: string): void {
    let message: unknown;
    try {
      message = parseKeepingNumbers(line);
    } catch {
      return;
    }
    if (isRecord(message)) this.onMessage(message as unknown as Message);
  }

  send(message: Message): void {
    this.process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    this.isEnding = true;
    this.process.stdin.end();
    const timer = setTimeout(() => this.process.kill('SIGKILL'), END_MS);
    await this.ended;
    clearTimeout(timer);
  }
}
