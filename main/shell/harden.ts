/**
 * Owns what no page may do, for every web contents there will ever be: leave our address, open windows, embed, ask for
 * permissions, load from a network, download. Denies all of it without a question.
 */
import type { Session, WebContents } from 'electron';
import { isAppUrl, type AppHost } from './app-protocol.ts';
import type { Electron } from './companion-host.ts';
import { openExternal } from './open-external.ts';

function hardenContents(electron: Electron, contents: WebContents, known: () => readonly string[]): void {
  // Our own page is loaded by loadURL, which is no navigation: whatever comes here is somebody else's wish.
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // No policy of a page covers WebRTC: it goes through the proxy below or not at all.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.setWindowOpenHandler(({ url }) => {
    // The interface has links; the approval window has none.
    if (isAppUrl(contents.getURL(), 'companion')) void openExternal(electron, url, known());
    return { action: 'deny' };
  });
}

/**
 * Before Electron is ready: every web contents, also ones that a defect may create.
 * @param known addresses that main holds and a person may be sent to, at the moment of the question.
 */
export function hardenAllContents(electron: Electron, known: () => readonly string[]): void {
  // Our pages come from memory, and the companion has Node's own network: Chromium needs no name and no address of anybody.
  electron.app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  electron.app.on('web-contents-created', (_event, contents) => hardenContents(electron, contents, known));
}

/** Nobody listens there, and Chromium takes the port for unsafe besides. */
const DEAD_PROXY = '127.0.0.1:9';

/** Once Electron is ready: the session of one of our documents. */
export async function hardenSession(electron: Electron, session: Session, host: AppHost): Promise<void> {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
  // The page talks to the companion by IPC alone. DevTools of a development build load their own address.
  session.webRequest.onBeforeRequest((details, answer) => {
    const ours = isAppUrl(details.url, host) || (!electron.app.isPackaged && details.url.startsWith('devtools://'));
    answer({ cancel: !ours });
  });
  // What those listeners never see (WebRTC, hints to connect) ends here.
  await session.setProxy({ mode: 'fixed_servers', proxyRules: DEAD_PROXY, proxyBypassRules: '<-loopback>' });
}
