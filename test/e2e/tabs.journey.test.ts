/** A page that is loaded again, opened twice, or left behind by a companion that stopped: it says what to do. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

describeInBrowser('a tab', () => {
  let rig: Rig;
  let context: BrowserContext;
  let page: Page;

  const overview = async (of: Page): Promise<void> => {
    await of.getByRole('heading', { name: 'Overview' }).waitFor();
    await of.getByRole('status').getByText('Connected').waitFor();
  };

  beforeAll(async () => {
    rig = await openRig();
  });
  beforeEach(async () => {
    context = await rig.context();
    page = await rig.open({}, context);
    await overview(page);
  });
  afterEach(async () => {
    await context.close();
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await rig?.close();
  });

  it('stays where it was when it is loaded again', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(new URL(page.url()).hash).toBe('#/settings');
    await page.goBack();
    await overview(page);
  });

  it('holds nothing that signs another one in', async () => {
    expect(new URL(page.url()).hash).toBe('#/');
    const other = await context.newPage();
    await other.goto(new URL(page.url()).origin);
    await other.getByText('This page opens with a link from a terminal.').waitFor();
    await other.getByText('runlayer open', { exact: true }).waitFor();
    expect(await other.evaluate('document.cookie + localStorage.length')).toBe('0');
  });

  it('says that a link was used already', async () => {
    // A refused exchange of a link is an answer of HTTP, which a browser writes to its console.
    rig.complaints.expect(/401|403|409|410/);
    const link = await rig.link();
    const first = await context.newPage();
    await first.goto(link);
    await overview(first);
    const second = await context.newPage();
    await second.goto(link);
    await second.getByText('This link was used already.').waitFor();
  });

  it('shows what was done in another one', async () => {
    const other = await rig.open({}, context);
    await overview(other);
    await other.getByRole('button', { name: 'Stop all calls' }).click();
    await page.getByText('LOCKED DOWN', { exact: false }).first().waitFor();
    await rig.home.must(['lockdown', 'off', '-y']);
    await page.getByRole('button', { name: 'Stop all calls' }).waitFor();
  });

  it('says that the companion stopped and what to type, and works again with a new link', async () => {
    rig.complaints.expect(
      /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/,
    );
    await rig.home.must(['stop']);
    const alert = page.getByRole('alert').filter({ hasText: 'The companion stopped.' });
    await alert.waitFor();
    await alert.getByText('runlayer serve', { exact: true }).waitFor();
    await page.getByText('Not enforcing').first().waitFor();
    await rig.serve();
    await page.goto(await rig.link());
    await overview(page);
    expect(await alert.count()).toBe(0);
  });
});
