import { describe, expect, it } from 'vitest';
import { shellHandlers, type ShellPart } from '../../main/operations/shell-handlers.ts';
import type { Preferences } from '../../preload/contract/index.ts';
import { CLI } from './fakes.ts';

describe('what the app does', () => {
  let preferences: Preferences = { startAtLogin: false, notifications: true };
  const shell: ShellPart = {
    preferences: {
      get: () => Promise.resolve(preferences),
      set: ({ startAtLogin = preferences.startAtLogin, notifications = preferences.notifications }) => {
        preferences = { startAtLogin, notifications };
        return Promise.resolve(preferences);
      },
    },
    updates: () => ({ kind: 'unknown' }),
  };

  it('is asked of it', async () => {
    const handlers = shellHandlers(shell);
    expect(await handlers['preferences.set']({ startAtLogin: true }, CLI)).toEqual({
      kind: 'available',
      preferences: { startAtLogin: true, notifications: true },
    });
    expect(await handlers['preferences.get']({}, CLI)).toEqual({
      kind: 'available',
      preferences: { startAtLogin: true, notifications: true },
    });
    expect(handlers['updates.get']({}, CLI)).toEqual({ kind: 'unknown' });
  });

  it('is not to be had without one, and the reason is said', async () => {
    const handlers = shellHandlers(undefined);
    expect(await handlers['preferences.get']({}, CLI)).toEqual({
      kind: 'unavailable',
      reason: 'The companion runs without its app here.',
    });
    await expect(handlers['preferences.set']({ notifications: true }, CLI)).rejects.toMatchObject({
      code: 'E_NOT_AVAILABLE',
    });
    expect(handlers['updates.get']({}, CLI)).toMatchObject({ kind: 'off' });
  });
});
