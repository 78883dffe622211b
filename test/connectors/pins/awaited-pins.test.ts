import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { awaitPins, type AwaitedPins } from '../../../main/connectors/pins/awaited-pins.ts';
import { pinsBench, type PinsBench } from './bench.ts';

const tool = (name: string) => ({ name, definition: { name, inputSchema: { type: 'object' } } });

/** A home in which a tool was agreed to. */
function agreed(): PinsBench {
  const bench = pinsBench();
  bench.pins.gate('files').listed('tool', [tool('a')]);
  return bench;
}

function waiting(bench: PinsBench) {
  const recorded = Promise.withResolvers<readonly string[]>();
  const asked: (readonly string[])[] = [];
  const pins: AwaitedPins = awaitPins(recorded.promise, (recordedIndexes) => {
    asked.push(recordedIndexes);
    return bench.again({ recordedIndexes }).pins;
  });
  return { pins, asked, recorded: recorded.resolve };
}

describe('pins that are not compared yet', () => {
  it('answer nothing, and say what to do', () => {
    const { pins } = waiting(agreed());
    const refused = expect.objectContaining({ code: 'E_PINS_BUSY', next: expect.stringContaining('again') });
    expect(() => pins.gate('files')).toThrow(refused);
    expect(() => pins.list()).toThrow(refused);
    expect(() => pins.accept('files', [], 'a test')).toThrow(refused);
    expect(() => pins.reset({ connector: 'files' }, 'a test')).toThrow(refused);
    expect(() => pins.definitionOf('files', 'a')).toThrow(refused);
    expect(pins.knownTools('files')).toBeUndefined();
    expect(pins.drifted()).toBe(0);
    expect(pins.problems()).toEqual([]);
    expect(pins.arePending()).toBe(true);
  });

  it('are what they would have been at once', async () => {
    const bench = agreed();
    const { pins, recorded } = waiting(bench);
    let changes = 0;
    pins.onChanged(() => (changes += 1));
    recorded(bench.indexes.slice(-2));
    await pins.pending();
    expect([pins.pending(), pins.arePending()]).toEqual([undefined, false]);
    expect(pins.gate('files').listed('tool', [tool('a')])).toEqual(['open']);
    expect(pins.list()).toMatchObject([{ connector: 'files', name: 'a', state: 'pinned' }]);
    pins.reset({ connector: 'files' }, 'a test');
    expect(changes).toBeGreaterThan(0);
  });

  it('are missed where they were taken away', async () => {
    const bench = agreed();
    rmSync(join(bench.home, 'pins'), { recursive: true });
    const { pins, recorded } = waiting(bench);
    recorded(bench.indexes.slice(-2));
    await pins.known;
    expect(pins.gate('files').listed('tool', [tool('a')])).toEqual(['changed']);
    expect(pins.drifted()).toBe(1);
  });

  it('are never opened here once another host took over, and whoever waits is sent there', async () => {
    const { pins, asked, recorded } = waiting(agreed());
    const pending = pins.pending();
    pins.handOver();
    recorded([]);
    await expect(pending).rejects.toMatchObject({ code: 'E_HANDED_OVER', next: 'Connect again.' });
    expect(asked).toEqual([]);
    expect(() => pins.gate('files')).toThrow(expect.objectContaining({ code: 'E_HANDED_OVER' }));
    expect(pins.problems()).toEqual([]);
    await expect(pins.pending()).rejects.toMatchObject({ code: 'E_HANDED_OVER' });
  });

  it('are not opened where the audit trail cannot be asked', async () => {
    const asked: unknown[] = [];
    const pins = awaitPins(Promise.reject(new Error('the disk is full')), (recorded) => {
      asked.push(recorded);
      throw new Error('not to be opened');
    });
    await expect(pins.known).rejects.toMatchObject({
      code: 'E_PINS_NOT_COMPARED',
      message: expect.stringContaining('the disk is full'),
    });
    expect(asked).toEqual([]);
    expect(pins.arePending()).toBe(false);
    await expect(pins.pending()).rejects.toMatchObject({ code: 'E_PINS_NOT_COMPARED' });
    // Nobody is told to try again in a moment, and it is shown without being asked for.
    expect(() => pins.list()).toThrow(expect.objectContaining({ code: 'E_PINS_NOT_COMPARED' }));
    pins.close();
    expect(pins.problems()).toEqual([expect.stringMatching(/the disk is full\..*runlayer audit verify/)]);
  });

  it('say so where they cannot be opened', async () => {
    const pins = awaitPins(Promise.resolve([]), () => {
      throw new Error('the folder cannot be read.');
    });
    await expect(pins.known).rejects.toMatchObject({ code: 'E_PINS_NOT_COMPARED' });
    expect(pins.problems()).toEqual([expect.stringContaining('the folder cannot be read. See ')]);
  });

  it('let nobody wait once the companion stops', async () => {
    const { pins, asked, recorded } = waiting(agreed());
    pins.close();
    recorded([]);
    await expect(pins.known).rejects.toMatchObject({ code: 'E_STOPPING' });
    expect(asked).toEqual([]);
  });
});
