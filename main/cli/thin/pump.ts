/**
 * Pumps bytes between this process and the companion until one of them ends. Decides nothing and handles no signals: our
 * death closes the socket, and the companion ends the session.
 */
import type { Socket } from 'node:net';
import { encodeFrames, FRAME, FrameReader } from '../../transport/wire/frames.ts';
import type { Unreachable } from './connect.ts';
import { hello, type HelloKind } from './hello.ts';

export interface PumpOptions {
  readonly socket: Socket;
  readonly kind: HelloKind;
  readonly argv: readonly string[];
  /** Reads stdin from the start; otherwise only once the companion asks for nothing else. */
  readonly onPrompt: (prompt: { text: string; secret: boolean }) => Promise<string>;
  readonly json: boolean;
}

const LOST = 'runlayer: the companion went away. Start it again with "runlayer serve" or open the app.\n';

/** Resolves with the exit code for this process, or with the reason why the companion would not talk to us at all. */
export function pump(options: PumpOptions): Promise<number | Unreachable> {
  const { socket } = options;
  return new Promise((resolve) => {
    let code: number | undefined;
    let refused: Unreachable | undefined;
    const send = (pieces: readonly Buffer[]): boolean => {
      if (pieces.length === 1 && pieces[0] !== undefined) return socket.write(pieces[0]);
      socket.cork();
      let ready = true;
      for (const piece of pieces) ready = socket.write(piece) && ready;
      socket.uncork();
      return ready;
    };

    let reading = false;
    const readInput = (): void => {
      if (reading) return;
      reading = true;
      process.stdin.on('data', (chunk: Buffer) => {
        if (!send(encodeFrames(FRAME.stdin, chunk))) process.stdin.pause();
      });
      socket.on('drain', () => process.stdin.resume());
      process.stdin.on('end', () => send(encodeFrames(FRAME.stdin, Buffer.alloc(0))));
      process.stdin.on('error', () => send(encodeFrames(FRAME.stdin, Buffer.alloc(0))));
    };

    const reader = new FrameReader({
      frame: (type, bytes) => {
        switch (type) {
          case FRAME.stdout:
            if (bytes.length > 0 && !process.stdout.write(bytes)) {
              socket.pause();
              process.stdout.once('drain', () => socket.resume());
            }
            return;
          case FRAME.stderr:
            process.stderr.write(bytes);
            return;
          case FRAME.exit:
            code = bytes[0] ?? 1;
            return;
          case FRAME.prompt: {
            const asked: unknown = JSON.parse(bytes.toString('utf8'));
            options
              .onPrompt(readPrompt(asked))
              .then((answer) => send(encodeFrames(FRAME.answer, Buffer.from(answer))))
              .catch(() => socket.destroy());
            return;
          }
          case FRAME.error: {
            const failure = readFailure(bytes);
            if (failure.code === 'E_PROTOCOL') refused = failure;
            else process.stderr.write(formatFailure(bytes, options.json));
            return;
          }
          case FRAME.hello:
          case FRAME.stdin:
          case FRAME.signal:
          case FRAME.answer:
          case FRAME.resize:
            socket.destroy();
        }
      },
      violation: () => socket.destroy(),
    });

    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', () => {});
    // A client that closes our output is gone: so are we, and the companion notices.
    process.stdout.on('error', () => socket.destroy());
    process.stderr.on('error', () => {});
    socket.on('close', () => {
      if (refused !== undefined) {
        resolve(refused);
        return;
      }
      if (code === undefined) process.stderr.write(LOST);
      resolve(code ?? 3);
    });
    send(encodeFrames(FRAME.hello, hello(options.kind, options.argv)));
    // A terminal is read only when the companion asks; a pipe or a file is the command's input.
    if (options.kind !== 'command' || !process.stdin.isTTY) readInput();
  });
}

function readPrompt(value: unknown): { text: string; secret: boolean } {
  const text = typeof value === 'object' && value !== null && 'text' in value ? value.text : '';
  const secret = typeof value === 'object' && value !== null && 'secret' in value ? value.secret : true;
  return { text: typeof text === 'string' ? text : '', secret: secret !== false };
}

function readFailure(bytes: Buffer): Unreachable {
  let failure: unknown;
  try {
    failure = JSON.parse(bytes.toString('utf8'));
  } catch {
    failure = undefined;
  }
  const field = (name: string): string => {
    const value: unknown = typeof failure === 'object' && failure !== null ? Reflect.get(failure, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return { code: field('code'), message: field('message'), next: field('next') };
}

/** One error as `--json` or as two lines for a person. */
export function formatFailure(bytes: Buffer, json: boolean): string {
  const failure = readFailure(bytes);
  if (json) return `${JSON.stringify({ error: failure })}\n`;
  return `runlayer: ${failure.message}\n${failure.next === '' ? '' : `  ${failure.next}\n`}`;
}
