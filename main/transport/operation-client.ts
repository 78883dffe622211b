/** Calls operations of a running companion over its socket. */
import { connect } from 'node:net';
import { z } from 'zod';
import { CompanionError, Failure } from '../../preload/contract/index.ts';
import { LineFramer } from '../relay/framing.ts';
import { encodeFrames, FRAME, FrameReader, PROTOCOL_VERSION } from './wire/frames.ts';

const Reply = z.discriminatedUnion('ok', [
  z.object({ id: z.number(), ok: z.literal(true), value: z.unknown() }),
  z.object({ id: z.number(), ok: z.literal(false), error: Failure }),
]);

export interface OperationClient {
  call(op: string, input: unknown): Promise<unknown>;
  close(): void;
  /** Resolves when the other side is gone. */
  readonly closed: Promise<void>;
}

const MAX_LINE_BYTES = 16 * 1024 * 1024;

export function openOperationClient(socketPath: string): Promise<OperationClient> {
  return new Promise((resolveClient, rejectClient) => {
    const socket = connect(socketPath);
    const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
    let lastId = 0;
    let gone = false;
    const closed = new Promise<void>((resolve) => {
      socket.on('close', () => {
        gone = true;
        for (const entry of waiting.values()) entry.reject(new Error('the companion went away'));
        waiting.clear();
        resolve();
      });
    });
    const lines = new LineFramer(MAX_LINE_BYTES, {
      line: (line) => {
        const reply = Reply.safeParse(jsonOrUndefined(line));
        if (!reply.success) return;
        const entry = waiting.get(reply.data.id);
        waiting.delete(reply.data.id);
        if (reply.data.ok) entry?.resolve(reply.data.value);
        else entry?.reject(new CompanionError(reply.data.error.code, reply.data.error.message, reply.data.error.next));
      },
      discarded: () => socket.destroy(),
    });
    const reader = new FrameReader({
      frame: (type, bytes) => {
        if (type === FRAME.stdout) lines.push(bytes);
      },
      violation: () => socket.destroy(),
    });
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', (error) => rejectClient(error));
    const send = (type: 0 | 1, text: string): void => {
      for (const piece of encodeFrames(type, Buffer.from(text))) socket.write(piece);
    };
    socket.once('connect', () => {
      send(
        FRAME.hello,
        JSON.stringify({
          v: PROTOCOL_VERSION,
          kind: 'operation',
          argv: [],
          env: {},
          cwd: '/',
          tty: false,
          cols: 0,
          pid: process.pid,
        }),
      );
      resolveClient({
        closed,
        call: (op, input) =>
          new Promise((resolve, reject) => {
            if (gone || socket.destroyed) {
              reject(new Error('the companion went away'));
              return;
            }
            const id = ++lastId;
            waiting.set(id, { resolve, reject });
            send(FRAME.stdin, `${JSON.stringify({ id, op, input })}\n`);
          }),
        close: () => socket.destroy(),
      });
    });
  });
}

function jsonOrUndefined(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}
