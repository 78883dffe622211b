/** Each of our documents has a session of its own, which serves that document and nothing else. */
import { readStaticFiles } from '../control/http-static.ts';
import { answerAppRequest, APP_SCHEME, type AppHost } from './app-protocol.ts';
import { APPROVAL_PARTITION } from './approval-window.ts';
import type { Electron } from './companion-host.ts';
import { hardenSession } from './harden.ts';

/**
 * @param folders of the built files.
 * @throws CompanionError `E_INTERFACE_MISSING`
 */
export async function serveDocuments(electron: Electron, folders: Readonly<Record<AppHost, string>>): Promise<void> {
  const sessions = {
    companion: electron.session.defaultSession,
    approval: electron.session.fromPartition(APPROVAL_PARTITION, { cache: false }),
  };
  for (const host of ['companion', 'approval'] as const) {
    const files = await readStaticFiles(folders[host]);
    const session = sessions[host];
    await hardenSession(electron, session, host);
    session.protocol.handle(APP_SCHEME, (request) => answerAppRequest(host, files, request));
  }
}
