/** Runs a command that needs no companion: help, the host itself, and what must work when the companion does not. */
import { isatty } from 'node:tty';
import { toFailure, CompanionError } from '../../../preload/contract/index.ts';
import { VERSION } from '../../version.ts';
import { companionHome } from '../../transport/wire/socket-path.ts';
import type { CommandIo } from '../command-io.ts';
import { CommandEnd } from '../command-end.ts';
import { runProgram } from '../program.ts';
import { promptPerson } from '../thin/prompt.ts';
import { formatFailure } from '../thin/pump.ts';
import { localActions } from './local-actions.ts';

function unreachable(): never {
  throw new Error('this command is carried out by the companion');
}

export async function runLocal(argv: readonly string[]): Promise<number> {
  const io: CommandIo = {
    argv,
    call: unreachable,
    callConfirmed: unreachable,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    tty: isatty(0),
    cwd: process.cwd(),
    ask: (text, secret) => promptPerson({ text, secret }),
    input: unreachable,
    subscribe: unreachable,
    gone: new Promise(() => {}),
  };
  const words = argv.length === 0 ? ['--help'] : argv;
  try {
    await runProgram(words, io, VERSION, localActions(io, companionHome(process.env)));
    return 0;
  } catch (error) {
    if (error instanceof CommandEnd) return error.exitCode;
    process.stderr.write(formatFailure(Buffer.from(JSON.stringify(toFailure(error))), argv.includes('--json')));
    return error instanceof CompanionError ? error.exitCode : 1;
  }
}
