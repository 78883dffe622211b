/** Debian's Chromium, without a window. Whoever launches it closes it, and with it everything that it started. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Why no browser can be started here; undefined when one can. For `describe.skipIf` and the title. */
export const browserMissing: string | undefined = existsSync(CHROMIUM) ? undefined : `no ${CHROMIUM}`;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `more`: further flags. */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  return await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...more] });
}
