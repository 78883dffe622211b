/** Owns the interface's window: opens it at a page, brings it to the front, remembers where it stood. */
import type { BrowserWindow } from 'electron';
import type { Electron } from './companion-host.ts';
import { openWindow } from './open-window.ts';
import { routeAddress, type Route } from './routes.ts';
import type { ShellStore } from './shell-store.ts';
import { restoredBounds } from './window-bounds.ts';

export interface MainWindow {
  /** Opens the window, or brings the open one to the front; without a route, at the page that it shows. */
  show(route?: Route): void;
  /** @returns the open window; undefined while there is none. */
  current(): BrowserWindow | undefined;
}

export function createMainWindow(
  electron: Electron,
  options: { readonly preload: string; readonly store: () => ShellStore },
): MainWindow {
  let window: BrowserWindow | undefined;

  const open = (route: Route): BrowserWindow => {
    const kept = options.store();
    const workAreas = electron.screen.getAllDisplays().map((display) => display.workArea);
    const opened = openWindow(electron, {
      preload: options.preload,
      partition: undefined,
      address: routeAddress(route),
      look: {
        title: 'Runlayer Companion',
        width: 1120,
        height: 760,
        minWidth: 480,
        minHeight: 400,
        bounds: restoredBounds(kept.get('window'), workAreas),
      },
    });
    opened.once('ready-to-show', () => opened.show());
    opened.on('close', () => kept.set('window', opened.getNormalBounds()));
    opened.on('closed', () => {
      window = undefined;
    });
    return opened;
  };

  return {
    current: () => window,
    show(route) {
      if (window === undefined) {
        window = open(route ?? '/');
        return;
      }
      // Only what is behind the # differs: the document stays, and with it what the person was doing.
      if (route !== undefined) window.loadURL(routeAddress(route)).catch(() => undefined);
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
  };
}
