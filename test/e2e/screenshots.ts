/**
 * `npm run screenshots`: the pictures of the README, from the reference data: real servers, real calls, a home of nobody. Where
 * the system lets it, the home is /home/ada of a mount of its own, so that no path of this machine is in a picture.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { root } from '../journeys/build-once.ts';
import { openRig, type Rig } from './rig/open-rig.ts';
import { fillHome } from './rig/reference-data.ts';
import { settled } from './rig/settled.ts';

const FOLDER = join(root, 'resources', 'screenshots');
const INSIDE = 'RUNLAYER_SCREENSHOTS_INSIDE';
const HOME = '/home/ada';
const OWN_MOUNT = `mount -t tmpfs tmpfs /home && mkdir ${HOME} && exec "$0" "$@"`;

/** Runs this program again where /home is its own; false where the system does not let it. */
function ranInside(): boolean {
  if (process.env[INSIDE] !== undefined) return false;
  const env = { ...process.env, [INSIDE]: '1' };
  const own = ['-rm', 'sh', '-c', OWN_MOUNT];
  if (spawnSync('unshare', [...own, 'true']).status !== 0) {
    console.log('No mount of its own can be had here: paths of a temporary folder will be in the pictures.');
    return false;
  }
  const [script = ''] = process.argv.slice(1);
  const ended = spawnSync('unshare', [...own, process.execPath, script], { env, stdio: 'inherit' });
  process.exitCode = ended.status ?? 1;
  return true;
}

const DARK_TOO = ['overview', 'activity'];
const PAGES = [...DARK_TOO, 'connectors', 'clients', 'policy', 'approvals', 'secrets', 'settings'];

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', caret: 'hide' });
  console.log(`  ${name}.png`);
}

async function show(page: Page, name: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${name}'`);
  await settled(page);
}

async function takeApprovalWindow(context: BrowserContext, page: Page): Promise<void> {
  await show(page, 'approvals');
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('button', { name: 'Answer in the approval window' }).click(),
  ]);
  await popup.setViewportSize({ width: 620, height: 520 });
  await popup.getByRole('button', { name: 'Allow', exact: true }).and(popup.locator(':enabled')).waitFor();
  await take(popup, 'approval-window-light');
  await popup.close();
}

async function takeAll(rig: Rig): Promise<void> {
  const filled = await fillHome(rig.home);
  const sum = { name: 'get-sum', arguments: { a: 19, b: 23 } };
  filled.claude.send({ jsonrpc: '2.0', id: 'asked', method: 'tools/call', params: sum });
  for (const theme of ['light', 'dark'] as const) {
    const context = await rig.context({ theme, height: 720 });
    const page = await rig.open({}, context);
    await page.getByText('1 call waits', { exact: false }).first().waitFor();
    for (const name of theme === 'dark' ? DARK_TOO : PAGES) {
      await show(page, name);
      await take(page, `${name}-${theme}`);
    }
    if (theme === 'light') await takeApprovalWindow(context, page);
    await context.close();
  }
  await filled.close();
}

if (!ranInside()) {
  mkdirSync(FOLDER, { recursive: true });
  const rig = await openRig({
    keyring: true,
    path: process.env[INSIDE] === undefined ? mkdtempSync(join(tmpdir(), 'ada-')) : HOME,
  });
  try {
    await takeAll(rig);
  } finally {
    await rig.close();
  }
}
