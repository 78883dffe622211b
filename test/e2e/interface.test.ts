import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createHttpInterface, type HttpInterface } from '../../main/control/http-interface.ts';
import { createFakeCompanion, entryAt, type FakeCompanion } from './fake-companion.ts';
import { launchChromium } from './rig/chromium.ts';
import { picture } from './rig/look-at.ts';
import { describeInBrowser } from './rig/open-rig.ts';
import { scriptSizes } from './rig/script-sizes.ts';
import { Complaints, watchContext } from './rig/watched-page.ts';

const projectDirectory = join(import.meta.dirname, '..', '..');

let browser: Browser;
let built: string;
let companion: FakeCompanion;
let ui: HttpInterface;
let context: BrowserContext;
let page: Page;
const complaints = new Complaints();
const now = Date.now();

async function openPage(colorScheme: 'light' | 'dark'): Promise<void> {
  context = await browser.newContext({ colorScheme, viewport: { width: 1120, height: 760 }, reducedMotion: 'reduce' });
  await watchContext(context, complaints);
  page = await context.newPage();
}

const startInterface = async (port = 0): Promise<HttpInterface> =>
  createHttpInterface({
    staticDirectory: built,
    call: companion.call,
    subscribe: companion.subscribe,
    now: () => Date.now(),
    randomToken: () => randomBytes(32).toString('base64url'),
    port,
  });

describeInBrowser('the interface in a browser', () => {
  beforeAll(async () => {
    built = await mkdtemp(join(tmpdir(), 'rl-renderer-'));
    await build({
      configFile: join(projectDirectory, 'renderer', 'vite.config.ts'),
      logLevel: 'silent',
      build: { outDir: built, emptyOutDir: true },
    });
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await rm(built, { recursive: true, force: true });
  });

  beforeEach(async () => {
    companion = createFakeCompanion(now);
    ui = await startInterface();
  });
  afterEach(async () => {
    await context.close();
    await ui.close();
  });

  it('loads at most 180 KiB of script, and nothing inline', async () => {
    await openPage('light');
    const { initial } = scriptSizes(built);
    expect(initial).toBeGreaterThan(0);
    expect(initial).toBeLessThanOrEqual(180 * 1024);
    expect(await readFile(join(built, 'index.html'), 'utf8')).not.toMatch(/<script>|<style|data:|https?:/);
  });

  it.each(['light', 'dark'] as const)('shows whether the person is protected, and the calls, in %s', async (theme) => {
    await openPage(theme);
    await page.goto(ui.mintLink());
    await page.getByText('Something needs you').waitFor();
    expect(page.url()).toBe(`${ui.url()}#/`);
    expect(await page.locator('body').innerText()).toContain('1 call waits for your answer.');
    await page.getByRole('link', { name: 'See what waits' }).first().waitFor();
    await page.getByText('Cursor starts 2 servers without the companion.').waitFor();
    await page.getByText('U+202E right-to-left override').first().waitFor();
    await picture(page, `overview-${theme}`);

    await page.getByRole('link', { name: 'Activity' }).click();
    const rows = page.locator('[role="grid"] [data-row]');
    await rows.first().waitFor();
    await page.getByText('24 calls').waitFor();
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('25');
    await picture(page, `activity-${theme}`);

    companion.emit({
      type: 'log',
      entry: entryAt(now + 1000, {
        client: 'Zed',
        tool: 'live_call',
        effect: 'deny',
        code: 'rule_deny',
        outcome: 'refused',
      }),
    });
    await rows.getByText('live_call').waitFor();
    expect(await rows.first().innerText()).toContain('live_call');

    const hostile = rows.filter({ hasText: 'onerror' }).first();
    expect(await hostile.innerText()).toContain('hidden text: hi');
    expect(await page.locator('img').count()).toBe(0);
    await hostile.click();
    const detail = page.getByRole('complementary', { name: 'Call' });
    await detail.getByText('The name of this tool holds characters that are not allowed.').waitFor();
    expect(await detail.innerText()).toContain('U+200B zero-width space');
    await picture(page, `detail-hostile-${theme}`);
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });

    await rows.filter({ hasText: 'commit' }).first().click();
    await detail.getByText('text of 1,204 bytes, not kept').waitFor();
    expect(await detail.innerText()).toContain('ask-writes');
    await picture(page, `detail-${theme}`);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Denied', exact: true }).click();
    await rows.filter({ hasText: 'read_file' }).first().waitFor({ state: 'detached' });
    expect(await rows.filter({ hasText: 'live_call' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Asked', exact: true }).click();
    await rows.filter({ hasText: 'commit' }).first().waitFor();
    expect(complaints.take()).toEqual([]);
  });

  it('is protected when nothing needs the person, and says when protection is weakened', async () => {
    companion.setStatus({ waitingApprovals: 0 });
    companion.setClients([]);
    await openPage('light');
    await page.goto(ui.mintLink());
    await page.getByText('database is paused: its server keeps crashing.').waitFor();
    companion.setConnectors([]);
    companion.emit({ type: 'status_changed' });
    await page.getByText('No connector yet.').waitFor();
    companion.emit({ type: 'weakened', operation: 'policy.add', text: 'allow files *', caller: 'cli' });
    await page.getByText('Protection was weakened.').waitFor();
    await picture(page, 'weakened-light');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByText('Protection was weakened.').count()).toBe(0);
    expect(complaints.take()).toEqual([]);
  });

  it('leaves room for what is wrong, however long the next step is', async () => {
    companion.setStatus({ waitingApprovals: 0, enforcement: 'open' });
    await openPage('light');
    await page.goto(ui.mintLink());
    const wrong = page.getByText('Not enforcing on outage', { exact: false }).first();
    await wrong.waitFor();
    expect((await wrong.boundingBox())?.height).toBeLessThan(80);
    await picture(page, 'open-light');
    expect(complaints.take()).toEqual([]);
  });

  it('denies a waiting call', async () => {
    await openPage('light');
    await page.goto(ui.mintLink());
    await page.getByRole('link', { name: 'See what waits' }).first().click();
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('Nothing waits for you.', { exact: false }).waitFor();
    expect(companion.denied).toEqual(['{"id":"7f3a"}']);
    expect(complaints.take()).toEqual([]);
  });

  it('can be used with the keyboard alone', async () => {
    await openPage('light');
    await page.goto(ui.mintLink());
    await page.getByText('Something needs you').waitFor();
    // Past the way to the page itself, and Overview.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const grid = page.getByRole('grid');
    await grid.locator('[data-row="1"]').getByText('exec').waitFor();
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Call' }).getByText('no-shell').first().waitFor();
    expect(await grid.locator('[aria-selected="true"]').innerText()).toContain('exec');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(`document.activeElement?.getAttribute('role')`)).toBe('grid');
    expect(complaints.take()).toEqual([]);
  });

  it('survives a reload, and says that a link was used already', async () => {
    await openPage('dark');
    const link = ui.mintLink();
    await page.goto(link);
    await page.getByText('Something needs you').waitFor();
    await page.reload();
    await page.getByText('Something needs you').waitFor();
    expect(complaints.take()).toEqual([]);

    const other = await context.newPage();
    await other.goto(link);
    await other.getByText('This link was used already.').waitFor();
    expect(await other.locator('body').innerText()).toContain('runlayer open');
    await picture(other, 'link-used-dark');
    // The next link in the very same tab signs it in.
    await other.goto(ui.mintLink());
    await other.getByText('Something needs you').waitFor();
    expect(other.url()).toBe(`${ui.url()}#/`);

    const bare = await context.newPage();
    await bare.goto(ui.url());
    await bare.getByText('This page opens with a link from a terminal.').waitFor();
  });

  it('says that the companion stopped, and that it was started anew', async () => {
    await openPage('light');
    await page.goto(ui.mintLink());
    await page.getByText('Something needs you').waitFor();
    await ui.close();
    await page.getByRole('alert').getByText('The companion stopped.').waitFor();
    expect(await page.locator('body').innerText()).toContain('Not enforcing');
    await picture(page, 'stopped-light');
    ui = await startInterface(Number(new URL(ui.url()).port));
    // A new companion knows no bearer of the old one.
    await page.getByText('This page is not signed in to the companion (any more).').waitFor();
    await page.goto(ui.mintLink());
    await page.getByText('Something needs you').waitFor();
  });
});
