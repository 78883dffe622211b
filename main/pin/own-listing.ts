/**
 * What one session's server listed last. Two servers of one connector may offer different things at the same time; each is
 * judged by its own word, so that neither opens for the other what differs, nor closes what does not.
 */
import type { PinKind } from '../../preload/contract/pin.ts';
import type { PinVerdict } from './pin-gate.ts';
import { pinKey, pinState, verdictOf, type ConnectorPins, type Pin } from './pins.ts';

/** Of an item by what was listed here; of one that was not, by what was seen of it last, anywhere. */
export function verdictHere(pin: Pin | undefined, listed: string | undefined): PinVerdict {
  if (listed !== undefined) return verdictOf(pin, listed);
  const state = pin === undefined ? 'new' : pinState(pin);
  return state === 'pinned' ? 'open' : state;
}

export class OwnListing {
  /** Pin key → fingerprint; empty for what cannot be pinned, which equals nothing that was agreed to. */
  private readonly listed = new Map<string, string>();
  private readonly held = new Map<PinKind, readonly string[]>();
  private heldOf: ConnectorPins | undefined;

  saw(key: string, fingerprint: string | undefined): void {
    if (this.listed.get(key) === (fingerprint ?? '')) return;
    this.listed.set(key, fingerprint ?? '');
    this.held.clear();
  }

  forget(key: string): void {
    if (this.listed.delete(key)) this.held.clear();
  }

  fingerprint(key: string): string | undefined {
    return this.listed.get(key);
  }

  /** Names of what is held back here. Asked at each read of a resource, so it is kept until something changes. */
  heldBack(kind: PinKind, pins: ConnectorPins): readonly string[] {
    if (this.heldOf !== pins) this.held.clear();
    this.heldOf = pins;
    const known = this.held.get(kind);
    if (known !== undefined) return known;
    const held = [...pins.values()]
      .filter((pin) => pin.kind === kind)
      .filter((pin) => verdictHere(pin, this.listed.get(pinKey(pin.kind, pin.name))) !== 'open')
      .map(({ name }) => name);
    this.held.set(kind, held);
    return held;
  }
}
