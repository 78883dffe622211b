/** A listener on a real socket in a folder of its own, and thin clients that say exactly what a test wants. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../../main/transport/connection.ts';
import { listenOnSocket, type SocketListener } from '../../main/transport/socket-listener.ts';
import { encodeFrames, FRAME, FrameReader, type FrameType } from '../../main/transport/wire/frames.ts';
import { socketPlace } from '../../main/transport/wire/socket-path.ts';

export const HELLO = { v: 1, kind: 'run', argv: [], env: {}, cwd: '/', tty: false, cols: 80, pid: 7 };

export class RawClient {
  readonly socket: Socket;
  readonly frames: { readonly type: FrameType; readonly text: string }[] = [];
  closed = false;
  private waiting: (() => void)[] = [];

  constructor(path: string) {
    this.socket = connect(path);
    const wake = (): void => {
      for (const one of this.waiting.splice(0)) one();
    };
    const reader = new FrameReader({
      frame: (type, bytes) => {
        this.frames.push({ type, text: type === FRAME.exit ? String(bytes[0]) : bytes.toString('utf8') });
        wake();
      },
      violation: () => this.socket.destroy(),
    });
    this.socket.on('data', (chunk: Buffer) => reader.push(chunk));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
      wake();
    });
  }

  send(type: FrameType, payload: string | Buffer | object): void {
    const bytes = Buffer.isBuffer(payload)
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    for (const piece of encodeFrames(type, bytes)) this.socket.write(piece);
  }

  /** Resolves once `done` holds; looks again at each frame and at the end. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.closed) throw new Error(`closed before it was so: ${JSON.stringify(this.frames)}`);
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  async end(): Promise<void> {
    while (!this.closed)
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
  }

  text(type: FrameType): string {
    return this.frames
      .filter((frame) => frame.type === type)
      .map((frame) => frame.text)
      .join('');
  }
}

export class Rig {
  readonly home = mkdtempSync(join(tmpdir(), 'rl-t-'));
  readonly connections: Connection[] = [];
  private readonly clients: RawClient[] = [];
  private waiting: (() => void)[] = [];
  listener: SocketListener | undefined;

  async listen(onConnection?: (connection: Connection) => void): Promise<this> {
    this.listener = await listenOnSocket(this.home, (connection) => {
      this.connections.push(connection);
      onConnection?.(connection);
      for (const one of this.waiting.splice(0)) one();
    });
    return this;
  }

  get path(): string {
    return socketPlace(this.home).path;
  }

  client(): RawClient {
    const client = new RawClient(this.path);
    this.clients.push(client);
    return client;
  }

  /** A client that said hello, and the companion's side of it. */
  async connected(hello: object = {}): Promise<[RawClient, Connection]> {
    const before = this.connections.length;
    const client = this.client();
    client.send(FRAME.hello, { ...HELLO, ...hello });
    while (this.connections.length === before)
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    const connection = this.connections[before];
    if (connection === undefined) throw new Error('no connection');
    return [client, connection];
  }

  async close(): Promise<void> {
    this.listener?.close();
    for (const client of this.clients) {
      client.socket.destroy();
      await client.end();
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}
