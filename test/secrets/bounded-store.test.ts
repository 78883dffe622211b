import { describe, expect, it } from 'vitest';
import { StoreTimeout, boundStore } from '../../main/secrets/bounded-store.ts';
import { FakeStore, fakeTimers, gate, settle } from './fakes.ts';

const setUp = () => {
  const timers = fakeTimers();
  const fake = new FakeStore('keytar');
  return { timers, fake, store: boundStore(fake, 5000, timers.after) };
};

describe('bounded store', () => {
  it('passes values and errors through, in order, and leaves no timer', async () => {
    const { timers, fake, store } = setUp();
    const all = Promise.all([
      store.set('a', '1'),
      store.get('a'),
      store.delete('a'),
      store.delete('a'),
      store.get('a'),
    ]);
    expect(await all).toEqual([undefined, '1', true, false, undefined]);
    expect(fake.calls).toEqual(['set a', 'get a', 'delete a', 'delete a', 'get a']);
    fake.before = () => {
      throw new Error('boom');
    };
    await expect(store.get('a')).rejects.toThrow('boom');
    expect(timers.waiting).toBe(0);
  });

  it('never has two calls under way: they would hold the threads that file access needs', async () => {
    const { timers, fake, store } = setUp();
    const prompt = gate();
    fake.before = () => prompt.opened;
    const calls = Array.from({ length: 20 }, (_, at) => store.get(`a${at}`).catch((error: unknown) => error));
    await settle();
    expect(fake.calls).toEqual(['get a0']);
    await timers.advance(5000);
    for (const result of await Promise.all(calls)) expect(result).toBeInstanceOf(StoreTimeout);
    expect(store.busy).toBe(true);
    prompt.open();
    await settle();
    // What ran out of time in line was never started.
    expect(fake.calls).toEqual(['get a0']);
    expect(store.busy).toBe(false);
    expect(await store.get('b')).toBeUndefined();
  });

  it('undoes a write that succeeds after its limit, before anything else gets its turn', async () => {
    const { timers, fake, store } = setUp();
    const prompt = gate();
    fake.before = (call) => (call === 'set' ? prompt.opened : undefined);
    const write = store.set('a', '1', (late) => late.delete('a')).catch((error: unknown) => error);
    await timers.advance(5000);
    expect(await write).toBeInstanceOf(StoreTimeout);
    const next = store.get('a');
    prompt.open();
    expect(await next).toBeUndefined();
    expect(fake.calls).toEqual(['set a', 'delete a', 'get a']);
    expect(fake.items.size).toBe(0);
  });

  it('survives a late failure, and a failing undo', async () => {
    const { timers, fake, store } = setUp();
    const prompt = gate();
    fake.before = async () => {
      await prompt.opened;
    };
    const write = store.set('a', '1', () => Promise.reject(new Error('cannot'))).catch((error: unknown) => error);
    await timers.advance(5000);
    await write;
    prompt.open();
    await settle();
    fake.before = () => undefined;
    expect(await store.get('a')).toBe('1');
    expect(store.busy).toBe(false);
  });
});
