/** Electron's entry. No logic: it hands Electron and the companion to the shell. */
import * as electron from 'electron';
import { openShellStore } from './shell/electron-shell-store.ts';
import { startApp } from './shell/start-app.ts';
import { UPDATE_FEED } from './shell/update-feed.ts';

// Not awaited: Electron becomes ready only after this module is done.
void startApp({
  electron,
  openStore: openShellStore,
  process,
  now: () => Date.now(),
  monotonic: () => performance.now(),
  fetch: (address, init) => fetch(address, init),
  updateFeed: UPDATE_FEED,
  startCompanion: async (options) => (await import('./companion.ts')).startCompanion(options),
});
