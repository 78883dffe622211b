import {
  CompanionError,
  type OperationInput,
  type OperationName,
  type OperationOutput,
} from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { shown } from './render.ts';

/**
 * Asks for a yes to something that weakens protection. `-y` is the answer of a script; without it and without a terminal
 * nothing is done.
 */
export async function confirm(io: CommandIo, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  const answer = await io.ask(`${shown(question)} [y/N] `, false);
  if (answer === undefined) {
    throw new CompanionError(
      'E_CONFIRMATION',
      'This needs a yes, and there is no terminal to ask at.',
      'Run it in a terminal, or add -y.',
      { exitCode: 2 },
    );
  }
  if (!/^y(es)?$/i.test(answer.trim())) {
    throw new CompanionError('E_DECLINED', 'Nothing was changed.', 'Run it again if you change your mind.', {
      exitCode: 2,
    });
  }
}

/** Calls an operation that may weaken protection: asks only where the companion says that this call does. */
export async function callAsking<N extends OperationName>(
  io: CommandIo,
  operation: { readonly name: N; readonly input: OperationInput<N> },
  question: string,
  yes: boolean,
): Promise<OperationOutput<N>> {
  const { name, input } = operation;
  try {
    return await io.call(name, input);
  } catch (error) {
    if (!(error instanceof CompanionError) || error.code !== 'E_CONFIRMATION') throw error;
  }
  await confirm(io, question, yes);
  return io.callConfirmed(name, input);
}
