import type { HttpDefinition, ProgramDefinition } from '../../preload/contract/connector.ts';

export interface Unusable {
  readonly kind: 'unusable';
  readonly problem: string;
  readonly next: string;
}

/** What a server that is not ours runs or reaches, values included; it never leaves the main process as it is. */
export type ForeignTarget =
  | { readonly kind: 'program'; readonly definition: ProgramDefinition }
  | { readonly kind: 'http'; readonly definition: HttpDefinition }
  | Unusable;

/** `problem`: goes on from "It cannot be brought in:". */
export function unusable(problem: string): Unusable {
  return {
    kind: 'unusable',
    problem: `It cannot be brought in: ${problem}.`,
    next: 'Add it as a connector by hand, then take this entry out of the client.',
  };
}
