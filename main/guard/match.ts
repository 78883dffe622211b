/** What a detector finds in one text. Detectors are pure functions of a text; the pipeline decides what is done about it. */
import type { GuardCategory } from '../../preload/contract/index.ts';

export interface Match {
  readonly category: GuardCategory;
  /** Stable name of what recognised it, `[a-z0-9-]{1,64}`. */
  readonly rule: string;
  readonly tier: 'hard' | 'soft';
  /** How much a soft match adds; 1 log, 2 ask, 3 and more block, added up over a message, each rule once. */
  readonly weight?: number;
  /** UTF-16 offsets in the text that was looked at. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Linear in the length of the text. */
export type Detector = (text: string) => readonly Match[];
