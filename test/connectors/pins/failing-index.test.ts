import { describe, expect, it, vi } from 'vitest';
import { openPinStore } from '../../../main/connectors/pins/pin-store.ts';
import { sight } from '../../../main/pin/pins.ts';
import { aHome, tool } from './bench.ts';

const disk = vi.hoisted(() => ({ isFull: false }));
vi.mock('write-file-atomic', async (original) => {
  const real = await original<{ default: { sync: (...args: unknown[]) => void } }>();
  const sync = (...args: unknown[]): void => {
    if (disk.isFull) throw new Error('ENOSPC');
    real.default.sync(...args);
  };
  return { default: { sync } };
});

const FACTS = { operation: 'listing', by: 'companion' };
const pinsOf = (name: string): ReturnType<typeof sight>['pins'] =>
  sight(new Map(), 'tool', [tool(name)], { at: '2026-11-21T08:00:00.000Z', mode: 'pin' }).pins;

describe('an index that cannot be written', () => {
  it('does not look like one that was put back, however often it is tried', () => {
    const home = aHome();
    const recorded: string[] = [];
    const options = {
      home,
      record: ({ index }: { index: string }) => void recorded.push(index),
      recordedIndexes: [],
      connectors: () => [],
    };
    const store = openPinStore(options);
    store.write('files', pinsOf('a'), FACTS);
    disk.isFull = true;
    for (const name of ['b', 'c', 'd']) expect(() => store.write('files', pinsOf(name), FACTS)).toThrow('ENOSPC');
    disk.isFull = false;
    const next = openPinStore({ ...options, recordedIndexes: recorded.slice(-2) });
    expect(next.read('files')).toEqual({ kind: 'pins', pins: pinsOf('a') });
    next.write('files', pinsOf('e'), FACTS);
    expect(openPinStore({ ...options, recordedIndexes: recorded.slice(-2) }).read('files').kind).toBe('pins');
  });
});
