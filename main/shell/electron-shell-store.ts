import ElectronStore from 'electron-store';
import { ipcMain } from 'electron';
import type { ShellStore } from './shell-store.ts';

/** @param home absolute path of the companion's home. A damaged file is replaced: it holds nothing that matters. */
export function openShellStore(home: string): ShellStore {
  const store = new ElectronStore<{ window?: unknown; notifications?: unknown }>({
    cwd: home,
    name: 'shell',
    clearInvalidConfig: true,
  });
  // electron-store answers renderers on a channel of its own; our window has two channels and no third.
  ipcMain.removeAllListeners('electron-store-get-data');
  return {
    get: (key) => store.get(key),
    set: (key: string, value: unknown) => store.set(key, value),
  };
}
