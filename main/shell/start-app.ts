/**
 * Starts the tray app round a companion: one instance, its windows, one tray. A companion that cannot start is shown with its
 * next step, and the app ends.
 */
import { CompanionError, toFailure } from '../../preload/contract/failure.ts';
import type { StartAppOptions } from './app-options.ts';
import { prepare } from './prepare.ts';
import { runApp } from './run-app.ts';

/**
 * Starts the app. `--hidden` starts without a window.
 * @returns resolves when it runs, or is about to end; never rejects. The entry must not await it at its top level:
 * Electron is not ready before an ES module's entry is done.
 */
export async function startApp(options: StartAppOptions): Promise<void> {
  const { app, dialog } = options.electron;
  const prepared = prepare(options);
  if (prepared === undefined) return;
  // The tray is the app: it lives on without a window.
  app.on('window-all-closed', () => undefined);
  try {
    await app.whenReady();
    await runApp(options, prepared);
  } catch (thrown) {
    const { message, next } = toFailure(thrown);
    dialog.showErrorBox('Runlayer Companion could not start', `${message}\n\n${next}`);
    app.exit(thrown instanceof CompanionError ? thrown.exitCode : 1);
  }
}
