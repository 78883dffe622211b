/** Which grant a person's yes asks for, or why it cannot. */
import { CompanionError } from '../../preload/contract/index.ts';
import type { Remember } from './approval-options.ts';
import type { NewGrant } from './grants.ts';
import { kindOf, type QuestionKind } from './question-kind.ts';
import type { Asked } from './question.ts';

const ASKS: Readonly<Record<Exclude<QuestionKind, 'rule'>, string>> = {
  guard: 'what the guard found in this call',
  chain: 'what came before this call',
  pin: 'an item that nobody agreed to yet',
};

/** Undefined: the yes is for this call alone. */
export function wantedGrant(
  { scope, when }: Remember,
  { about, decision }: Pick<Asked, 'about' | 'decision'>,
): NewGrant | undefined {
  if (scope === 'once') {
    if (when === undefined) return undefined;
    throw unfit(
      'A condition is for a yes that counts for more than this call.',
      'Leave it out, or say for how long: session or hour.',
    );
  }
  if (about === 'answer') {
    throw unfit("A server's answers can be let through only one at a time.", 'Approve this one alone.');
  }
  const kind = kindOf(decision);
  if (kind !== 'rule') {
    throw unfit(
      `This question is about ${ASKS[kind]}, and a yes to it says nothing of other calls.`,
      'Approve this one call alone: leave out how long.',
    );
  }
  return { scope, ...(when === undefined ? {} : { when }) };
}

function unfit(message: string, next: string): CompanionError {
  return new CompanionError('E_GRANT_UNFIT', message, next, { exitCode: 2 });
}
