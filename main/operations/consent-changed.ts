/** A yes that is to something else than what would be done, or to what nobody was shown. */
import { CompanionError } from '../../preload/contract/index.ts';

export function consentChanged(): CompanionError {
  return new CompanionError(
    'E_CONSENT_CHANGED',
    'What you would agree to changed since you looked at it. Nothing was changed.',
    'Look at it again, then say yes.',
    { exitCode: 2 },
  );
}

/** Also where what was shown is forgotten: a question made of less would be answered as though it were the whole. */
export function notShown(): CompanionError {
  return new CompanionError(
    'E_CONSENT_CHANGED',
    'What you would agree to was not shown here, or is not known any more. Nothing was changed.',
    'Look at it again, then say yes.',
    { exitCode: 2 },
  );
}
