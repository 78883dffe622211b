/** The pins of every connector: what sessions ask, what a person sees and decides, and what is told without being asked. */
import {
  CompanionError,
  type JsonObject,
  type PinDiff,
  type PinKind,
  type PinView,
} from '../../../preload/contract/index.ts';
import { partsOf } from '../../pin/fingerprint.ts';
import { diffPin, SHORT_DIFF_CHARACTERS, WHOLE_DIFF_CHARACTERS } from '../../pin/diff.ts';
import type { Identity } from '../../pin/identity.ts';
import type { PinGate } from '../../pin/pin-gate.ts';
import { accept, forget, isMeant, pinKey, pinState, pinView, type Choice, type Pin } from '../../pin/pins.ts';
import { displayText } from '../display.ts';
import { ConnectorPinsState } from './connector-pins.ts';
import { noticeDetail, noticeText, type NoticeDetail, type PinNotice } from './pin-notice.ts';
import { openPinStore } from './pin-store.ts';
import * as failures from './pin-failures.ts';

export interface Which {
  readonly connector: string;
  readonly kind?: PinKind | undefined;
  readonly name?: string | undefined;
}

export interface Pins {
  /** For one session. What it listed itself is what it is answered by; what is agreed to is the same for all. */
  gate(connector: string): PinGate;
  /** What the connector is at the start of a session; before its gate is asked. */
  identitySeen(connector: string, identity: Identity): void;
  /** Those that wait for a person first. A connector whose pins cannot be read is one `changed` identity without a hash. */
  list(filter?: { readonly connector?: string | undefined }): PinView[];
  /** Without a name: everything that is held back. */
  diff(which: Which): PinDiff[];
  /** Throws E_PIN_UNKNOWN, E_PIN_SETTLED or E_PIN_CHANGED_AGAIN, with nothing accepted. */
  accept(connector: string, choices: readonly Choice[], by: string): PinView[];
  /** Returns how many were forgotten. */
  reset(which: Which, by: string): number;
  /** Of a tool what is agreed to, or what waits to be; without icons and `_meta`. Undefined where nothing is known. */
  definitionOf(connector: string, tool: string): JsonObject | undefined;
  /** Names of all tools that were ever listed, in their order; undefined where nothing of the connector is known. */
  knownTools(connector: string): readonly string[] | undefined;
  /** Items that wait for a person. */
  drifted(): number;
  /** What a person must know: pins that cannot be read. */
  problems(): string[];
  /** The connector is removed: its pins go with it. Never throws; what could not be removed holds back a new one of that name. */
  forget(connector: string, by: string): void;
  onChanged(listener: () => void): () => void;
  handOver(): void;
}

export interface PinsOptions {
  readonly home: string;
  readonly clock: () => Date;
  /** Throws where nothing can be recorded; then nothing is agreed to. */
  readonly record: (
    event: 'pins_written' | 'pin_drift' | 'pin_accepted' | 'pin_reset',
    detail: NoticeDetail,
    connector: string,
  ) => void;
  /** To every open interface; a sentence. */
  readonly announce: (text: string, notice: PinNotice) => void;
  readonly newItems: () => 'pin' | 'ask';
  /** All that are set up, tenants' and endpoints too. */
  readonly connectors: () => readonly string[];
  /** `index` of the last two `pins_written` in the journal, where they are known. */
  readonly recordedIndexes?: readonly string[];
}

const RANK = { changed: 0, new: 1, pinned: 2 } as const;
/** More than anybody reads at once. */
const MAX_DIFFS = 200;
/** Names in the record are for finding it; what they were made of may be anything. */
const MAX_RECORDED_NAME = 256;

export function createPins(options: PinsOptions): Pins {
  const { record, clock, newItems } = options;
  const store = openPinStore({
    home: options.home,
    record: ({ connector, ...facts }) => record('pins_written', facts, connector),
    recordedIndexes: options.recordedIndexes ?? [],
    connectors: options.connectors,
  });
  const states = new Map<string, ConnectorPinsState>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const notice = (one: PinNotice): void => {
    try {
      record('pin_drift', noticeDetail(one), one.connector);
    } catch {
      // What decides was recorded before it was written; while nothing can be recorded, no call is made.
    }
    options.announce(noticeText(one), one);
  };
  const stateOf = (connector: string): ConnectorPinsState => {
    const known = states.get(connector);
    if (known !== undefined) return known;
    const state = new ConnectorPinsState({ connector, store, clock, newItems, notice, changed });
    states.set(connector, state);
    state.tellDamage();
    return state;
  };
  /** After another host took over, it is the one that writes. */
  const refresh = (): void => {
    if (store.isReader() && store.reload()) for (const state of states.values()) state.load();
  };
  const all = (connector?: string): string[] =>
    connector === undefined ? [...new Set([...store.connectors(), ...states.keys(), ...lost()])] : [connector];
  const lost = (): readonly string[] => (store.problem() === undefined ? [] : options.connectors());
  const ordered = (pins: Iterable<Pin>): Pin[] =>
    [...pins].toSorted(
      (a, b) => RANK[pinState(a)] - RANK[pinState(b)] || compare(a.kind, b.kind) || compare(a.name, b.name),
    );
  const usable = (connector: string): ConnectorPinsState => {
    const state = stateOf(connector);
    if (state.damaged !== undefined) throw failures.damaged(connector, state.damaged);
    return state;
  };

  return {
    gate: (connector) => {
      const gate = stateOf(connector).gate();
      return {
        ...gate,
        listed: (kind, items) => {
          refresh();
          return gate.listed(kind, items);
        },
      };
    },
    identitySeen: (connector, identity) => {
      refresh();
      stateOf(connector).identitySeen(identity);
    },
    list: ({ connector } = {}) =>
      all(connector)
        .flatMap((name): PinView[] => {
          const state = stateOf(name);
          return state.damaged === undefined
            ? ordered(state.all.values()).map((pin) => pinView(name, pin))
            : [{ connector: name, kind: 'identity', name: '', state: 'changed', firstSeenAt: clock().toISOString() }];
        })
        .toSorted((a, b) => RANK[a.state] - RANK[b.state] || compare(a.connector, b.connector)),
    diff: ({ connector, kind, name }) => {
      const meant = ordered(usable(connector).all.values()).filter((pin) => isMeant(pin, { kind, name }));
      if (name !== undefined && meant.length === 0) throw failures.unknown(connector);
      const wanted = name === undefined ? meant.filter((pin) => pin.seen !== undefined) : meant;
      const maxCharacters = wanted.length === 1 ? WHOLE_DIFF_CHARACTERS : SHORT_DIFF_CHARACTERS;
      return wanted.slice(0, MAX_DIFFS).map((pin) => diffPin(connector, pin, { show: displayText, maxCharacters }));
    },
    accept: (connector, choices, by) => {
      const state = usable(connector);
      const accepted = accept(state.all, choices);
      if (accepted.kind === 'changed_again') throw failures.changedAgain(connector);
      if (accepted.kind === 'not_held') {
        const { choice } = accepted;
        throw [...state.all.values()].some((pin) => isMeant(pin, choice))
          ? failures.settled(connector)
          : failures.unknown(connector);
      }
      for (const { before, after } of accepted.items) {
        record(
          'pin_accepted',
          {
            kind: after.kind,
            name: displayText(after.name.slice(0, MAX_RECORDED_NAME)),
            from: before.agreed?.fingerprint ?? '',
            to: after.agreed?.fingerprint ?? '',
            by,
          },
          connector,
        );
      }
      write(connector, () => state.decide(accepted.pins, { operation: 'pins.accept', by }));
      return accepted.items.map(({ after }) => pinView(connector, after));
    },
    reset: ({ connector, kind, name }, by) => {
      const isWhole = kind === undefined && name === undefined;
      const state = isWhole ? stateOf(connector) : usable(connector);
      const { pins, forgotten } = forget(state.all, { kind, name });
      if (forgotten === 0 && state.damaged === undefined) {
        if (isWhole) return 0;
        throw failures.unknown(connector);
      }
      record(
        'pin_reset',
        {
          ...(kind === undefined ? {} : { kind }),
          ...(name === undefined ? {} : { name: displayText(name.slice(0, MAX_RECORDED_NAME)) }),
          forgotten,
          by,
        },
        connector,
      );
      write(connector, () => state.decide(pins, { operation: 'pins.reset', by }));
      return forgotten;
    },
    definitionOf: (connector, tool) => {
      const pin = stateOf(connector).all.get(pinKey('tool', tool));
      const known = pin?.agreed ?? pin?.seen;
      return known === undefined ? undefined : partsOf(known);
    },
    knownTools: (connector) => {
      const names = [...stateOf(connector).all.values()].flatMap(({ kind, name }) => (kind === 'tool' ? [name] : []));
      return names.length === 0 ? undefined : names.toSorted();
    },
    drifted: () => all().reduce((sum, connector) => sum + stateOf(connector).held, 0),
    problems: () =>
      all().flatMap((connector) =>
        stateOf(connector).damaged === undefined ? [] : [stateOf(connector).problem() ?? ''],
      ),
    forget: (connector, by) => {
      try {
        store.remove(connector, { operation: 'connectors.remove', by });
      } catch {
        // Its file or its entry stays, and holds back whatever has that name next, until a person resets it.
      }
      // Sessions that still run keep their closed gates; a connector of the same name begins anew.
      states.get(connector)?.close();
      states.delete(connector);
      changed();
    },
    onChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    handOver: () => store.handOver(),
  };
}

function write(connector: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    if (error instanceof CompanionError) throw error;
    throw failures.unwritten(connector, error);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
