import { expect, it } from 'vitest';
import { createEndCalls, type EndCallsParts } from '../../main/host/end-calls.ts';
import { EMPTY_SETTINGS } from '../../main/settings/schema.ts';

function bench() {
  const did: string[] = [];
  let stopped = false;
  let settingsChanged = (): void => {};
  const session = (name: string, fails = false) => ({
    lockDown: () => {
      did.push(name);
      if (fails) throw new Error('broken');
      return 2;
    },
    stop: () => Promise.resolve(void did.push(`${name} stopped`)),
  });
  const lockdown = { since: '2026-01-02T03:04:05.000Z', by: 'a test' };
  const settings: EndCallsParts['settings'] = {
    read: () => ({ ...EMPTY_SETTINGS, lockdown: stopped ? lockdown : null }),
  };
  const endAll = createEndCalls({
    sessions: [session('a'), session('b', true), session('c')],
    settings,
    onSettingsChanged: (changed) => {
      settingsChanged = changed;
    },
    failed: (error) => did.push(String(error)),
  });
  const set = (now: boolean): void => {
    stopped = now;
    settingsChanged();
  };
  return { endAll, did, set };
}

it('the calls of all sessions are ended, also where one of them fails', () => {
  const { endAll, did } = bench();
  expect(endAll()).toBe(4);
  expect(did).toEqual(['a', 'b', 'Error: broken', 'b stopped', 'c']);
});

it('they are ended once for each stop that is written, whoever writes it', () => {
  const { did, set } = bench();
  const ended = (): number => did.filter((what) => what === 'a').length;
  set(false);
  expect(ended()).toBe(0);
  set(true);
  set(true);
  expect(ended()).toBe(1);
  set(false);
  set(true);
  expect(ended()).toBe(2);
});
