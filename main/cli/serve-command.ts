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
import { CommandInput } from './command-input.ts';
import { runProgram } from './program.ts';

export interface ServeCommandOptions {
  readonly dispatch: Dispatch;
  readonly context: CallContext;
  readonly version: string;
  readonly subscribe: (listener: (event: CompanionEvent) => void) => () => void;
}

export async function serveCommand(connection: Connection, options: ServeCommandOptions): Promise<void> {
  const gone = Promise.withResolvers<void>();
  const input = new CommandInput({ pause: () => connection.pause(), resume: () => connection.resume() });
  let slow = false;
  let taken = Promise.withResolvers<void>();
  const isTaken = (): void => {
    slow = false;
    taken.resolve();
  };
  connection.attach({
    input: (chunk) => input.push(chunk),
    inputEnded: () => input.end(),
    drained: isTaken,
    closed: () => {
      input.end();
      isTaken();
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
      if (connection.stdout([Buffer.from(text)]) || slow) return;
      slow = true;
      taken = Promise.withResolvers<void>();
    },
    err: (text) => connection.stderr(text),
    isSlow: () => slow,
    taken: () => (slow ? taken.promise : Promise.resolve()),
    tty: connection.hello.tty,
    env: connection.hello.env,
    cwd: connection.hello.cwd,
    ask: (text, secret) => (connection.hello.tty ? connection.prompt(text, secret) : Promise.resolve(undefined)),
    input: () => input.text(),
    pieces: () => input.pieces(),
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
