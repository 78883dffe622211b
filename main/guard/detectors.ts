/** What the pipeline searches with, so that a test can put its own in their place. */
import type { JsonObject, ScanKind } from '../../preload/contract/index.ts';
import type { Detector, Match } from './match.ts';
import type { KnownValues } from './scan-job.ts';

/** What is wrong with a definition as a whole. */
export interface DefinitionFinding {
  readonly rule: string;
  readonly tier: 'hard' | 'soft';
  readonly weight?: number;
  /** JSON Pointer in the definition. */
  readonly at: string;
}

export interface GuardDetectors {
  readonly known: (text: string, known: KnownValues) => readonly Match[];
  readonly secrets: readonly Detector[];
  /** Categories `pii` and `contact`. */
  readonly pii: readonly Detector[];
  readonly injection: (kind: ScanKind) => readonly Detector[];
  readonly poisoning: (definition: JsonObject | string) => readonly DefinitionFinding[];
}
