import type { BrowserWindowConstructorOptions } from 'electron';

/** Position and size of a window, in screen pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The only window options there are. Each protection is stated even where Electron's default is the same: a default may
 * change, a stated value does not.
 */
export function windowOptions(options: {
  readonly preload: string;
  readonly packaged: boolean;
  readonly dark: boolean;
  readonly bounds: Bounds | undefined;
}): BrowserWindowConstructorOptions {
  return {
    title: 'Runlayer Companion',
    width: 1120,
    height: 760,
    minWidth: 480,
    minHeight: 400,
    ...options.bounds,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: options.dark ? '#0f1117' : '#f8fafc',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      safeDialogs: true,
      devTools: !options.packaged,
    },
  };
}
