import type { DeliveryState } from '../../../preload/contract/delivery.ts';

export type Pressure = DeliveryState['pressure'];

/** How much a configured endpoint may leave untaken before calls are denied. */
export interface Bounds {
  readonly events: number;
  readonly bytes: number;
}

export const DEFAULT_BOUNDS: Bounds = { events: 500_000, bytes: 512 * 1024 * 1024 };

/** Shares of the bounds, fullest first. A level is left only well below where it began, so that it does not flicker. */
const LEVELS = [
  { pressure: 'full', from: 0.95, until: 0.9 },
  { pressure: 'lean', from: 0.85, until: 0.8 },
  { pressure: 'warn', from: 0.7, until: 0.65 },
] as const;

const RANK: Readonly<Record<Pressure, number>> = { none: 0, warn: 1, lean: 2, full: 3 };

/** The level after `before`, with so much untaken; the fuller of the two bounds counts. */
export function pressureAfter(before: Pressure, lag: Bounds, bounds: Bounds): Pressure {
  const share = Math.max(lag.events / bounds.events, lag.bytes / bounds.bytes);
  for (const { pressure, from, until } of LEVELS) {
    if (share >= (RANK[before] >= RANK[pressure] ? until : from)) return pressure;
  }
  return 'none';
}
