/**
 * Owns the one window: makes it, shows it, remembers where it stood. No other code makes windows.
 */
import type { BrowserWindow } from 'electron';
import { APP_URL } from './app-protocol.ts';
import type { Electron } from './companion-host.ts';
import type { ShellStore } from './shell-store.ts';
import { restoredBounds } from './window-bounds.ts';
import { windowOptions } from './window-options.ts';

export interface WindowOwner {
  /** Opens the window, or brings the open one to the front. */
  show(): void;
  /** @returns the open window; undefined while there is none. */
  current(): BrowserWindow | undefined;
}

export function createWindowOwner(
  electron: Electron,
  options: { preload: string; openStore: () => ShellStore },
): WindowOwner {
  let window: BrowserWindow | undefined;
  let store: ShellStore | undefined;

  const open = (): BrowserWindow => {
    // Only now: opened earlier, the store would make the companion's home, and not as private as it must be.
    const kept = (store ??= options.openStore());
    const workAreas = electron.screen.getAllDisplays().map((display) => display.workArea);
    const opened = new electron.BrowserWindow(
      windowOptions({
        preload: options.preload,
        packaged: electron.app.isPackaged,
        dark: electron.nativeTheme.shouldUseDarkColors,
        bounds: restoredBounds(kept.get('window'), workAreas),
      }),
    );
    opened.once('ready-to-show', () => opened.show());
    opened.on('close', () => kept.set('window', opened.getNormalBounds()));
    opened.on('closed', () => {
      window = undefined;
    });
    // A page that cannot be loaded leaves an empty window; the tray's state line says what is wrong.
    opened.loadURL(APP_URL).catch(() => undefined);
    return opened;
  };

  return {
    current: () => window,
    show() {
      if (window === undefined) {
        window = open();
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
  };
}
