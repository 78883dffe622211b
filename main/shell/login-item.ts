/** Owns whether the system starts the app, without a window, when the person signs in to it. */
import { CompanionError } from '../../preload/contract/failure.ts';
import { createAutostartFile } from './autostart-file.ts';
import type { Electron } from './companion-host.ts';

export type LoginItem =
  | { readonly kind: 'choice'; get(): Promise<boolean>; set(on: boolean): Promise<void> }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Starts without a window; macOS passes no arguments, and says by itself how the app was started. */
export const HIDDEN_SWITCH = 'hidden';
const ARGUMENTS = [`--${HIDDEN_SWITCH}`];

interface Places {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execPath: string;
  /** The person's home folder. */
  readonly userHome: string;
}

export function createLoginItem(electron: Pick<Electron, 'app'>, places: Places): LoginItem {
  const { app } = electron;
  if (!app.isPackaged) return { kind: 'unavailable', reason: 'Only an installed app can be started at login.' };
  switch (places.platform) {
    case 'darwin':
      return {
        kind: 'choice',
        get: () => Promise.resolve(app.getLoginItemSettings().openAtLogin),
        set(on) {
          app.setLoginItemSettings({ openAtLogin: on });
          return on && app.getLoginItemSettings().status === 'requires-approval'
            ? Promise.reject(
                new CompanionError(
                  'E_LOGIN_ITEM',
                  'macOS wants your approval first.',
                  'Switch Runlayer Companion on in System Settings, General, Login Items.',
                ),
              )
            : Promise.resolve();
        },
      };
    case 'win32':
      return {
        kind: 'choice',
        get: () => Promise.resolve(app.getLoginItemSettings({ args: ARGUMENTS }).openAtLogin),
        set(on) {
          app.setLoginItemSettings({ openAtLogin: on, args: ARGUMENTS });
          return Promise.resolve();
        },
      };
    case 'linux':
      // An AppImage runs from a folder that is gone after it; the file itself stays.
      return {
        kind: 'choice',
        ...createAutostartFile({
          program: places.env['APPIMAGE'] ?? places.execPath,
          arguments: ARGUMENTS,
          configHome: places.env['XDG_CONFIG_HOME'],
          userHome: places.userHome,
        }),
      };
    default:
      return { kind: 'unavailable', reason: 'This system cannot be told to start it at login.' };
  }
}
