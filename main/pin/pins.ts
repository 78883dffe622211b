/**
 * What is agreed to of one connector, and what a listing of its server makes of that. Pure: every change gives new pins, so
 * that whoever writes them can go back to those of before. Nothing here ever agrees to a definition that differs from one
 * that was agreed to; only {@link accept} and {@link forget} do, and those are a person's.
 */
import type { JsonObject, PinKind, PinState, PinView } from '../../preload/contract/index.ts';
import { definitionOf, MAX_DEFINITION_BYTES, type Definition } from './fingerprint.ts';
import type { PinVerdict } from './pin-gate.ts';

/** At least one of `agreed` and `seen` is there. */
export interface Pin {
  readonly kind: PinKind;
  readonly name: string;
  /** Absent: nobody agreed to it yet. */
  readonly agreed?: Definition;
  /** What was seen last, where that is not what is agreed to: held back. */
  readonly seen?: Definition;
  readonly firstSeenAt: string;
  /** When `seen` was seen first. */
  readonly changedAt?: string;
}

/** By {@link pinKey}. */
export type ConnectorPins = ReadonlyMap<string, Pin>;

export interface PinLimits {
  /** Of one kind. */
  readonly maxItems: number;
  /** Of all definitions of a connector, those that are held back too. */
  readonly maxBytes: number;
}

/** As many tools, and as many bytes of them, as the relay takes from one server. */
export const PIN_LIMITS: PinLimits = { maxItems: 2000, maxBytes: 8 * 1024 * 1024 };

/** Longer than any name or address that is passed on. */
export const MAX_PIN_NAME = 8192;

export function pinKey(kind: PinKind, name: string): string {
  return `${kind}\n${name}`;
}

export function pinState(pin: Pin): PinState {
  if (pin.agreed === undefined) return 'new';
  return pin.seen === undefined ? 'pinned' : 'changed';
}

export function pinView(connector: string, pin: Pin): PinView {
  const { kind, name, agreed, seen, firstSeenAt, changedAt } = pin;
  return {
    connector,
    kind,
    name,
    state: pinState(pin),
    ...(agreed === undefined ? {} : { fingerprint: agreed.fingerprint }),
    ...(seen === undefined ? {} : { seen: seen.fingerprint }),
    firstSeenAt,
    ...(changedAt === undefined ? {} : { changedAt }),
  };
}

/** What of a definition may be used: `open` only for exactly what is agreed to. */
export function verdictOf(pin: Pin | undefined, fingerprint: string): PinVerdict {
  if (pin?.agreed === undefined) return 'new';
  return pin.agreed.fingerprint === fingerprint ? 'open' : 'changed';
}

export interface Listed {
  readonly name: string;
  readonly definition: JsonObject;
}

export interface Sight {
  /** The same object as before where nothing has to be written. */
  readonly pins: ConnectorPins;
  /** In the order of the items. */
  readonly verdicts: PinVerdict[];
  /** In the order of the items; undefined of what cannot be pinned. */
  readonly fingerprints: (string | undefined)[];
  /** Items that were never seen before. */
  readonly added: readonly Pin[];
  /** Items that are now something else than agreed to, and than they were when last seen. */
  readonly changed: readonly Pin[];
  /** How many could not be kept, for their size or their number: held back as well. */
  readonly unkept: number;
}

export interface SightOptions {
  readonly at: string;
  /** What becomes of an item that was never seen. */
  readonly mode: 'pin' | 'ask';
  readonly limits?: PinLimits;
}

/** Looks at what a server lists. What it does not list is left as it is: absence is never drift. */
export function sight(pins: ConnectorPins, kind: PinKind, items: readonly Listed[], options: SightOptions): Sight {
  const change = new Change(pins, options);
  const verdicts: PinVerdict[] = [];
  const fingerprints: (string | undefined)[] = [];
  for (const { name, definition } of items) {
    const found = keepable(kind, name, definition);
    fingerprints.push(found?.fingerprint);
    verdicts.push(found === undefined ? change.unkept(kind, name) : change.look(kind, name, found));
  }
  const { added, changed, left } = change;
  return { pins: change.result(), verdicts, fingerprints, added, changed, unkept: left };
}

function keepable(kind: PinKind, name: string, source: JsonObject): Definition | undefined {
  if (name.length > MAX_PIN_NAME) return undefined;
  try {
    const definition = definitionOf(kind, source);
    return Buffer.byteLength(definition.text) > MAX_DEFINITION_BYTES ? undefined : definition;
  } catch (error) {
    // No canonical text: nothing could ever be compared with it.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Bytes that a pin takes of its connector's share. */
function bytesOf(pin: Pin | undefined): number {
  if (pin === undefined) return 0;
  const text = (definition: Definition | undefined): number =>
    definition === undefined ? 0 : Buffer.byteLength(definition.text);
  return Buffer.byteLength(pin.name) + text(pin.agreed) + text(pin.seen);
}

interface Used {
  readonly bytes: number;
  /** Of one kind. */
  readonly items: number;
}

function usedBy(pins: ConnectorPins, kind: PinKind): Used {
  let bytes = 0;
  let items = 0;
  for (const pin of pins.values()) {
    bytes += bytesOf(pin);
    if (pin.kind === kind) items += 1;
  }
  return { bytes, items };
}

class Change {
  readonly added: Pin[] = [];
  readonly changed: Pin[] = [];
  left = 0;
  private readonly before: ConnectorPins;
  private readonly options: SightOptions;
  private next: Map<string, Pin> | undefined;
  /** Counted when the first pin is put: most listings change nothing. */
  private used: Used | undefined;

  constructor(before: ConnectorPins, options: SightOptions) {
    this.before = before;
    this.options = options;
  }

  result(): ConnectorPins {
    return this.next ?? this.before;
  }

  unkept(kind: PinKind, name: string): PinVerdict {
    this.left += 1;
    return this.result().get(pinKey(kind, name))?.agreed === undefined ? 'new' : 'changed';
  }

  look(kind: PinKind, name: string, found: Definition): PinVerdict {
    const pin = this.result().get(pinKey(kind, name));
    if (pin === undefined) return this.first(kind, name, found);
    const { seen, changedAt: _, ...rest } = pin;
    if (pin.agreed?.fingerprint === found.fingerprint) {
      // It is again what was agreed to.
      if (seen !== undefined) this.put(rest);
      return 'open';
    }
    const verdict = verdictOf(pin, found.fingerprint);
    if (seen?.fingerprint === found.fingerprint) return verdict;
    const changed = { ...rest, seen: found, changedAt: this.options.at };
    if (this.put(changed)) this.changed.push(changed);
    else this.left += 1;
    return verdict;
  }

  private first(kind: PinKind, name: string, found: Definition): PinVerdict {
    const { at, mode } = this.options;
    const pin: Pin = { kind, name, firstSeenAt: at, ...(mode === 'pin' ? { agreed: found } : { seen: found }) };
    if (!this.put(pin)) {
      this.left += 1;
      return 'new';
    }
    this.added.push(pin);
    return mode === 'pin' ? 'open' : 'new';
  }

  /** False where it does not fit any more. What is agreed to already, or held back, stays so. */
  private put(pin: Pin): boolean {
    const { maxItems, maxBytes } = this.options.limits ?? PIN_LIMITS;
    const pins = this.result();
    const key = pinKey(pin.kind, pin.name);
    const before = pins.get(key);
    const used = (this.used ??= usedBy(pins, pin.kind));
    const bytes = used.bytes + bytesOf(pin) - bytesOf(before);
    if (bytes > used.bytes && bytes > maxBytes) return false;
    const items = before === undefined ? used.items + 1 : used.items;
    if (items > used.items && items > maxItems) return false;
    this.next ??= new Map(this.before);
    this.next.set(key, pin);
    this.used = { bytes, items };
    return true;
  }
}

export interface Choice {
  readonly kind: PinKind;
  readonly name: string;
  /** Fingerprint of what a person was shown. */
  readonly seen: string;
}

export type Accepted =
  | { readonly kind: 'accepted'; readonly pins: ConnectorPins; readonly items: readonly { before: Pin; after: Pin }[] }
  /** Nothing is accepted: what this one is now was not shown. */
  | { readonly kind: 'changed_again'; readonly choice: Choice }
  /** Nothing is accepted: there is nothing to accept of this one. */
  | { readonly kind: 'not_held'; readonly choice: Choice };

/** A person's yes, to all of it or to nothing. */
export function accept(pins: ConnectorPins, choices: readonly Choice[]): Accepted {
  const next = new Map(pins);
  const items: { before: Pin; after: Pin }[] = [];
  for (const choice of choices) {
    const key = pinKey(choice.kind, choice.name);
    const before = pins.get(key);
    if (before?.seen === undefined) return { kind: 'not_held', choice };
    if (before.seen.fingerprint !== choice.seen) return { kind: 'changed_again', choice };
    const { seen, changedAt: _, ...rest } = before;
    const after: Pin = { ...rest, agreed: seen };
    next.set(key, after);
    items.push({ before, after });
  }
  return { kind: 'accepted', pins: next, items };
}

/** Without `kind` and `name`: all of the connector. */
export function forget(
  pins: ConnectorPins,
  which: { readonly kind?: PinKind | undefined; readonly name?: string | undefined },
): { readonly pins: ConnectorPins; readonly forgotten: number } {
  const kept = new Map([...pins].filter(([, pin]) => !isMeant(pin, which)));
  return { pins: kept, forgotten: pins.size - kept.size };
}

export function isMeant(
  pin: Pick<Pin, 'kind' | 'name'>,
  { kind, name }: { readonly kind?: PinKind | undefined; readonly name?: string | undefined },
): boolean {
  return (kind === undefined || pin.kind === kind) && (name === undefined || pin.name === name);
}
