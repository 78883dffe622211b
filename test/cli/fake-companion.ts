import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeFrames, FRAME, FrameReader, type FrameType } from '../../main/transport/wire/frames.ts';

/** The thin client as it is written, not as it is built. */
const PROGRAM = fileURLToPath(new URL('../../main/cli/runlayer.ts', import.meta.url));

/** One thin client as its companion sees it. */
export class Caller {
  readonly socket: Socket;
  readonly hello: Record<string, unknown>;
  /** Whole control frames and pieces of streams, in order; the empty stdin frame is `end`. */
  readonly frames: { readonly type: FrameType; readonly text: string }[] = [];
  stdin = Buffer.alloc(0);
  readonly inputEnded: Promise<void>;
  readonly closed: Promise<void>;
  private readonly endInput: () => void;

  constructor(socket: Socket, hello: Record<string, unknown>) {
    this.socket = socket;
    this.hello = hello;
    const ended = Promise.withResolvers<void>();
    this.inputEnded = ended.promise;
    this.endInput = ended.resolve;
    this.closed = new Promise((resolve) => void socket.once('close', () => resolve()));
  }

  take(type: FrameType, bytes: Buffer): void {
    this.frames.push({ type, text: bytes.toString('utf8') });
    if (type !== FRAME.stdin) return;
    if (bytes.length === 0) this.endInput();
    else this.stdin = Buffer.concat([this.stdin, bytes]);
  }

  send(type: FrameType, content: string | Buffer | object): void {
    const bytes = Buffer.isBuffer(content)
      ? content
      : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
    for (const piece of encodeFrames(type, bytes)) this.socket.write(piece);
  }

  exit(code: number): void {
    this.send(FRAME.exit, Buffer.from([code]));
    this.socket.end();
  }
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** A home of its own, a socket in it where a companion would listen, and thin clients that find it. */
export class FakeCompanion {
  readonly home: string;
  readonly path: string;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly children = new Set<ChildProcess>();

  constructor() {
    this.home = realpathSync(mkdtempSync(join(tmpdir(), 'rl-cli-')));
    chmodSync(this.home, 0o700);
    this.path = join(this.home, 'companion.sock');
  }

  listen(serve: (caller: Caller) => void): Promise<void> {
    const server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
      let caller: Caller | undefined;
      const reader = new FrameReader({
        frame: (type, bytes) => {
          if (caller === undefined) {
            caller = new Caller(socket, JSON.parse(bytes.toString('utf8')) as Record<string, unknown>);
            serve(caller);
          } else caller.take(type, bytes);
        },
        violation: (reason) => socket.destroy(new Error(reason)),
      });
      socket.on('data', (chunk: Buffer) => reader.push(chunk));
    });
    this.server = server;
    return new Promise((resolve) => void server.listen(this.path, () => resolve()));
  }

  /** Starts `runlayer <args>` against this home. Without `input` its stdin stays open. */
  start(
    args: readonly string[],
    options: { input?: string | Buffer; env?: Record<string, string>; command?: string } = {},
  ): Running {
    const line = [process.execPath, PROGRAM, ...args];
    const [program = '', ...rest] =
      options.command === undefined ? line : ['/bin/sh', '-c', options.command, 'sh', ...line];
    const child = spawn(program, rest, {
      cwd: this.home,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.home,
        RUNLAYER_COMPANION_HOME: this.home,
        NODE_NO_WARNINGS: '1',
        ...options.env,
      },
      stdio: 'pipe',
    });
    this.children.add(child);
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdin.on('error', () => {});
    if (options.input !== undefined) child.stdin.end(options.input);
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code) => {
        this.children.delete(child);
        resolve({ code, out, err });
      });
    });
    return { child, ended };
  }

  run(args: readonly string[], options: Parameters<FakeCompanion['start']>[1] = {}): Promise<Ended> {
    return this.start(args, { input: '', ...options }).ended;
  }

  async close(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      if (this.server === undefined) resolve();
      else this.server.close(() => resolve());
    });
    rmSync(this.home, { recursive: true, force: true });
  }
}
