/** The words of this page for what decides. */
import type { Effect, DefaultMode } from '../../../preload/contract/policy.ts';
import type { GuardAction } from '../../../preload/contract/guard.ts';
import type { PinKind } from '../../../preload/contract/pin.ts';
import type { Tone } from '../../ui/badge.tsx';

export type Outcome = Effect | 'unknown';

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  allow: 'allowed',
  ask: 'asked',
  deny: 'denied',
  unknown: 'cannot tell',
};

export const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  allow: 'good',
  ask: 'warn',
  deny: 'bad',
  unknown: 'plain',
};

export const EFFECT_WORDS: Readonly<Record<Effect, string>> = { deny: 'Deny', ask: 'Ask first', allow: 'Allow' };

export const EFFECT_TITLES: Readonly<Record<Effect, string>> = {
  deny: 'Denied',
  ask: 'Asked first',
  allow: 'Allowed',
};

/** Which of several rules wins is the first thing to know about each. */
export const EFFECT_NOTES: Readonly<Record<Effect, string>> = {
  deny: 'Wins over every other rule.',
  ask: 'Each such call waits for you. Wins over what is allowed.',
  allow: 'Goes through, unless another rule denies it or asks.',
};

export const DEFAULT_WORDS: Readonly<Record<DefaultMode, string>> = {
  allow: 'Allow',
  'read-only': 'Allow what only reads, ask about the rest',
  ask: 'Ask first',
  deny: 'Deny and hide',
};

export const ACTION_WORDS: Readonly<Record<GuardAction, string>> = {
  off: 'Do not look',
  alert: 'Note it only',
  mask: 'Take it out',
  block: 'Stop it',
};

export const PIN_WORDS: Readonly<Record<PinKind, string>> = {
  tool: 'Tool',
  prompt: 'Prompt',
  resource_template: 'Kind of resource',
  instructions: 'Instructions of the server',
  identity: 'The server itself',
};

/** `1 call`, `2 calls`. */
export function many(count: number, word: string): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? word : `${word}s`}`;
}
