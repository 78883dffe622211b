/** What a person chose about the app: kept by the system (start at login) and in `shell.json` (notifications). */
import { CompanionError, toFailure } from '../../preload/contract/failure.ts';
import type { Preferences } from '../../preload/contract/shell-operations.ts';
import type { ShellPart } from '../operations/shell-handlers.ts';
import type { LoginItem } from './login-item.ts';
import type { ShellStore } from './shell-store.ts';

export type ShellPreferences = ShellPart['preferences'] & {
  /** Whether a person may be notified; on until they say otherwise. */
  notifications(): boolean;
};

export function createPreferences(options: {
  readonly store: () => ShellStore;
  readonly loginItem: LoginItem;
}): ShellPreferences {
  const { store, loginItem } = options;
  const notifications = (): boolean => store().get('notifications') !== false;
  const startAtLogin = async (): Promise<Pick<Preferences, 'startAtLogin' | 'startAtLoginProblem'>> => {
    if (loginItem.kind === 'unavailable') return { startAtLogin: null, startAtLoginProblem: loginItem.reason };
    try {
      return { startAtLogin: await loginItem.get() };
    } catch (thrown) {
      return { startAtLogin: null, startAtLoginProblem: toFailure(thrown).message };
    }
  };
  const get = async (): Promise<Preferences> => ({ ...(await startAtLogin()), notifications: notifications() });
  return {
    notifications,
    get,
    async set(change) {
      if (change.startAtLogin !== undefined) {
        if (loginItem.kind === 'unavailable') {
          throw new CompanionError('E_NOT_AVAILABLE', loginItem.reason, 'Install the app, then choose it there.');
        }
        await loginItem.set(change.startAtLogin);
      }
      if (change.notifications !== undefined) store().set('notifications', change.notifications);
      return get();
    },
  };
}
