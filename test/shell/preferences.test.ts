import { describe, expect, it } from 'vitest';
import { createPreferences } from '../../main/shell/preferences.ts';
import type { LoginItem } from '../../main/shell/login-item.ts';
import type { ShellStore } from '../../main/shell/shell-store.ts';

function memoryStore(start: Record<string, unknown> = {}): ShellStore & { readonly kept: Map<string, unknown> } {
  const kept = new Map(Object.entries(start));
  return { kept, get: (key) => kept.get(key), set: (key: string, value: unknown) => void kept.set(key, value) };
}
function memoryItem(): LoginItem {
  let isOn = false;
  return {
    kind: 'choice',
    get: () => Promise.resolve(isOn),
    set: (on) => {
      isOn = on;
      return Promise.resolve();
    },
  };
}

describe('preferences', () => {
  it('are off for the login and on for notifications until a person says otherwise', async () => {
    const store = memoryStore();
    const preferences = createPreferences({ store: () => store, loginItem: memoryItem() });
    expect(await preferences.get()).toEqual({ startAtLogin: false, notifications: true });
    expect(await preferences.set({ startAtLogin: true })).toEqual({ startAtLogin: true, notifications: true });
    expect(await preferences.set({ notifications: false })).toEqual({ startAtLogin: true, notifications: false });
    expect(preferences.notifications()).toBe(false);
    expect([...store.kept]).toEqual([['notifications', false]]);
  });

  it.each([['yes'], [0], [null], [{}]])('take %j in the file for the default', (value) => {
    const store = memoryStore({ notifications: value });
    expect(createPreferences({ store: () => store, loginItem: memoryItem() }).notifications()).toBe(true);
  });

  it('say why there is no choice, and refuse one', async () => {
    const store = memoryStore();
    const loginItem: LoginItem = { kind: 'unavailable', reason: 'Not here.' };
    const preferences = createPreferences({ store: () => store, loginItem });
    expect(await preferences.get()).toEqual({
      startAtLogin: null,
      startAtLoginProblem: 'Not here.',
      notifications: true,
    });
    await expect(preferences.set({ startAtLogin: true, notifications: false })).rejects.toMatchObject({
      code: 'E_NOT_AVAILABLE',
    });
    // All of a change or nothing of it.
    expect(store.kept.size).toBe(0);
  });
});
