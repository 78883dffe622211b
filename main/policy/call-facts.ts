/** What of a call, besides its tool and arguments, a decision may look at. */
import type { TaintLabel } from '../../preload/contract/index.ts';

/** Who calls. A claim may tighten a decision, never widen it. */
export interface ClientFacts {
  readonly name: string | undefined;
  /** The name is that of a hub binding whose token was presented. */
  readonly isProven: boolean;
}

/** A result that this session (or another one of the same client) got before. */
export interface Taint {
  readonly connector: string;
  readonly tool: string;
  /** Always `anything`; the others where the guard found that in the result. */
  readonly labels: readonly TaintLabel[];
}

export interface CallFacts {
  readonly client: ClientFacts;
  readonly taints: readonly Taint[];
}

/** Nothing is known: for listings and tests. */
export const NO_FACTS: CallFacts = { client: { name: undefined, isProven: false }, taints: [] };
