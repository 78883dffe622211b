/**
 * The stop of everything: one setting that is looked at with each call, and the end of what is under way. It only tightens;
 * to end it weakens. It outlives the companion.
 */
import { CompanionError } from '../../preload/contract/index.ts';
import type { Lockdown } from '../settings/schema.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers } from './dispatch.ts';

export interface LockdownParts {
  readonly settings: SettingsStore;
  readonly clock: () => Date;
  /** Ends every call that is under way; answers how many. */
  readonly cancelAll: () => number;
  /** As it is now, whether or not it could be written. */
  readonly lockdown: () => Lockdown | null;
  /** Before the setting is written: no disk may keep a call from its end. */
  readonly close: (lockdown: Lockdown | null) => void;
  readonly record: (event: 'lockdown_on' | 'lockdown_off', detail: Record<string, string | number>) => void;
}

export function lockdownHandlers(parts: LockdownParts): Pick<Handlers, 'lockdown.on' | 'lockdown.off'> {
  const { settings } = parts;
  return {
    'lockdown.on': (_input, { by }) => {
      const lockdown = parts.lockdown() ?? { since: parts.clock().toISOString(), by };
      // Closed first, in memory: whatever happens below, no call leaves from here on.
      parts.close(lockdown);
      const cancelled = parts.cancelAll();
      if (settings.read().lockdown === null) {
        settings.update('lockdown.on', by, (current) => ({ ...current, lockdown }));
        parts.record('lockdown_on', { by, cancelled });
      }
      return { since: lockdown.since, cancelled };
    },
    'lockdown.off': (_input, { by }) => {
      if (parts.lockdown() === null) {
        throw new CompanionError('E_LOCKDOWN', 'Nothing is locked down.', 'See "runlayer status".', { exitCode: 2 });
      }
      parts.record('lockdown_off', { by });
      settings.update('lockdown.off', by, (current) => ({ ...current, lockdown: null }));
      parts.close(null);
      return {};
    },
  };
}
