import type { Facet } from './facet.ts';

/** What became of a call in one word, as it is shown. */
export const DECISION_CLASSES = ['allowed', 'denied', 'withheld', 'failed', 'asked', 'event'] as const;
export type DecisionClass = (typeof DECISION_CLASSES)[number];

const FAILED = new Set(['error', 'failed', 'unknown']);

/** A person was asked about this call, whatever came of it. */
export function wasAsked({ effect, code }: Pick<Facet, 'effect' | 'code'>): boolean {
  return effect === 'ask' || code?.startsWith('approval_') === true;
}

/**
 * A refusal comes first: a call that was asked about and refused is denied. A tool that answered with an error of its own was
 * allowed; `failed` is a call that should have been answered and was not.
 */
export function classOf(facet: Pick<Facet, 'kind' | 'effect' | 'code'>, outcome: string | undefined): DecisionClass {
  if (facet.kind === 'event') return 'event';
  if (outcome === 'refused' || facet.effect === 'deny') return 'denied';
  if (outcome === 'withheld') return 'withheld';
  if (outcome !== undefined && FAILED.has(outcome)) return 'failed';
  return wasAsked(facet) ? 'asked' : 'allowed';
}
