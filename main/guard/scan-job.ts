/** What the guard is asked, and what it says. Pure data: jobs and results cross to a worker thread and back. */
import type { GuardAction, GuardCategory, GuardFinding, GuardVerdict, ScanKind } from '../../preload/contract/index.ts';

/** The action for each category, resolved for one connector and one kind of text. */
export type GuardActions = Readonly<Record<GuardCategory, GuardAction>>;

export interface ScanJob {
  readonly kind: ScanKind;
  /**
   * `json`: source text (UTF-8) of one JSON value that was parsed strictly before: every string in it is scanned, keys too,
   * every occurrence of a key. `text`: the text itself.
   */
  readonly format: 'json' | 'text';
  readonly source: Uint8Array;
  readonly actions: GuardActions;
}

export interface ScanResult {
  readonly verdict: GuardVerdict;
  /**
   * Soft findings add up to a question: neither `pass` nor alone enough to block. Where nobody can be asked it is a block.
   */
  readonly asks: boolean;
  readonly findings: readonly GuardFinding[];
  /**
   * With `mask` only: the whole source with what was found replaced; in JSON each string is written anew where it differs,
   * everything else keeps its bytes, and one value is replaced wherever it stands.
   */
  readonly masked?: Uint8Array;
}

/** Finds literal texts; `FormMatcher` of main/secrets is one. */
export interface LiteralMatcher {
  /** Start of the first form in `text` at or after `from`, or -1. */
  find(text: string, from: number): number;
  /** End of the longest form that starts exactly at `start`, or -1. */
  endAt(text: string, start: number): number;
}

/** Values that are looked for exactly. */
export interface KnownValues {
  readonly live: LiteralMatcher | undefined;
  readonly canaries: LiteralMatcher | undefined;
}

export const PASS: ScanResult = { verdict: 'pass', asks: false, findings: [] };

/** What stands in place of what was found. */
export const MASKED = '[redacted]';
