import { describe, expect, it, vi } from 'vitest';
import {
  CHECK_EVERY_MS,
  CHECK_MS,
  watchUpdates,
  type UpdateOptions,
  type UpdateWatch,
} from '../../main/shell/updates.ts';
import { UPDATE_FEED } from '../../main/shell/update-feed.ts';
import { NOW, until } from './harness.ts';

const FEED = 'https://updates.example/companion.json';
const checkedAt = new Date(NOW).toISOString();

interface Bench {
  readonly watch: UpdateWatch;
  readonly asked: { address: string; init: RequestInit }[];
  readonly timers: { ms: number; run: () => void }[];
  readonly changes: () => number;
}

function bench(answer: () => Response | Promise<Response>, change: Partial<UpdateOptions> = {}): Bench {
  const asked: Bench['asked'] = [];
  const timers: Bench['timers'] = [];
  let changes = 0;
  const watch = watchUpdates({
    feed: FEED,
    version: '0.9.2',
    fetch: async (address, init) => {
      asked.push({ address, init });
      return answer();
    },
    now: () => NOW,
    after: (ms, then) => {
      timers.push({ ms, run: then });
      return () => timers.splice(0);
    },
    changed: () => {
      changes += 1;
    },
    ...change,
  });
  return { watch, asked, timers, changes: () => changes };
}
const announcing = (version: unknown): Response => Response.json({ version, url: 'https://evil.example/x.exe' });

describe('the look for a newer version', () => {
  it('is off in a build that nobody publishes, and says so', () => {
    expect(UPDATE_FEED).toBeNull();
    const { watch, asked } = bench(() => announcing('9.9.9'), { feed: UPDATE_FEED });
    expect(watch.state()).toMatchObject({ kind: 'off' });
    expect(asked).toEqual([]);
  });

  it.each(['http://updates.example/', 'file:///x', 'nonsense'])('is off for %s', (feed) => {
    const { watch, asked } = bench(() => announcing('9.9.9'), { feed });
    expect(watch.state().kind).toBe('off');
    expect(asked).toEqual([]);
  });

  it.each([
    ['0.9.3', 'available'],
    ['0.10.0', 'available'],
    ['1.0.0', 'available'],
    ['0.9.2', 'current'],
    ['0.9.1', 'current'],
    ['0.8.99', 'current'],
  ])('%s is %s', async (version, kind) => {
    const { watch, changes } = bench(() => announcing(version));
    expect(watch.state()).toEqual({ kind: 'unknown' });
    await until(() => changes() > 0);
    expect(watch.state()).toEqual(kind === 'available' ? { kind, version, checkedAt } : { kind, checkedAt });
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ['no version', () => Response.json({})],
    ['a version that is an address', () => announcing('https://evil.example/')],
    ['a version that is a sentence', () => announcing('1.0.0 – click here')],
    ['a version that is a number', () => announcing(2)],
    ['no JSON', () => new Response('<html>')],
    ['an answer of 404', () => new Response('{"version":"9.9.9"}', { status: 404 })],
    ['an answer without an end', () => new Response('x'.repeat(70_000))],
    ['no answer', () => Promise.reject(new TypeError('fetch failed'))],
  ])('%s tells nothing', async (_title, answer) => {
    const { watch, changes } = bench(answer);
    await until(() => changes() > 0);
    expect(watch.state()).toMatchObject({ kind: 'unknown', problem: expect.any(String) });
  });

  it('asks one fixed address, with nothing about this machine, for five seconds at most', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    const { asked, changes } = bench(() => announcing('1.0.0'));
    await until(() => changes() > 0);
    expect(timeout).toHaveBeenCalledWith(CHECK_MS);
    timeout.mockRestore();
    expect(asked).toHaveLength(1);
    const { address, init } = asked[0]!;
    expect(address).toBe(FEED);
    expect(init).toEqual({
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      headers: { accept: 'application/json' },
      signal: expect.any(AbortSignal),
    });
  });

  it('looks again after a day, keeps what it found, and ends', async () => {
    let answer = (): Response => announcing('1.0.0');
    const { watch, timers, asked, changes } = bench(() => answer());
    await until(() => timers.length === 1);
    expect(timers[0]!.ms).toBe(CHECK_EVERY_MS);
    answer = () => new Response('', { status: 500 });
    timers.shift()!.run();
    await until(() => changes() === 2);
    expect(watch.state()).toMatchObject({ kind: 'available', version: '1.0.0' });
    expect(asked).toHaveLength(2);
    watch.close();
    expect(timers).toEqual([]);
  });

  it('says nothing any more once it was closed', async () => {
    let release = (_response: Response): void => undefined;
    const { watch, timers, changes } = bench(
      () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    );
    await until(() => true);
    watch.close();
    release(announcing('1.0.0'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(changes()).toBe(0);
    expect(timers).toEqual([]);
  });
});
