import type { NewAuditRecord } from '../../../preload/contract/audit.ts';
import type { DeliveryState } from '../../../preload/contract/delivery.ts';
import type { Lag } from './place.ts';
import { pressureAfter, type Bounds, type Pressure } from './pressure.ts';

type Mode = Exclude<DeliveryState['state'], 'off'>;
export type EventRecorder = (event: Extract<NewAuditRecord, { kind: 'event' }>) => void;

/** What a person is told of delivery, and what the gates ask. */
export interface Condition {
  readonly mode: Mode;
  /** What is wrong and what to do; empty while all is well. */
  readonly problem: string;
  readonly pressure: Pressure;
  readonly lag: Lag;
  show(mode: Mode, problem: string): void;
  /** `counted` is what counts against the bounds. */
  weigh(lag: { readonly all: Lag; readonly counted: Lag }): void;
  /** An event of delivery's own. */
  record(event: 'audit_parked' | 'audit_pressure_changed', detail: Readonly<Record<string, string | number>>): void;
}

export const NO_LAG = { all: { events: 0, bytes: 0 }, counted: { events: 0, bytes: 0 } } as const;

export function createCondition(parts: {
  readonly bounds: Bounds;
  readonly record: EventRecorder;
  readonly onState: () => void;
}): Condition {
  const { bounds, onState } = parts;
  let mode: Mode = 'delivering';
  let problem = '';
  let pressure: Pressure = 'none';
  let lag: Lag = NO_LAG.all;
  const record: Condition['record'] = (event, detail) => {
    try {
      parts.record({ kind: 'event', event, detail });
    } catch {
      // The journal cannot be written: that is told, and calls are denied, where it is written.
    }
  };
  return {
    get mode() {
      return mode;
    },
    get problem() {
      return problem;
    },
    get pressure() {
      return pressure;
    },
    get lag() {
      return lag;
    },
    show(nextMode, text) {
      if (mode === nextMode && problem === text) return;
      mode = nextMode;
      problem = text;
      onState();
    },
    weigh({ all, counted }) {
      lag = all;
      const next = pressureAfter(pressure, counted, bounds);
      if (next === pressure) return;
      const before = pressure;
      pressure = next;
      record('audit_pressure_changed', { pressure: next, before, events: counted.events, bytes: counted.bytes });
      onState();
    },
    record,
  };
}
