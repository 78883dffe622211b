/** The one place where windows are made: every one of them is hardened alike. */
import type { BrowserWindow } from 'electron';
import type { Electron } from './companion-host.ts';
import { windowOptions, type WindowLook } from './window-options.ts';

export function openWindow(
  electron: Electron,
  options: {
    readonly preload: string;
    readonly partition: string | undefined;
    readonly address: string;
    readonly look: WindowLook;
  },
): BrowserWindow {
  const window = new electron.BrowserWindow(
    windowOptions({
      preload: options.preload,
      partition: options.partition,
      packaged: electron.app.isPackaged,
      dark: electron.nativeTheme.shouldUseDarkColors,
      look: options.look,
    }),
  );
  // An empty window says nothing and answers nothing: the next wish opens another. Not within its own event.
  window.webContents.on('render-process-gone', () =>
    setImmediate(() => {
      if (!window.isDestroyed()) window.destroy();
    }),
  );
  // A page that cannot be loaded leaves an empty window; the tray's state line says what is wrong.
  window.loadURL(options.address).catch(() => undefined);
  return window;
}
