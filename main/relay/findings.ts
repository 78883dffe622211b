import type { GuardFinding, GuardVerdict } from '../../preload/contract/index.ts';

/** What the guard found in a message that leaves no record of its own. */
export interface Findings {
  /** The method, or whose answer it is; `tools/list get_weather` for an item of a list. */
  readonly carrier: string;
  readonly from: 'client' | 'server';
  readonly verdict: GuardVerdict;
  readonly findings: readonly GuardFinding[];
}
