/** What the app's shell does when it is asked to, and what a host without one answers. Knows no Electron. */
import {
  CompanionError,
  type Preferences,
  type PreferencesChange,
  type UpdateState,
} from '../../preload/contract/index.ts';
import type { Handlers } from './dispatch.ts';

/** Given by the app round the companion; everything in it may take its time, nothing in it decides about a call. */
export interface ShellPart {
  readonly preferences: {
    get(): Promise<Preferences>;
    /** Rejects with a CompanionError where the system refuses. */
    set(change: PreferencesChange): Promise<Preferences>;
  };
  readonly updates: () => UpdateState;
}

type ShellHandlers = Pick<Handlers, 'preferences.get' | 'preferences.set' | 'updates.get'>;

const NO_APP = 'The companion runs without its app here.';

export function shellHandlers(shell: ShellPart | undefined): ShellHandlers {
  return {
    'preferences.get': async () =>
      shell === undefined
        ? { kind: 'unavailable', reason: NO_APP }
        : { kind: 'available', preferences: await shell.preferences.get() },
    'preferences.set': async (change) => {
      if (shell === undefined) {
        throw new CompanionError(
          'E_NOT_AVAILABLE',
          NO_APP,
          'Install the Runlayer Companion app to start it at login and to be notified.',
        );
      }
      return { kind: 'available', preferences: await shell.preferences.set(change) };
    },
    'updates.get': () => shell?.updates() ?? { kind: 'off', reason: `${NO_APP} It is updated as it was installed.` },
  };
}
