import { describe, expect, it } from 'vitest';
import { CONSENT_LISTED_MS, CONSENT_WAIT_MS, createConsentWait } from '../../../main/connectors/tenant/consent-wait.ts';
import { fakeTime, HOST, ID, settle } from './fakes.ts';

const ABOUT = { host: HOST, server: ID, title: 'Acme Files' };

function bench() {
  const time = fakeTime(0);
  const listeners = new Set<() => void>();
  const waits = createConsentWait({
    onSettingsChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    schedule: time.schedule,
    now: () => time.now,
  });
  return { time, listeners, waits, settingsChanged: () => listeners.forEach((listener) => listener()) };
}

describe('a run that waits for a consent', () => {
  it('goes on as soon as the settings have it, and leaves nothing behind', async () => {
    const { time, listeners, waits, settingsChanged } = bench();
    let answer: string | undefined;
    const waiting = waits.until(ABOUT, () => Promise.resolve(answer));
    await settle();
    expect(waits.list()).toEqual([ABOUT]);
    settingsChanged();
    await settle();
    answer = 'yes';
    settingsChanged();
    expect(await waiting).toBe('yes');
    expect(waits.list()).toEqual([]);
    expect([time.waiting, listeners.size]).toEqual([0, 0]);
  });

  it('sees what came while nobody listened', async () => {
    const { waits } = bench();
    expect(await waits.until(ABOUT, () => Promise.resolve('yes'))).toBe('yes');
    expect(waits.list()).toEqual([]);
  });

  it('is given up after 20 s, and shown for ten minutes more, or until somebody agrees', async () => {
    const { time, listeners, waits } = bench();
    const waiting = waits.until(ABOUT, () => Promise.resolve(undefined));
    await time.pass(CONSENT_WAIT_MS - 1);
    expect(listeners.size).toBe(1);
    await time.pass(1);
    expect(await waiting).toBeUndefined();
    expect(listeners.size).toBe(0);
    await time.pass(CONSENT_LISTED_MS - 1);
    expect(waits.list()).toEqual([ABOUT]);
    await time.pass(1);
    expect(waits.list()).toEqual([]);
    const again = waits.until(ABOUT, () => Promise.resolve(undefined));
    await time.pass(CONSENT_WAIT_MS);
    await again;
    waits.settled(HOST, ID);
    expect(waits.list()).toEqual([]);
  });

  it('hears of an error, and then waits for nothing', async () => {
    const { time, listeners, waits } = bench();
    await expect(waits.until(ABOUT, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect([time.waiting, listeners.size]).toEqual([0, 0]);
  });

  it('is one of at most fifty', async () => {
    const { time, waits } = bench();
    const all = Array.from({ length: 51 }, (_, count) =>
      waits.until({ ...ABOUT, server: `s${count}` }, () => Promise.resolve(undefined)),
    );
    await settle();
    expect(waits.list().map(({ server }) => server)).toEqual(Array.from({ length: 50 }, (_, count) => `s${count + 1}`));
    await time.pass(CONSENT_WAIT_MS);
    await Promise.all(all);
  });
});
