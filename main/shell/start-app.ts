/**
 * Builds the tray app round a companion and wires its parts: one instance, one window, one tray. Holds no decision of
 * its own. A companion that cannot start is shown with its next step, and the app ends.
 */
import { CompanionError, toFailure } from '../../preload/contract/failure.ts';
import { VERSION } from '../version.ts';
import { readStaticFiles } from '../control/http-static.ts';
import { appMenu } from './app-menu.ts';
import { answerAppRequest, APP_PRIVILEGES, APP_SCHEME } from './app-protocol.ts';
import type { CompanionHost, Electron, StartCompanion } from './companion-host.ts';
import { hardenAllContents, hardenSession } from './harden.ts';
import { sendEvent, serveWindow } from './ipc.ts';
import { shellPaths } from './paths.ts';
import { drainBeforeQuit } from './quit.ts';
import type { ShellStore } from './shell-store.ts';
import { createTrayState } from './tray-state.ts';
import { createTray } from './tray.ts';
import { createWindowOwner } from './window.ts';

export interface StartAppOptions {
  readonly electron: Electron;
  readonly startCompanion: StartCompanion;
  readonly openStore: (home: string) => ShellStore;
  readonly process: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly platform: string;
    readonly resourcesPath: string;
  };
  readonly now: () => number;
}

/** All that Electron wants before it is ready. @returns false where another instance runs; this one then ends. */
function prepare(electron: Electron): boolean {
  const { app } = electron;
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return false;
  }
  // A dump of this process would hold secrets: no crash reporter is started, and Chromium's own is off.
  app.commandLine.appendSwitch('disable-breakpad');
  app.commandLine.appendSwitch('disable-crash-reporter');
  app.enableSandbox();
  electron.protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: APP_PRIVILEGES }]);
  hardenAllContents(electron);
  return true;
}

async function run(options: StartAppOptions): Promise<void> {
  const { electron } = options;
  const paths = shellPaths(electron, options.process);
  let host: CompanionHost | undefined;

  const window = createWindowOwner(electron, {
    preload: paths.preload,
    openStore: () => options.openStore(paths.home),
  });
  const trayState = createTrayState({ host: () => host, now: options.now, changed: () => tray.draw(trayState.view()) });
  const files = await readStaticFiles(paths.renderer);
  hardenSession(electron);
  electron.protocol.handle(APP_SCHEME, (request) => answerAppRequest(files, request));
  serveWindow(electron, { window: () => window.current(), host: () => host });

  let wanted = !electron.app.commandLine.hasSwitch('hidden');
  const show = (): void => {
    // Before the companion runs there is nothing to show: the wish is kept.
    if (host === undefined) wanted = true;
    else window.show();
  };
  electron.app.on('second-instance', show);
  electron.app.on('activate', show);

  const menu = appMenu(options.process.platform);
  electron.Menu.setApplicationMenu(menu === undefined ? null : electron.Menu.buildFromTemplate(menu));
  const tray = createTray(electron, {
    images: paths.trayImages,
    platform: options.process.platform,
    view: trayState.view(),
    act: (action) => (action === 'open' ? show() : electron.app.quit()),
  });

  const starting = options.startCompanion({
    kind: 'app',
    home: paths.home,
    version: VERSION,
    interfaceDirectory: paths.renderer,
    program: paths.program,
    openReview: () => show(),
  });
  drainBeforeQuit(electron, async () => (await starting).stop());
  const started = await starting;
  host = started;
  started.subscribe((event) => {
    trayState.onEvent(event);
    sendEvent(window.current(), event);
  });
  // `runlayer stop` ends this host like any other.
  void started.stopped.then(() => {
    host = undefined;
    void trayState.refresh();
    electron.app.quit();
  });
  await trayState.refresh();
  if (wanted) window.show();
}

/**
 * Starts the app. `--hidden` starts without a window.
 * @returns resolves when it runs, or is about to end; never rejects. The entry must not await it at its top level:
 * Electron is not ready before an ES module's entry is done.
 */
export async function startApp(options: StartAppOptions): Promise<void> {
  const { app, dialog } = options.electron;
  if (!prepare(options.electron)) return;
  // The tray is the app: it lives on without a window.
  app.on('window-all-closed', () => undefined);
  try {
    await app.whenReady();
    await run(options);
  } catch (thrown) {
    const { message, next } = toFailure(thrown);
    dialog.showErrorBox('Runlayer Companion could not start', `${message}\n\n${next}`);
    app.exit(thrown instanceof CompanionError ? thrown.exitCode : 1);
  }
}
