/**
 * Owns what no page may do, for every web contents there will ever be: leave our address, open windows, embed, ask for
 * permissions, load from a network, download. Denies all of it without a question.
 */
import type { WebContents } from 'electron';
import { isAppUrl } from './app-protocol.ts';
import type { Electron } from './companion-host.ts';
import { openExternal } from './open-external.ts';

function hardenContents(electron: Electron, contents: WebContents): void {
  // Our own page is loaded by loadURL, which is no navigation: whatever comes here is somebody else's wish.
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    void openExternal(electron, url);
    return { action: 'deny' };
  });
}

/** Before Electron is ready: every web contents, also ones that a defect may create. */
export function hardenAllContents(electron: Electron): void {
  electron.app.on('web-contents-created', (_event, contents) => hardenContents(electron, contents));
}

/** Once Electron is ready: the session that all windows share. */
export function hardenSession(electron: Electron): void {
  const session = electron.session.defaultSession;
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
  // The page talks to the companion by IPC alone. DevTools of a development build load their own address.
  session.webRequest.onBeforeRequest((details, answer) => {
    const ours = isAppUrl(details.url) || (!electron.app.isPackaged && details.url.startsWith('devtools://'));
    answer({ cancel: !ours });
  });
}
