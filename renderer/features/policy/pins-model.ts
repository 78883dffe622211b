/** What is held back because it is not what was agreed to, by connector. */
import type { PinView } from '../../../preload/contract/pin.ts';

export interface HeldConnector {
  readonly connector: string;
  readonly held: readonly PinView[];
  /** What was agreed to cannot be read any more: nothing of it is used, and it can only be forgotten. */
  readonly isUnreadable: boolean;
}

/** `changed` without any hash: the pins themselves cannot be read. */
const isUnreadable = ({ kind, state, fingerprint, seen }: PinView): boolean =>
  kind === 'identity' && state === 'changed' && fingerprint === undefined && seen === undefined;

export function heldBack(pins: readonly PinView[]): HeldConnector[] {
  const held = pins.filter(({ state }) => state !== 'pinned');
  return [...Map.groupBy(held, ({ connector }) => connector)].map(([connector, of]) => ({
    connector,
    held: of,
    isUnreadable: of.some(isUnreadable),
  }));
}

/** How many are as agreed to, by connector. */
export function pinnedCounts(pins: readonly PinView[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { connector, state } of pins)
    if (state === 'pinned') counts.set(connector, (counts.get(connector) ?? 0) + 1);
  return counts;
}
