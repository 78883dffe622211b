/** One row of the evaluation: a rate over cases of one kind. */

export interface Rate {
  readonly cases: number;
  /** Verdict other than pass. */
  readonly seen: number;
  /** Refused without a person. */
  readonly blocked: number;
}

export interface Figure {
  readonly section: string;
  readonly row: string;
  /** Of `recall` more is better, of `false-positives` less. */
  readonly kind: 'recall' | 'false-positives';
  readonly all: Rate;
  /** The half that the detectors were written with, and the half that was only measured; absent where all is made from a seed. */
  readonly halves?: { readonly develop: Rate; readonly holdOut: Rate };
}

export interface Seen {
  readonly seen: boolean;
  readonly blocked: boolean;
}

export function rate(cases: readonly Seen[]): Rate {
  return {
    cases: cases.length,
    seen: cases.filter(({ seen }) => seen).length,
    blocked: cases.filter(({ blocked }) => blocked).length,
  };
}

export function share({ cases, seen }: Rate): number {
  return cases === 0 ? 0 : seen / cases;
}
