/**
 * The pins of one connector, as its sessions and a person see them: what was read from disk, what is agreed to now, and why
 * nothing of it may be used. Each session has a gate of its own, which answers by what that session's server listed; what is
 * agreed to is one truth for all. What cannot be written is not agreed to.
 */
import type { PinGate, PinVerdict } from '../../pin/pin-gate.ts';
import { isOther, settleUpdate, sightIdentity } from '../../pin/identity-pin.ts';
import type { Identity } from '../../pin/identity.ts';
import { pinKey, pinState, sight, verdictOf, type ConnectorPins, type Pin } from '../../pin/pins.ts';
import { OwnListing, verdictHere } from '../../pin/own-listing.ts';
import type { PinNotice } from './pin-notice.ts';
import type { PinStore, WriteFacts } from './pin-store.ts';

export interface ConnectorPinsOptions {
  readonly connector: string;
  readonly store: PinStore;
  readonly clock: () => Date;
  readonly newItems: () => 'pin' | 'ask';
  readonly notice: (notice: PinNotice) => void;
  /** How many are held back may be another number than before. */
  readonly changed: () => void;
}

/** A write that failed is tried again this often at most, when somebody asks. */
const RETRY_MS = 1000;
/** A server that offers something else each time makes a write of each; what is only seen is written this often at most. */
const SEEN_MS = 5000;
/** A server that lists in pages is seen for the first time for this long: its second page is not a new item beside old ones. */
const FIRST_SIGHT_MS = 60_000;

const NONE: ConnectorPins = new Map();
const COMPANION = 'companion';

interface Failed {
  readonly next: ConnectorPins;
  readonly operation: string;
  readonly at: number;
  readonly reason: string;
}

export class ConnectorPinsState {
  private pins: ConnectorPins = NONE;
  private damage: string | undefined;
  private failed: Failed | undefined;
  private writtenAt = -Infinity;
  /** What was seen since is not on disk; whoever lists again sees it again. */
  private isBehind = false;
  private other = false;
  private readonly listeners = new Set<() => void>();
  private readonly options: ConnectorPinsOptions;

  constructor(options: ConnectorPinsOptions) {
    this.options = options;
    this.load();
  }

  /** Once, after everybody can find it: whoever is told may ask back. */
  tellDamage(): void {
    if (this.damage !== undefined) this.tell({ kind: 'damaged', reason: this.damage });
  }

  /** Reads it from disk again. */
  load(): void {
    const stored = this.options.store.read(this.options.connector);
    this.damage = stored.kind === 'damaged' ? stored.reason : undefined;
    this.failed = undefined;
    const pins = stored.kind === 'pins' ? stored.pins : NONE;
    // What a draining host saw first itself is agreed to for its own sessions; what is on disk counts before it.
    this.pins = this.options.store.isReader() ? new Map([...this.pins, ...pins]) : pins;
    this.other = isOther(this.pins);
  }

  get all(): ConnectorPins {
    return this.pins;
  }

  get damaged(): string | undefined {
    return this.damage;
  }

  /** How many items are held back; a connector whose pins cannot be read counts as one. */
  get held(): number {
    if (this.damage !== undefined) return 1;
    let count = 0;
    for (const pin of this.pins.values()) if (pinState(pin) !== 'pinned') count += 1;
    return count;
  }

  problem(): string | undefined {
    const { connector } = this.options;
    if (this.damage !== undefined)
      return `What was agreed to of "${connector}" cannot be told: ${this.damage}. Look at what it offers, then run "runlayer pins reset ${connector}".`;
    this.retry();
    if (this.failed !== undefined)
      return `The pins of "${connector}" cannot be written (${this.failed.reason}). Free some disk space or check the folder "pins"; it is tried again by itself.`;
    return this.other
      ? `"${connector}" is not the program or package that was agreed to. See "runlayer pins diff ${connector}", then run "runlayer pins accept ${connector} --kind identity".`
      : undefined;
  }

  identitySeen(identity: Identity): void {
    if (this.damage !== undefined) return;
    const wasOther = this.other;
    const { pins, found } = sightIdentity(this.pins, identity, this.now());
    if (!this.write(pins, 'identity')) return;
    if (found === 'other') this.tell({ kind: 'identity' });
    if (wasOther !== this.other) this.announceVerdicts();
  }

  /** Puts what a person decided in force. Throws, with nothing changed, where it cannot be written. */
  decide(pins: ConnectorPins, facts: WriteFacts): void {
    this.options.store.write(this.options.connector, pins, facts);
    this.damage = undefined;
    this.failed = undefined;
    this.adopt(pins);
    this.settle();
    this.announceVerdicts();
  }

  /** The connector was removed: whoever still uses it gets nothing more agreed to. */
  close(): void {
    this.damage = 'it was removed';
    this.announceVerdicts();
  }

  gate(): PinGate {
    const own = new OwnListing();
    return {
      listed: (kind, items) => this.listed(kind, items, own),
      verdict: (kind, name) => {
        if (this.problem() !== undefined) return 'changed';
        const key = pinKey(kind, name);
        return verdictHere(this.pins.get(key), own.fingerprint(key));
      },
      fingerprint: (kind, name) => {
        const key = pinKey(kind, name);
        const pin = this.pins.get(key);
        return own.fingerprint(key) ?? pin?.seen?.fingerprint ?? pin?.agreed?.fingerprint;
      },
      heldBack: (kind) => own.heldBack(kind, this.pins),
      instructions: (text) => this.listed('instructions', [{ name: '', definition: { text } }], own)[0] ?? 'changed',
      problem: () => this.problem(),
      onChanged: (listener) => {
        // A listener may be given by several sessions; each is taken off by its own.
        const mine = (): void => listener();
        this.listeners.add(mine);
        return () => this.listeners.delete(mine);
      },
    };
  }

  private listed(kind: Pin['kind'], items: Parameters<PinGate['listed']>[1], own: OwnListing): PinVerdict[] {
    if (this.damage !== undefined) return items.map(() => 'changed');
    // Whoever is not the one that was agreed to gets nothing agreed to by being seen.
    const mode = this.other ? 'ask' : this.options.newItems();
    const isFirst = this.isFirstSight(kind);
    const seen = sight(this.pins, kind, items, { at: this.now(), mode });
    const isWritten = this.write(seen.pins, 'listing');
    items.forEach(({ name }, at) => {
      const key = pinKey(kind, name);
      // Bounded as the pins are: what is not among them is held back in any case.
      if (this.pins.has(key)) own.saw(key, seen.fingerprints[at]);
      else own.forget(key);
    });
    if (isWritten) {
      this.tellSeen(kind, seen, isFirst, mode);
      if (!seen.verdicts.includes('changed') && this.tellsOfUpdate(kind)) this.settle();
    }
    if (this.other || this.failed !== undefined) return items.map(() => 'changed');
    return isWritten ? seen.verdicts : this.asBefore(kind, items, seen.fingerprints);
  }

  private asBefore(
    kind: Pin['kind'],
    items: Parameters<PinGate['listed']>[1],
    fingerprints: readonly (string | undefined)[],
  ): PinVerdict[] {
    return items.map(({ name }, at) => verdictOf(this.pins.get(pinKey(kind, name)), fingerprints[at] ?? ''));
  }

  private tellSeen(kind: Pin['kind'], seen: ReturnType<typeof sight>, isFirst: boolean, mode: 'pin' | 'ask'): void {
    const names = (pins: readonly Pin[]): string[] => pins.map(({ name }) => name);
    const { added, changed, unkept } = seen;
    if (changed.length > 0) this.tell({ kind: 'changed', item: kind, names: names(changed) });
    if (added.length > 0 && (mode === 'ask' || !isFirst))
      this.tell({ kind: 'new', item: kind, names: names(added), isHeld: mode === 'ask' });
    if (unkept > 0) this.tell({ kind: 'unkept', item: kind, count: unkept });
  }

  /** Agrees to a verified update where nothing that was agreed to is different with it. */
  private settle(): void {
    const update = settleUpdate(this.pins);
    if (update === undefined || !this.write(update.pins, 'update')) return;
    this.tell({ kind: 'update', package: update.package, from: update.from, to: update.to });
  }

  /** Of its tools an update is judged, where it has any: its instructions come first, and alone they prove little. */
  private tellsOfUpdate(kind: Pin['kind']): boolean {
    return kind === 'tool' || ![...this.pins.values()].some((pin) => pin.kind === 'tool');
  }

  private isFirstSight(kind: Pin['kind']): boolean {
    const from = this.options.clock().getTime() - FIRST_SIGHT_MS;
    for (const pin of this.pins.values()) if (pin.kind === kind && Date.parse(pin.firstSeenAt) < from) return false;
    return true;
  }

  private write(next: ConnectorPins, operation: string): boolean {
    if (next === this.pins) return true;
    const { store, connector, clock } = this.options;
    // The host that took over writes. Here it holds for the sessions that are left, and ends with them.
    if (store.isReader()) {
      this.adopt(next);
      return true;
    }
    const at = clock().getTime();
    // Set back, the clock says nothing: then it is written.
    const since = at - this.writtenAt;
    if (this.failed === undefined && since >= 0 && since < SEEN_MS && agreesToTheSame(this.pins, next)) {
      this.isBehind = true;
      this.adopt(next);
      return true;
    }
    try {
      store.write(connector, next, { operation, by: COMPANION });
      this.writtenAt = at;
      this.isBehind = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isFirstFailure = this.failed === undefined;
      this.failed = { next, operation, at: clock().getTime(), reason };
      if (isFirstFailure) this.tell({ kind: 'unwritten', reason });
      return false;
    }
    this.failed = undefined;
    this.adopt(next);
    return true;
  }

  private retry(): void {
    const { failed } = this;
    if (this.isBehind && !this.isWithin(SEEN_MS, this.writtenAt)) this.catchUp();
    if (failed === undefined || this.options.clock().getTime() - failed.at < RETRY_MS) return;
    if (this.write(failed.next, failed.operation)) this.announceVerdicts();
  }

  /** A clock that was set back counts as past. */
  private isWithin(ms: number, from: number): boolean {
    const since = this.options.clock().getTime() - from;
    return since >= 0 && since < ms;
  }

  private catchUp(): void {
    const { store, connector, clock } = this.options;
    this.isBehind = false;
    this.writtenAt = clock().getTime();
    try {
      if (!store.isReader()) store.write(connector, this.pins, { operation: 'listing', by: COMPANION });
    } catch {
      // What is agreed to is on disk; what is held back is held back again when it is seen again.
      this.isBehind = true;
    }
  }

  private adopt(pins: ConnectorPins): void {
    this.pins = pins;
    this.other = isOther(pins);
    this.options.changed();
  }

  private announceVerdicts(): void {
    for (const listener of this.listeners) listener();
  }

  private tell(notice: DistributiveOmit<PinNotice, 'connector'>): void {
    this.options.notice({ ...notice, connector: this.options.connector });
  }

  private now(): string {
    return this.options.clock().toISOString();
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Only what was seen last differs: nothing more is agreed to, and nothing less. */
function agreesToTheSame(before: ConnectorPins, after: ConnectorPins): boolean {
  if (before.size !== after.size) return false;
  for (const [key, pin] of after) if (before.get(key)?.agreed?.fingerprint !== pin.agreed?.fingerprint) return false;
  return true;
}
