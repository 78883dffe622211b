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
  });

  it('are what they would have been at once', async () => {
    const bench = agreed();
    const { pins, recorded } = waiting(bench);
    let changes = 0;
    pins.onChanged(() => (changes += 1));
    recorded(bench.indexes.slice(-2));
    await pins.known;
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

  it('go with a connector that is removed meanwhile', async () => {
    const bench = agreed();
    const { pins, recorded } = waiting(bench);
    pins.forget('files', 'a test');
    recorded(bench.indexes.slice(-2));
    await pins.known;
    await Promise.resolve();
    expect(pins.list()).toEqual([]);
  });

  it('are read as another host writes them once it took over', async () => {
    const bench = agreed();
    const { pins, asked, recorded } = waiting(bench);
    pins.handOver();
    await pins.known;
    recorded(['f'.repeat(64)]);
    expect(asked).toEqual([[]]);
    expect(pins.gate('files').listed('tool', [tool('a')])).toEqual(['open']);
  });

  it('let nobody wait once the companion stops', async () => {
    const { pins, asked, recorded } = waiting(agreed());
    pins.close();
    recorded([]);
    await expect(pins.known).rejects.toMatchObject({ code: 'E_STOPPING' });
    expect(asked).toEqual([]);
  });
});
