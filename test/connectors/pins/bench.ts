import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../../preload/contract/index.ts';
import { createPins, type Pins, type PinsOptions } from '../../../main/connectors/pins/pins-host.ts';

export interface PinsBench {
  readonly home: string;
  readonly pins: Pins;
  /** `event connector detail`. */
  readonly recorded: string[];
  readonly announced: string[];
  /** Hashes of the index, as they were recorded. */
  readonly indexes: string[];
  /** The same home, as a companion that starts afterwards finds it. */
  again(over?: Partial<PinsOptions>): PinsBench;
  /** Milliseconds. */
  pass(ms: number): void;
}

const START = Date.parse('2026-11-21T08:00:00.000Z');

export function aHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'runlayer-pins-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

export function pinsBench(over: Partial<PinsOptions> = {}): PinsBench {
  const home = over.home ?? aHome();
  const recorded: string[] = [];
  const announced: string[] = [];
  const indexes: string[] = [];
  let now = START;
  const pins = createPins({
    home,
    clock: () => new Date(now),
    record: (event, detail, connector) => {
      if (event === 'pins_written') indexes.push(String(detail['index']));
      recorded.push(`${event} ${connector} ${JSON.stringify(detail)}`);
    },
    announce: (text) => announced.push(text),
    newItems: () => 'pin',
    connectors: () => [],
    ...over,
  });
  return {
    home,
    pins,
    recorded,
    announced,
    indexes,
    again: (more = {}) => pinsBench({ ...over, home, ...more }),
    pass: (ms) => {
      now += ms;
    },
  };
}

export const tool = (name: string, description = 'first'): { name: string; definition: JsonObject } => ({
  name,
  definition: { name, description },
});
