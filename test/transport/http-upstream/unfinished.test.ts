import { describe, expect, test } from 'vitest';
import { LineBuilder } from '../../../main/transport/http-upstream/line-builder.ts';
import { Unfinished } from '../../../main/transport/http-upstream/unfinished.ts';
import { Bell, Timers } from './rig.ts';

function made(maxBytes?: number) {
  const timers = new Timers(new Bell());
  const unfinished = new Unfinished(timers.schedule, 30_000, maxBytes);
  const told: string[] = [];
  const builder = (name: string, max = 10_000): LineBuilder =>
    new LineBuilder(max, unfinished, (why) => told.push(`${name} ${why}`));
  return { timers, unfinished, told, builder };
}

const bytes = (count: number): Buffer => Buffer.alloc(count, 'x');

describe('messages that are collected at once', () => {
  test('lose the largest when they hold too much, whoever asks for more', () => {
    const { told, builder } = made(3000);
    const [small, large, next] = [builder('small'), builder('large'), builder('next')];
    expect(small.append(bytes(500))).toBe(true);
    expect(large.append(bytes(1500))).toBe(true);
    expect(next.append(bytes(1200))).toBe(true);
    expect(told).toEqual(['large too_much']);
    expect(small.take()).toHaveLength(501);
    expect(next.take()).toHaveLength(1201);
  });

  test('lose the one that asks when it is the largest', () => {
    const { told, builder } = made(3000);
    const [small, large] = [builder('small'), builder('large')];
    small.append(bytes(1000));
    expect(large.append(bytes(2500))).toBe(false);
    expect(told).toEqual(['large too_much']);
    expect(large.append(bytes(1500))).toBe(true);
  });

  test('give their room back when they are whole or not wanted', () => {
    const { told, builder } = made(3000);
    for (let i = 0; i < 50; i++) {
      const [whole, unwanted] = [builder('whole'), builder('unwanted')];
      expect(whole.append(bytes(1400)) && unwanted.append(bytes(1400))).toBe(true);
      whole.take();
      unwanted.clear();
    }
    expect(told).toEqual([]);
  });

  test('count what is announced', () => {
    const { told, builder } = made(3000);
    const [first, second] = [builder('first'), builder('second')];
    first.reserve(2000);
    second.reserve(2500);
    expect(told).toEqual(['second too_much']);
  });

  test('are not larger than one may be', () => {
    const { told, builder } = made();
    expect(builder('one', 100).append(bytes(101))).toBe(false);
    expect(told).toEqual(['one too_large']);
  });
});

describe('a message that does not end', () => {
  test('is given up after its time, with one timer for all', () => {
    const { timers, unfinished, told, builder } = made();
    const all = Array.from({ length: 20 }, (_, index) => builder(String(index)));
    for (const one of all) {
      one.append(bytes(10));
      unfinished.afterPiece();
    }
    for (const look of [1, 2]) {
      expect(
        timers.pending.map(({ ms }) => ms),
        `at look ${look}`,
      ).toEqual([15_000]);
      timers.run(15_000);
      // More of it is not its end.
      all[0]?.append(bytes(10));
      unfinished.afterPiece();
    }
    all[1]?.take();
    timers.run(15_000);
    expect(told).toEqual(all.flatMap((_, index) => (index === 1 ? [] : [`${index} too_slow`])));
    expect(timers.pending).toEqual([]);
  });

  test('is not waited for with a timer once it has ended', () => {
    const { timers, unfinished, builder } = made();
    const one = builder('one');
    one.append(bytes(1));
    unfinished.afterPiece();
    one.take();
    unfinished.afterPiece();
    expect(timers.pending).toEqual([]);
    expect(timers.asked).toEqual([15_000]);
  });

  test('is not given up while we do not read, and has its whole time again afterwards', () => {
    const { timers, unfinished, told, builder } = made();
    builder('one').append(bytes(1));
    unfinished.afterPiece();
    timers.run(15_000);
    timers.run(15_000);
    unfinished.pause();
    for (let i = 0; i < 5; i++) timers.run(15_000);
    unfinished.resume();
    timers.run(15_000);
    timers.run(15_000);
    expect(told).toEqual([]);
    timers.run(15_000);
    expect(told).toEqual(['one too_slow']);
  });
});
