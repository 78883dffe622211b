/** Runs one command line in the companion for a thin client: argv in, text and an exit code out. */
import {
  CompanionError,
  toFailure,
  type CallOperation,
  type CompanionEvent,
  type OperationName,
} from '../../preload/contract/index.ts';
import type { CallContext, Dispatch } from '../operations/dispatch.ts';
import type { Connection } from '../transport/connection.ts';
import type { CommandIo } from './command-io.ts';
import { CommandEnd } from './command-end.ts';
import { runProgram } from './program.ts';

const MAX_INPUT_BYTES = 1024 * 1024;

export interface ServeCommandOptions {
  readonly dispatch: Dispatch;
  readonly context: CallContext;
  readonly version: string;
  readonly subscribe: (listener: (event: CompanionEvent) => void) => () => void;
}

function badInput(message: string): CompanionError {
  return new CompanionError('E_INPUT', message, 'Send only the value, as text.', { exitCode: 2 });
}

export async function serveCommand(connection: Connection, options: ServeCommandOptions): Promise<void> {
  const gone = Promise.withResolvers<void>();
  const inputEnd = Promise.withResolvers<void>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let slow = false;
  connection.attach({
    input: (chunk) => {
      bytes += chunk.length;
      if (bytes <= MAX_INPUT_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      connection.pause();
      inputEnd.resolve();
    },
    inputEnded: () => inputEnd.resolve(),
    drained: () => {
      slow = false;
    },
    closed: () => {
      inputEnd.resolve();
      gone.resolve();
    },
  });
  const caller = (confirmed: boolean): CallOperation => {
    const call = (name: OperationName, input: unknown): Promise<unknown> =>
      options.dispatch(name, input, { ...options.context, confirmed });
    // The dispatcher answers each operation with what its handler's type promises.
    // eslint-disable-next-line typescript/no-unsafe-type-assertion
    return call as CallOperation;
  };
  const io: CommandIo = {
    argv: connection.hello.argv,
    call: caller(false),
    callConfirmed: caller(true),
    out: (text) => {
      slow = !connection.stdout([Buffer.from(text)]);
    },
    err: (text) => connection.stderr(text),
    isSlow: () => slow,
    tty: connection.hello.tty,
    env: connection.hello.env,
    cwd: connection.hello.cwd,
    ask: (text, secret) => (connection.hello.tty ? connection.prompt(text, secret) : Promise.resolve(undefined)),
    input: async () => {
      await inputEnd.promise;
      if (bytes > MAX_INPUT_BYTES) throw badInput('There is more than 1 MiB on standard input.');
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
      } catch {
        throw badInput('What came on standard input is not UTF-8 text.');
      }
    },
    subscribe: options.subscribe,
    gone: gone.promise,
  };
  try {
    await runProgram(connection.hello.argv, io, options.version);
    connection.exit(0);
  } catch (error) {
    if (error instanceof CommandEnd) {
      connection.exit(error.exitCode);
      return;
    }
    connection.error(toFailure(error));
    connection.exit(error instanceof CompanionError ? error.exitCode : 1);
  }
}
