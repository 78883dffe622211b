/** Why a person's word about pins was not carried out. Names of items are a server's and are not repeated. */
import { CompanionError } from '../../../preload/contract/index.ts';

const misuse = { exitCode: 2 };

export function unknown(connector: string): CompanionError {
  return new CompanionError(
    'E_PIN_UNKNOWN',
    `Nothing of that name is pinned of "${connector}".`,
    `See what is with "runlayer pins list ${connector}"; a server's items are known once it was used.`,
    misuse,
  );
}

export function settled(connector: string): CompanionError {
  return new CompanionError(
    'E_PIN_SETTLED',
    'It is what was agreed to already; nothing was accepted.',
    `See what waits with "runlayer pins list ${connector}".`,
    misuse,
  );
}

export function changedAgain(connector: string): CompanionError {
  return new CompanionError(
    'E_PIN_CHANGED_AGAIN',
    'It changed again since it was shown; nothing was accepted.',
    `Look at it again with "runlayer pins diff ${connector}".`,
  );
}

export function damaged(connector: string, reason: string): CompanionError {
  return new CompanionError(
    'E_PINS_DAMAGED',
    `What was agreed to of "${connector}" cannot be told: ${reason}.`,
    `Forget it with "runlayer pins reset ${connector}": what its server offers then is pinned anew.`,
  );
}

export function notCompared(): CompanionError {
  return new CompanionError(
    'E_PINS_BUSY',
    'What was agreed to is still being compared with the audit trail.',
    'Try again in a moment.',
  );
}

export function notAsked(cause: unknown): CompanionError {
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.?$/, '.');
  return new CompanionError(
    'E_PINS_NOT_COMPARED',
    `What was agreed to could not be compared with the audit trail: ${reason}`,
    'See what is wrong with it ("runlayer audit verify"), then start the companion again ("runlayer stop").',
    { cause },
  );
}

export function handedOver(): CompanionError {
  return new CompanionError('E_HANDED_OVER', 'The Runlayer app answers now.', 'Connect again.');
}

export function stopping(): CompanionError {
  return new CompanionError('E_STOPPING', 'The companion is stopping.', 'Start it again with "runlayer serve".');
}

export function unwritten(connector: string, cause: unknown): CompanionError {
  return new CompanionError(
    'E_PINS_WRITE',
    `The pins of "${connector}" could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Nothing was changed. Free some disk space or check the folder, then try again.',
    { cause },
  );
}
