/** Which grant a person's yes asks for, or why it cannot. */
import { CompanionError } from '../../preload/contract/index.ts';
import type { Remember } from './approval-options.ts';
import type { NewGrant } from './grants.ts';

/** Undefined: the yes is for this call alone. */
export function wantedGrant({ scope, when }: Remember, about: 'call' | 'answer'): NewGrant | undefined {
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
  return { scope, ...(when === undefined ? {} : { when }) };
}

function unfit(message: string, next: string): CompanionError {
  return new CompanionError('E_GRANT_UNFIT', message, next, { exitCode: 2 });
}
