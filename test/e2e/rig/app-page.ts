/**
 * One of the app's documents in a browser, over the app's own IPC: the built files under their policy, and in the place of the
 * preload bridge one that leads to the running shell. What is different from Electron is the window and the scheme.
 */
import type { BrowserContext, Page } from 'playwright-core';
import { SECURITY_HEADERS } from '../../../main/control/http-headers.ts';
import { readStaticFiles } from '../../../main/control/http-static.ts';
import type { AppShell } from '../../journeys/app-shell.ts';

/** Runs before the document's own script. */
const BRIDGE = `(() => {
  const listeners = new Set();
  const look = async () => {
    for (const event of await window.appEvents()) for (const listener of listeners) listener(event);
    setTimeout(look, 50);
  };
  setTimeout(look, 50);
  window.companion = {
    call: (name, input) => window.appCall(name, input),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
})()`;

/** @param folder of the built document. */
export async function openAppPage(
  context: BrowserContext,
  app: AppShell,
  host: 'companion' | 'approval',
  folder: string,
): Promise<Page> {
  const files = await readStaticFiles(folder);
  const page = await context.newPage();
  await page.route('**/*', async (route) => {
    const file = files.get(new URL(route.request().url()).pathname);
    await (file === undefined
      ? route.fulfill({ status: 404, headers: SECURITY_HEADERS })
      : route.fulfill({ body: file.body, headers: { ...SECURITY_HEADERS, 'content-type': file.type } }));
  });
  // The page may be gone before the shell answers it.
  await page.exposeFunction('appCall', (name: string, input: unknown) => app.call(host, name, input));
  await page.exposeFunction('appEvents', () => app.events(host).catch(() => []));
  await page.addInitScript({ content: BRIDGE });
  await page.goto(`https://${host}.app/`);
  return page;
}
