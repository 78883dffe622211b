/** A raw client on the pipes of a process that it starts. */
import type { BenchHome, BenchProcess } from './bench-home.ts';
import { shakeHands, type EchoClient } from './echo-client.ts';

interface Waiting {
  readonly resolve: (parts: readonly Buffer[]) => void;
  readonly reject: (error: Error) => void;
}

const NEWLINE = 10;
const METHOD = Buffer.from('"method":');

/** Each answer goes to the request that has waited longest: only their number and their content matter here. */
class Pipes {
  private readonly server: BenchProcess;
  private readonly waiting: Waiting[] = [];
  private parts: Buffer[] = [];

  constructor(server: BenchProcess) {
    this.server = server;
    server.stdout.on('data', (chunk: Buffer) => this.take(chunk));
    void server.ended.then((why) => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error(why));
    });
  }

  private take(chunk: Buffer): void {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      this.parts.push(chunk.subarray(start, at));
      const line = this.parts;
      this.parts = [];
      start = at + 1;
      // A notification answers nothing; none of the answers here holds this word so early.
      if (line[0]?.subarray(0, 64).includes(METHOD) !== true) this.waiting.shift()?.resolve(line);
    }
    if (start < chunk.length) this.parts.push(chunk.subarray(start));
  }

  async send(message: string): Promise<readonly Buffer[]> {
    if (!this.server.running) throw new Error(await this.server.ended);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.server.stdin.write(`${message}\n`);
    });
  }

  async notify(message: string): Promise<void> {
    this.server.stdin.write(`${message}\n`);
  }
}

export async function openStdio(home: BenchHome, command: string, args: readonly string[]): Promise<EchoClient> {
  const server = home.start(command, args);
  const pipes = new Pipes(server);
  try {
    const call = await shakeHands(
      (message) => pipes.send(message),
      (message) => pipes.notify(message),
    );
    return { call, close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}
