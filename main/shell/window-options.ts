import type { BrowserWindowConstructorOptions } from 'electron';

/** Position and size of a window, in screen pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What may differ from window to window; nothing that protects is in it. */
export interface WindowLook {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly minWidth: number;
  readonly minHeight: number;
  readonly bounds?: Bounds | undefined;
  readonly minimizable?: false;
  readonly maximizable?: false;
  readonly fullscreenable?: false;
  readonly alwaysOnTop?: true;
}

/**
 * The only window options there are. Each protection is stated even where Electron's default is the same: a default may
 * change, a stated value does not.
 */
export function windowOptions(options: {
  readonly preload: string;
  /** The session of the document; undefined is the default one. */
  readonly partition: string | undefined;
  readonly packaged: boolean;
  readonly dark: boolean;
  readonly look: WindowLook;
}): BrowserWindowConstructorOptions {
  const { bounds, ...look } = options.look;
  return {
    ...look,
    ...bounds,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: options.dark ? '#0f1117' : '#f8fafc',
    webPreferences: {
      preload: options.preload,
      ...(options.partition === undefined ? {} : { partition: options.partition }),
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
