import { describe, expect, it } from 'vitest';
import { armedCount, type Shown } from '../../renderer/approval/armed-count.ts';

const at = (keys: string[], before: Shown, now: number): [number, number | undefined, Shown] => {
  const { count, nextMs, shown } = armedCount(keys, before, now, 500);
  return [count, nextMs, shown];
};

describe('what takes a yes', () => {
  it('stood still for half a second', () => {
    const [count, nextMs, shown] = at(['a'], [], 1000);
    expect([count, nextMs]).toEqual([0, 500]);
    expect(at(['a'], shown, 1499).slice(0, 2)).toEqual([0, 1]);
    expect(at(['a'], shown, 1500).slice(0, 2)).toEqual([1, undefined]);
  });

  it('is not what stands in its place now, nor what moved with it', () => {
    const [, , shown] = at(['a', 'b', 'c'], [], 0);
    expect(at(['b', 'c'], shown, 1000).slice(0, 2)).toEqual([0, 500]);
    expect(at(['a', 'c'], shown, 1000).slice(0, 2)).toEqual([1, 500]);
  });

  it('stays so when another comes at the end, as often as that happens', () => {
    let shown: Shown = at(['a'], [], 0)[2];
    for (let now = 100; now <= 1000; now += 100) shown = at(['a', `x${now}`], shown, now)[2];
    expect(at(['a', 'x1000'], shown, 1000).slice(0, 2)).toEqual([1, 500]);
  });

  it('is nothing where nothing stands', () => {
    expect(at([], [{ key: 'a', since: 0 }], 1000)).toEqual([0, undefined, []]);
  });
});
