/**
 * Pumps bytes between this process and the companion until one of them ends. Decides nothing and handles no signals: our
 * death closes the socket, and the companion ends the session.
 */
import type { Socket } from 'node:net';
import { encodeFrames, FRAME, FrameReader, type FrameType } from '../../transport/wire/frames.ts';
import type { Unreachable } from './connect.ts';
import { formatFailure } from './failure-text.ts';
import { hello, type HelloKind } from './hello.ts';
import { whenOrphaned } from './orphan.ts';

export interface PumpOptions {
  readonly socket: Socket;
  readonly kind: HelloKind;
  readonly argv: readonly string[];
  /** Undefined where nobody answered. */
  readonly onPrompt: (prompt: { text: string; secret: boolean }) => Promise<string | undefined>;
  readonly json: boolean;
}

export type PumpEnd =
  | { readonly kind: 'exit'; readonly code: number }
  /** The companion would not talk to us at all. `said`: what was read from stdin meanwhile. */
  | { readonly kind: 'refused'; readonly failure: Unreachable; readonly said: readonly Buffer[] };

/** A client that asks before it was heard is answered all the same; nobody asks with more than this. */
const MAX_SAID_BYTES = 1024 * 1024;

const LOST: Unreachable = {
  code: 'E_COMPANION_LOST',
  message: 'The companion went away.',
  next: 'Start it again with "runlayer serve" or open the app.',
};
const NO_ANSWER: Unreachable = {
  code: 'E_DECLINED',
  message: 'The question was not answered; nothing was changed.',
  next: 'Run it again if you change your mind.',
};
const TOO_LARGE: Unreachable = {
  code: 'E_INPUT',
  message: 'The command line and the environment together are larger than 1 MiB.',
  next: 'Start it with fewer or shorter arguments and variables.',
};

/** Clients show what a server wrote last: for them it is one line. */
function lostText({ kind, json }: PumpOptions): string {
  return kind === 'run' ? `runlayer: ${LOST.message} ${LOST.next}\n` : formatFailure(LOST, json);
}

export function pump(options: PumpOptions): Promise<PumpEnd> {
  const { socket } = options;
  return new Promise((resolve) => {
    let code: number | undefined;
    let refused: Unreachable | undefined;
    const said: Buffer[] = [];
    let saidBytes = 0;
    let heard = false;

    const send = (pieces: readonly Buffer[]): boolean => {
      if (pieces.length === 1 && pieces[0] !== undefined) return socket.write(pieces[0]);
      socket.cork();
      let ready = true;
      for (const piece of pieces) ready = socket.write(piece) && ready;
      socket.uncork();
      return ready;
    };
    const fail = (failure: Unreachable, exitCode: number): void => {
      process.stderr.write(formatFailure(failure, options.json));
      code = exitCode;
      socket.destroy();
    };

    const onInput = (chunk: Buffer): void => {
      saidBytes += chunk.length;
      if (!heard && saidBytes <= MAX_SAID_BYTES) said.push(chunk);
      if (!send(encodeFrames(FRAME.stdin, chunk))) process.stdin.pause();
    };
    const endInput = (): void => {
      send(encodeFrames(FRAME.stdin, Buffer.alloc(0)));
      if (options.kind !== 'run') return;
      const ignore = whenOrphaned(() => {
        code ??= 0;
        socket.destroy();
      });
      socket.once('close', ignore);
    };
    const readInput = (): void => {
      process.stdin.on('data', onInput);
      socket.on('drain', () => process.stdin.resume());
      process.stdin.on('end', endInput);
      process.stdin.on('error', endInput);
    };

    const onFrame = (type: FrameType, bytes: Buffer): void => {
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
          // It reads no more: waiting until it has taken what we still hold would be waiting for ever.
          socket.destroy();
          return;
        case FRAME.prompt:
          void options.onPrompt(readPrompt(bytes)).then((answer) => {
            if (answer === undefined) fail(NO_ANSWER, 2);
            else send(encodeFrames(FRAME.answer, Buffer.from(answer)));
          });
          return;
        case FRAME.error: {
          const failure = readFailure(bytes);
          if (failure.code === 'E_PROTOCOL') refused = failure;
          else process.stderr.write(formatFailure(failure, options.json));
          return;
        }
        case FRAME.hello:
        case FRAME.stdin:
        case FRAME.signal:
        case FRAME.answer:
        case FRAME.resize:
          socket.destroy();
      }
    };
    const reader = new FrameReader({
      frame: (type, bytes) => {
        if (code !== undefined) return;
        onFrame(type, bytes);
        heard ||= refused === undefined;
        if (heard) said.length = 0;
      },
      violation: () => socket.destroy(),
    });

    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', () => {});
    // A client that closes our output is gone: so are we, and the companion notices.
    process.stdout.on('error', () => {
      code ??= 0;
      socket.destroy();
    });
    socket.on('close', () => {
      process.stdin.off('data', onInput);
      if (refused !== undefined) resolve({ kind: 'refused', failure: refused, said });
      else {
        if (code === undefined) process.stderr.write(lostText(options));
        resolve({ kind: 'exit', code: code ?? 3 });
      }
    });

    let opening: Buffer[];
    try {
      opening = encodeFrames(FRAME.hello, hello(options.kind, options.argv));
    } catch {
      socket.destroy();
      refused = TOO_LARGE;
      return;
    }
    send(opening);
    // A terminal is read only when the companion asks; a pipe or a file is the command's input.
    if (options.kind !== 'command' || !process.stdin.isTTY) readInput();
    else endInput();
  });
}

/** What is in a control frame, field by field; anything else in it counts as absent. */
function readFields(bytes: Buffer): (name: string) => unknown {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    value = undefined;
  }
  return (name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined);
}

function readPrompt(bytes: Buffer): { text: string; secret: boolean } {
  const field = readFields(bytes);
  const text = field('text');
  return { text: typeof text === 'string' ? text : '', secret: field('secret') !== false };
}

function readFailure(bytes: Buffer): Unreachable {
  const field = readFields(bytes);
  const text = (name: string): string => {
    const value = field(name);
    return typeof value === 'string' ? value : '';
  };
  return { code: text('code'), message: text('message'), next: text('next') };
}
