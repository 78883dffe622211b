/** Runs a command that needs no companion: help, the host itself, and what must work when the companion does not. */
import { isatty } from 'node:tty';
import { toFailure, CompanionError } from '../../../preload/contract/index.ts';
import { VERSION } from '../../version.ts';
import type { CommandIo } from '../command-io.ts';
import { CommandEnd } from '../command-end.ts';
import { runProgram } from '../program.ts';
import { formatFailure } from '../thin/failure-text.ts';
import { workingDirectory } from '../thin/hello.ts';
import { promptPerson } from '../thin/prompt.ts';
import { ownWords } from '../thin/routing.ts';
import { localActions } from './local-actions.ts';

function unreachable(): never {
  throw new CompanionError('E_USAGE', 'A command stands first on the line.', 'See "runlayer --help".', { exitCode: 2 });
}

/** @param home absolute path of the companion's home. */
export async function runLocal(argv: readonly string[], home: string): Promise<number> {
  const io: CommandIo = {
    argv,
    call: unreachable,
    callConfirmed: unreachable,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isSlow: () => false,
    taken: () => Promise.resolve(),
    tty: isatty(0) && isatty(2),
    env: process.env,
    cwd: workingDirectory(),
    ask: (text, secret) => promptPerson({ text, secret }),
    input: unreachable,
    pieces: unreachable,
    subscribe: unreachable,
    gone: new Promise(() => {}),
  };
  const words = argv.length === 0 ? ['--help'] : argv;
  try {
    await runProgram(words, io, VERSION, localActions(io, home));
    return 0;
  } catch (error) {
    if (error instanceof CommandEnd) return error.exitCode;
    process.stderr.write(formatFailure(toFailure(error), ownWords(argv).includes('--json')));
    return error instanceof CompanionError ? error.exitCode : 1;
  }
}
