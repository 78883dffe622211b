import { CompanionError } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';

/**
 * Asks for a yes to something that weakens protection. `-y` is the answer of a script; without it and without a terminal
 * nothing is done.
 */
export async function confirm(io: CommandIo, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  const answer = await io.ask(`${question} [y/N] `, false);
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
