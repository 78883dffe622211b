import { assertNever } from '../../../preload/contract/failure.ts';
import type { GuardAction, GuardFinding } from '../../../preload/contract/guard.ts';

const CATEGORIES: Readonly<Record<GuardFinding['category'], string>> = {
  live_secret: 'a secret that is in use here',
  canary: 'a planted canary value',
  secret: 'what looks like a secret',
  pii: 'what looks like a personal number',
  contact: 'an address or telephone number',
  hidden_text: 'characters that a person does not see',
  injection: 'text that speaks to the model',
  poisoning: 'a definition that speaks of other tools',
  unscannable: 'something that could not be looked at in time',
};

function done(action: GuardAction): string {
  switch (action) {
    case 'off':
    case 'alert':
      return 'noted';
    case 'mask':
      return 'masked';
    case 'block':
      return 'blocked';
    default:
      return assertNever(action);
  }
}

/** `The guard found what looks like a secret (aws-access-key-id): masked.` Each once; never what it was. */
export function findingNotes(findings: readonly GuardFinding[]): string[] {
  const notes = findings.map(
    ({ category, rule, action }) => `The guard found ${CATEGORIES[category]} (${rule}): ${done(action)}.`,
  );
  return [...new Set(notes)];
}
