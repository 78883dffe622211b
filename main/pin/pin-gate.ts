/**
 * What the relay asks about what a server offers: is it what was agreed to? One gate for each connector; sessions share it.
 * A gate that cannot tell throws, and what throws is a block.
 */
import type { JsonObject } from '../../preload/contract/json.ts';
import type { PinKind } from '../../preload/contract/index.ts';

export type ListedKind = Exclude<PinKind, 'instructions' | 'identity'>;

/** `open`: it may be shown and used. */
export type PinVerdict = 'open' | 'changed' | 'new';

export interface PinGate {
  /**
   * One listing (one page is enough) of a server: what is seen first is pinned, what differs is held back. Answers in the
   * order of the items. Names are unique in it; `undefined` where the item cannot be pinned (it is hidden for another reason).
   */
  listed(kind: ListedKind, items: readonly { readonly name: string; readonly definition: JsonObject }[]): PinVerdict[];
  /** Of an item that was listed in this session; `changed` where the whole connector is held back. */
  verdict(kind: ListedKind, name: string): PinVerdict;
  /** Fingerprint of what was listed last under this name; undefined before it was. */
  fingerprint(kind: ListedKind, name: string): string | undefined;
  /** Names of the items that are held back at present. */
  heldBack(kind: ListedKind): readonly string[];
  /** What a server says of itself; `changed`: it is left out. */
  instructions(text: string): PinVerdict;
  /** Why nothing of this connector may be used at present (its identity changed, the pins cannot be read), or undefined. */
  problem(): string | undefined;
  /** Called when verdicts may be others than before: a person accepted or reset something. */
  onChanged(listener: () => void): () => void;
}
