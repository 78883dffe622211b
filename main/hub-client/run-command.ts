/**
 * Runs one `runlayer` command line in the companion, over the same owner-only socket and in the same words as a person's:
 * what needs a yes there needs one here. Nobody can be asked, so a question ends the command.
 */
import type { Socket } from 'node:net';
import { CompanionError, Failure } from '../../preload/contract/index.ts';
import { encodeFrames, FRAME, FrameReader, PROTOCOL_VERSION } from '../transport/wire/frames.ts';

/** Answers are lists of configs and bindings. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

function lost(): CompanionError {
  return new CompanionError(
    'E_COMPANION_LOST',
    'The companion went away before it answered.',
    'Look at what is so now, then try again.',
    { exitCode: 3 },
  );
}

function readFailure(bytes: Buffer): CompanionError {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    value = undefined;
  }
  const failure = Failure.safeParse(value);
  return failure.success
    ? new CompanionError(failure.data.code, failure.data.message, failure.data.next)
    : new CompanionError('E_PROTOCOL', 'The companion answered in a way that is not understood.', UPDATE);
}

const UPDATE = 'Update this package and the companion to the same version.';

/** Sends nothing of this process but its number: a command needs neither its environment nor its folder. */
function hello(argv: readonly string[]): Buffer[] {
  const text = JSON.stringify({
    v: PROTOCOL_VERSION,
    kind: 'command',
    argv,
    env: {},
    cwd: '/',
    tty: false,
    cols: 0,
    pid: process.pid,
  });
  return encodeFrames(FRAME.hello, Buffer.from(text));
}

/** What the command printed. @throws CompanionError as the command ended. */
export function runCommand(socket: Socket, argv: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    let bytes = 0;
    let failure: CompanionError | undefined;
    let code: number | undefined;
    const reader = new FrameReader({
      frame: (type, piece) => {
        if (code !== undefined) return;
        switch (type) {
          case FRAME.stdout:
            bytes += piece.length;
            if (bytes <= MAX_OUTPUT_BYTES) out.push(Buffer.from(piece));
            else socket.destroy();
            return;
          case FRAME.stderr:
            return;
          case FRAME.error:
            failure ??= readFailure(piece);
            return;
          case FRAME.exit:
            code = piece[0] ?? 1;
            socket.destroy();
            return;
          case FRAME.hello:
          case FRAME.stdin:
          case FRAME.signal:
          case FRAME.prompt:
          case FRAME.answer:
          case FRAME.resize:
            socket.destroy();
        }
      },
      violation: () => socket.destroy(),
    });
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (code === 0 && failure === undefined) resolve(Buffer.concat(out).toString('utf8'));
      else reject(failure ?? lost());
    });
    for (const piece of hello(argv)) socket.write(piece);
    for (const piece of encodeFrames(FRAME.stdin, Buffer.alloc(0))) socket.write(piece);
  });
}
