/**
 * Owns app://companion/ and app://approval/: two documents on two origins, so that nothing that runs in the one can reach the
 * other. Each answers only with the files that were built for it, from memory, under the interface's content security
 * policy. Anything else is 404; no address ever becomes a path on disk.
 */
import type { StaticFiles } from '../control/http-static.ts';
import { SECURITY_HEADERS } from '../control/http-headers.ts';

export const APP_SCHEME = 'app';

/** `companion`: the interface; `approval`: the window in which a person says yes or no. */
export type AppHost = 'companion' | 'approval';
export const APP_URL = `${APP_SCHEME}://companion/`;
export const APPROVAL_URL = `${APP_SCHEME}://approval/`;

/** Privileges of the scheme; to be registered before Electron is ready. */
export const APP_PRIVILEGES = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  bypassCSP: false,
  allowServiceWorkers: false,
  corsEnabled: false,
  stream: false,
} as const;

/** True for an address of this one of our documents, whatever its path. */
export function isAppUrl(address: string, host: AppHost): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return (
    url.protocol === `${APP_SCHEME}:` &&
    url.host === host &&
    url.username === '' &&
    url.password === '' &&
    url.port === ''
  );
}

export function answerAppRequest(
  host: AppHost,
  files: StaticFiles,
  request: { readonly method: string; readonly url: string },
): Response {
  const path = isAppUrl(request.url, host) && request.method === 'GET' ? new URL(request.url).pathname : undefined;
  const file = path === undefined ? undefined : files.get(path);
  if (file === undefined) return new Response('Not found', { status: 404, headers: SECURITY_HEADERS });
  return new Response(file.body, {
    headers: { ...SECURITY_HEADERS, 'cache-control': 'no-store', 'content-type': file.type },
  });
}
