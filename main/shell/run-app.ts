/** Wires the parts of the app once Electron is ready: its windows, one tray, notifications, the companion. */
import { homedir } from 'node:os';
import { VERSION } from '../version.ts';
import { appMenu } from './app-menu.ts';
import type { StartAppOptions } from './app-options.ts';
import { createApprovalWindow } from './approval-window.ts';
import type { CompanionHost } from './companion-host.ts';
import { serveDocuments } from './documents.ts';
import { sendEvent, serveWindows, type ServedWindow } from './ipc.ts';
import { createLoginItem, HIDDEN_SWITCH } from './login-item.ts';
import { createMainWindow } from './main-window.ts';
import { createNotifications } from './notifications.ts';
import { shellPaths } from './paths.ts';
import { createPreferences } from './preferences.ts';
import type { Prepared } from './prepare.ts';
import { drainBeforeQuit } from './quit.ts';
import { createShellActions } from './shell-actions.ts';
import type { ShellStore } from './shell-store.ts';
import type { TrayAction } from './tray-model.ts';
import { createTrayState } from './tray-state.ts';
import { createTray } from './tray.ts';
import { watchUpdates } from './updates.ts';
import { createWaiting } from './waiting.ts';

const after = (ms: number, then: () => void): (() => void) => {
  const timer = setTimeout(then, ms);
  timer.unref();
  return () => clearTimeout(timer);
};
const timeOfDay = (time: number): string =>
  new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

/** Resolves when the app runs; rejects where a part of it cannot. */
export async function runApp(options: StartAppOptions, prepared: Prepared): Promise<void> {
  const { electron, process } = options;
  const { app } = electron;
  const paths = shellPaths(electron, process);
  const { wishes } = prepared;
  const host = (): CompanionHost | undefined => prepared.host();
  let opened: ShellStore | undefined;
  // Only once the companion runs: opened earlier, the store would make its home, and not as private as it must be.
  const store = (): ShellStore => (opened ??= options.openStore(paths.home));

  await serveDocuments(electron, { companion: paths.renderer, approval: paths.approval });
  const waiting = createWaiting(options.monotonic);
  const main = createMainWindow(electron, { preload: paths.preload, store });
  const approval = createApprovalWindow(electron, { preload: paths.preload, waiting, now: options.monotonic });
  const windows: readonly ServedWindow[] = [
    { window: () => main.current(), host: 'companion', caller: 'ui' },
    {
      window: () => approval.current(),
      host: 'approval',
      caller: 'window',
      objects: (name, input) => approval.objects(name, input),
    },
  ];
  serveWindows(electron, { windows, host });

  const actions = createShellActions(host);
  const updates = watchUpdates({
    feed: options.updateFeed,
    version: VERSION,
    fetch: options.fetch,
    now: options.now,
    after,
    changed: () => tray.draw(trayState.view()),
  });
  const trayState = createTrayState({
    host,
    update: () => updates.state(),
    now: options.now,
    after,
    clock: timeOfDay,
    changed: () => tray.draw(trayState.view()),
  });
  const act = (action: TrayAction): void => {
    switch (action.kind) {
      case 'open':
        wishes.want({ kind: 'show', ...(action.route === undefined ? {} : { route: action.route }) });
        return;
      case 'review':
        if (host() !== undefined) approval.show();
        return;
      case 'deny_all':
        void actions.denyAll();
        return;
      case 'lockdown':
        void actions.lockdown(action.on);
        return;
      case 'quit':
        app.quit();
    }
  };
  const menu = appMenu(process.platform);
  electron.Menu.setApplicationMenu(menu === undefined ? null : electron.Menu.buildFromTemplate(menu));
  const tray = createTray(electron, {
    images: paths.trayImages,
    platform: process.platform,
    view: trayState.view(),
    act,
  });
  const preferences = createPreferences({
    store,
    loginItem: createLoginItem(electron, { ...process, userHome: homedir() }),
  });
  const notifications = createNotifications(electron, {
    platform: process.platform,
    enabled: () => preferences.notifications(),
    waiting,
    isReviewing: () => approval.current()?.isVisible() ?? false,
    clicked: act,
    deny: (what) => void actions.deny(what),
    after,
  });

  const starting = options.startCompanion({
    kind: 'app',
    home: paths.home,
    version: VERSION,
    interfaceDirectory: paths.renderer,
    program: paths.program,
    openReview: () => approval.show(),
    shell: { preferences, updates: () => updates.state() },
  });
  drainBeforeQuit(electron, async () => (await starting).stop());
  const started = await starting;
  prepared.begin(started);
  started.subscribe((event) => {
    const before = waiting.count();
    waiting.onEvent(event);
    trayState.onEvent(event);
    for (const window of windows) sendEvent(window, event);
    notifications.onEvent(event);
    if (waiting.count() !== before) approval.waitingChanged(waiting.count() > before ? 'began' : 'ended');
  });
  // macOS and Windows say so; where nobody does, a question waits until its time is over.
  electron.powerMonitor.on('lock-screen', () => host()?.screenLocked(true));
  electron.powerMonitor.on('unlock-screen', () => host()?.screenLocked(false));
  // `runlayer stop` ends this host like any other.
  void started.stopped.then(() => {
    prepared.end();
    updates.close();
    notifications.close();
    // The last word of the tray waits for no pace.
    void trayState.refresh().then(() => {
      trayState.close();
      tray.draw(trayState.view());
    });
    app.quit();
  });
  await trayState.refresh();
  const isHidden =
    app.commandLine.hasSwitch(HIDDEN_SWITCH) ||
    (process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);
  let isFirst = true;
  wishes.begin((wish) => {
    isFirst = false;
    if (wish.kind === 'show') main.show(wish.route);
    else void actions.sync().then(() => trayState.refresh());
  });
  if (isFirst && !isHidden) main.show();
}
