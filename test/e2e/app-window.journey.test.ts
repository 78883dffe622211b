/**
 * The app's two documents on the app's own IPC: the interface, and the approval window in which alone a person says yes. The
 * shell, the companion, its servers and the documents are real; the windows are a browser's (see rig/app-page.ts).
 */
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { AppShell } from '../journeys/app-shell.ts';
import { root } from '../journeys/build-once.ts';
import { everythingServer, node, openHome, type CompanionHome } from '../journeys/companion-home.ts';
import { connect, textOf } from '../journeys/deciding-steps.ts';
import type { RawClient } from '../journeys/raw-client.ts';
import { openAppPage } from './rig/app-page.ts';
import { launchChromium } from './rig/chromium.ts';
import { picture } from './rig/look-at.ts';
import { describeInBrowser } from './rig/open-rig.ts';
import { Complaints, watchContext } from './rig/watched-page.ts';

describeInBrowser('the app’s windows', () => {
  const complaints = new Complaints();
  let browser: Browser;
  let home: CompanionHome;
  let app: AppShell;
  let context: BrowserContext;
  let page: Page;
  let client: RawClient;

  beforeAll(async () => {
    browser = await launchChromium();
    home = await openHome();
    app = await AppShell.start(home);
    context = await browser.newContext({ viewport: { width: 1120, height: 760 }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(45_000);
    await watchContext(context, complaints);
    page = await openAppPage(context, app, 'companion', join(root, 'out', 'renderer'));
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
  afterEach(() => {
    expect(complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await client?.close();
    await app?.quit();
    await browser?.close();
    await home?.close();
  });

  /** The window that the shell opened by itself, in front of the person. */
  const approvalWindow = async (): Promise<Page> => {
    await app.until('the approval window is open', ({ windows }) =>
      windows.some(({ address }) => address === 'app://approval/'),
    );
    const opened = await openAppPage(context, app, 'approval', join(root, 'out', 'approval'));
    await opened.bringToFront();
    return opened;
  };
  const allow = async (approval: Page): Promise<void> => {
    // A browser keeps a page from closing itself that a person opened; Electron does not.
    complaints.expect(/Scripts may close only the windows/);
    await approval.getByRole('button', { name: 'Allow' }).click();
    await approval.getByText('Nothing waits for your answer.').waitFor();
    await approval.close();
    await app.closeWindow('approval');
  };

  it('hold what the command line wants: the whole of it is shown, Deny has the keyboard', async () => {
    const added = home.runlayer([
      'connectors',
      'add',
      'things',
      '-y',
      '--default',
      'ask',
      '--',
      node,
      everythingServer,
    ]);
    const approval = await approvalWindow();
    await approval.getByText(everythingServer, { exact: false }).first().waitFor();
    expect(await approval.evaluate('document.activeElement.textContent')).toBe('Deny');
    await picture(approval, 'app-approval-light');
    await allow(approval);
    expect((await added).code).toBe(0);
  });

  it('let a call through by a yes', async () => {
    client = await connect(home, 'things', 'Cursor');
    const called = client.call('one', 'echo', { message: 'hello' });
    const approval = await approvalWindow();
    await approval.getByText('Cursor wants to call echo').waitFor();
    await allow(approval);
    expect(textOf(await called)).toContain('hello');
  });

  it('show a blocked call', async () => {
    await home.must(['policy', 'deny', 'things', 'get-*']);
    await page.bringToFront();
    await page.getByRole('link', { name: 'Activity' }).click();
    await Promise.all([client.call('two', 'get-env', {}), page.getByText('get-env').first().waitFor()]);
  });

  it('stop everything, and end that only by a yes', async () => {
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('button', { name: 'Stop all calls' }).click();
    await page.getByText('LOCKED DOWN', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Let calls through again' }).click();
    await page.getByText('Your answer is needed.').waitFor();
    const approval = await approvalWindow();
    await approval.getByText('Let calls through again?').waitFor();
    await allow(approval);
    await page.bringToFront();
    await page.getByRole('button', { name: 'Stop all calls' }).waitFor();
  });

  it('say what can be chosen about the app, and why not', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('Only an installed app can be started at login.').waitFor();
    await picture(page, 'app-settings-light');
  });
});
