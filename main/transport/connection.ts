/**
 * The companion's side of one thin client. Owns the socket; reads nothing before a valid hello, and closes on anything
 * that is not the protocol. When the thin client dies the socket closes, and that ends whatever runs for it.
 */
import type { Socket } from 'node:net';
import { isJsonObject, type Failure } from '../../preload/contract/index.ts';
import { encodeFrames, FRAME, FrameReader, PROTOCOL_VERSION, type FrameType } from './wire/frames.ts';
import { Hello } from './hello.ts';

export interface ConnectionHandlers {
  input(chunk: Buffer): void;
  inputEnded(): void;
  /** The socket accepts more again. */
  drained(): void;
  closed(): void;
}

const NO_HANDLERS: ConnectionHandlers = { input: () => {}, inputEnded: () => {}, drained: () => {}, closed: () => {} };
const HELLO_MS = 10_000;
/** A server's chatter on stderr must not pile up for a client that does not read it; the connector's log has the rest. */
const MAX_STDERR_BACKLOG_BYTES = 1024 * 1024;

export class Connection {
  readonly hello: Hello;
  private readonly socket: Socket;
  private handlers: ConnectionHandlers = NO_HANDLERS;
  private readonly early: Buffer[] = [];
  private inputIsOver = false;
  private ended = false;
  private attached = false;
  private answers: ((answer: string | undefined) => void)[] = [];

  constructor(socket: Socket, hello: Hello) {
    this.socket = socket;
    this.hello = hello;
    socket.on('drain', () => this.handlers.drained());
    socket.on('close', () => {
      this.ended = true;
      for (const answer of this.answers) answer(undefined);
      this.answers = [];
      this.handlers.closed();
    });
  }

  /** Starts delivery; what came before is delivered first. */
  attach(handlers: ConnectionHandlers): void {
    this.handlers = handlers;
    this.attached = true;
    for (const chunk of this.early.splice(0)) handlers.input(chunk);
    if (this.inputIsOver) handlers.inputEnded();
    if (this.ended) handlers.closed();
  }

  /** From the frame reader. */
  onFrame(type: FrameType, bytes: Buffer): void {
    // What stood behind a violation in the same chunk is not read.
    if (this.socket.destroyed) return;
    switch (type) {
      case FRAME.stdin:
        if (this.inputIsOver) {
          // It ended already: a second end says nothing new, more input is not the protocol.
          if (bytes.length > 0) this.destroy();
        } else if (bytes.length === 0) {
          this.inputIsOver = true;
          if (this.attached) this.handlers.inputEnded();
        } else if (this.attached) this.handlers.input(bytes);
        else this.early.push(bytes);
        return;
      case FRAME.answer:
        this.answers.shift()?.(bytes.toString('utf8'));
        return;
      case FRAME.signal:
      case FRAME.resize:
        return;
      case FRAME.hello:
      case FRAME.stdout:
      case FRAME.stderr:
      case FRAME.exit:
      case FRAME.prompt:
      case FRAME.error:
        this.destroy();
    }
  }

  get isClosed(): boolean {
    return this.ended;
  }

  private send(pieces: readonly Buffer[]): boolean {
    if (this.ended || this.socket.writableEnded) return true;
    if (pieces.length === 1 && pieces[0] !== undefined) return this.socket.write(pieces[0]);
    this.socket.cork();
    let ready = true;
    for (const piece of pieces) ready = this.socket.write(piece) && ready;
    this.socket.uncork();
    return ready;
  }

  /** False when the thin client is slow to read. */
  stdout(chunks: readonly Buffer[]): boolean {
    return this.send(
      chunks.length === 1 && chunks[0] !== undefined
        ? encodeFrames(FRAME.stdout, chunks[0])
        : chunks.flatMap((chunk) => encodeFrames(FRAME.stdout, chunk)),
    );
  }

  /** Dropped while the thin client is far behind. */
  stderr(text: string): void {
    if (this.socket.writableLength > MAX_STDERR_BACKLOG_BYTES) return;
    this.send(encodeFrames(FRAME.stderr, Buffer.from(text)));
  }

  /** Bytes that the thin client has not taken yet. */
  get backlog(): number {
    return this.socket.writableLength;
  }

  /** Asks the person; resolves undefined when the thin client goes away or has nobody to ask. */
  prompt(text: string, secret: boolean): Promise<string | undefined> {
    if (this.ended) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.answers.push(resolve);
      this.send(encodeFrames(FRAME.prompt, Buffer.from(JSON.stringify({ text, secret }))));
    });
  }

  error(failure: Failure): void {
    this.send(encodeFrames(FRAME.error, Buffer.from(JSON.stringify(failure))));
  }

  /** The last frame; the socket closes behind it. */
  exit(code: number): void {
    if (this.ended || this.socket.writableEnded) return;
    this.send(encodeFrames(FRAME.exit, Buffer.from([code & 0xff])));
    this.socket.end();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** Reads the hello from a new socket; calls `ready` once, or answers with the reason and closes. */
export function acceptConnection(socket: Socket, ready: (connection: Connection) => void): void {
  let connection: Connection | undefined;
  let refused = false;
  const refuse = (failure: Failure): void => {
    refused = true;
    for (const piece of encodeFrames(FRAME.error, Buffer.from(JSON.stringify(failure)))) socket.write(piece);
    socket.end(Buffer.concat(encodeFrames(FRAME.exit, Buffer.from([3]))));
    clearTimeout(timer);
  };
  const timer = setTimeout(() => socket.destroy(), HELLO_MS);
  timer.unref();
  const reader = new FrameReader({
    frame: (type, bytes) => {
      if (connection !== undefined) {
        connection.onFrame(type, bytes);
        return;
      }
      if (refused) return;
      if (type !== FRAME.hello) {
        socket.destroy();
        return;
      }
      clearTimeout(timer);
      const hello = readHello(bytes);
      if (hello.kind === 'refused') {
        refuse(hello.failure);
        return;
      }
      connection = new Connection(socket, hello.hello);
      ready(connection);
    },
    violation: () => socket.destroy(),
  });
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(timer));
}

function readHello(bytes: Buffer): { kind: 'hello'; hello: Hello } | { kind: 'refused'; failure: Failure } {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    value = undefined;
  }
  const parsed = Hello.safeParse(value);
  if (parsed.success) return { kind: 'hello', hello: parsed.data };
  const sameVersion = isJsonObject(value) && value['v'] === PROTOCOL_VERSION;
  return {
    kind: 'refused',
    failure: {
      code: 'E_PROTOCOL',
      message: sameVersion
        ? 'The companion did not understand the opening message of this runlayer.'
        : `This runlayer and the running companion are of different versions (the companion speaks protocol ${PROTOCOL_VERSION}).`,
      next: 'Restart the companion: run "runlayer stop", then try again.',
    },
  };
}
