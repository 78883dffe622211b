/** Settings, hub tokens and what the companion says of itself: as a person uses them, with what they must never be given. */
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { fixtureServer, node } from '../journeys/companion-home.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';
import { screenshots } from './rig/screenshots.ts';

describeInBrowser('settings, hub tokens and about', () => {
  let rig: Rig;
  let context: BrowserContext;
  let page: Page;
  let token: string;

  const shoot = async (name: string): Promise<void> => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      // The page scrolls inside its own frame.
      await page.setViewportSize({ width: 1120, height: 1500 });
      await page.screenshot({ path: join(screenshots, `${name}-${theme}.png`) });
    }
    await page.setViewportSize({ width: 1120, height: 760 });
    await page.emulateMedia({ colorScheme: 'light' });
  };
  const go = async (name: string): Promise<void> => {
    await page.getByRole('link', { name, exact: true }).first().click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  };
  const answer = async (click: Locator, button: 'Allow' | 'Deny'): Promise<string> => {
    const [popup] = await Promise.all([context.waitForEvent('page'), click.click()]);
    await popup.bringToFront();
    await popup.getByRole('button', { name: button, exact: true }).waitFor();
    const text = await popup.locator('body').innerText();
    await popup.getByRole('button', { name: button, exact: true }).click();
    if (!popup.isClosed()) await popup.waitForEvent('close');
    return text;
  };

  beforeAll(async () => {
    rig = await openRig();
    await rig.home.add('github', [node, fixtureServer('tools.mjs')], ['--default', 'ask']);
    const bound = await rig.home.json<{ token: string }>(['hub', 'bind', '--all', '-y', '--client', 'claude_code']);
    token = bound.token;
    await rig.home.must(['hub', 'allow-origin', 'http://localhost:6274', '-y']);
    context = await rig.context();
    page = await rig.open({}, context);
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await rig?.close();
  });

  it('the whole journal is verified, with a result that says how far it is believed', async () => {
    await go('Settings');
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('Every record is there, in order and unchanged.', { exact: false }).waitFor();
    await page.getByText('The audit trail is sent to nobody.', { exact: false }).waitFor();
    await page.getByRole('heading', { name: 'App', exact: true }).waitFor();
    await shoot('settings');
  });

  it('what tightens is done at once, and what opens it again waits for a yes', async () => {
    const isAsked = page.getByRole('switch', { name: 'Ask about new tools' });
    await isAsked.click();
    await expect.poll(() => isAsked.getAttribute('aria-checked')).toBe('true');
    expect(await answer(isAsked, 'Deny')).toContain(
      'Let new tools and prompts of every connector be used without asking?',
    );
    await page.getByText('It was refused in the approval window', { exact: false }).waitFor();
    expect(await isAsked.getAttribute('aria-checked')).toBe('true');
    const lockdown = page.getByRole('switch', { name: 'Lockdown' });
    await lockdown.click();
    await page.getByText('Every call is refused.', { exact: false }).waitFor();
    expect(await answer(lockdown, 'Allow')).toContain('Let calls through again?');
    await expect.poll(() => lockdown.getAttribute('aria-checked')).toBe('false');
  });

  it('the audit trail goes to no address without a yes to the whole of it', async () => {
    await page.getByRole('button', { name: 'Deliver it' }).click();
    const dialog = page.getByRole('dialog', { name: 'Deliver the audit trail' });
    await dialog.getByLabel('Address').fill('http://audit.example/ingest');
    await dialog.getByRole('button', { name: 'Deliver it there' }).click();
    await dialog.getByText('It must begin with https://', { exact: false }).waitFor();
    await dialog.getByLabel('Address').fill('https://audit.example/ingest?to=somebody');
    const question = await answer(dialog.getByRole('button', { name: 'Deliver it there' }), 'Deny');
    expect(question).toContain('https://audit.example/ingest?to=somebody');
    await dialog.getByText('It was refused in the approval window', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await rig.home.json(['audit', 'status'])).toMatchObject({ endpoint: null });
  });

  it('a token is listed, and never in the page; the command that makes one is', async () => {
    await go('Hub tokens');
    await page.getByRole('row', { name: 'all connectors' }).getByText('claude_code').waitFor();
    await shoot('hub');
    await page.getByRole('button', { name: 'Make a token' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'A token for all connectors' });
    await dialog.getByText('runlayer hub bind --all').waitFor();
    await shoot('hub-token');
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    expect((await page.content()).includes(token)).toBe(false);
  });

  it('a config is made after a yes, narrowed at once, and deleted', async () => {
    await page.getByRole('button', { name: 'New config' }).click();
    const dialog = page.getByRole('dialog', { name: 'New config' });
    await dialog.getByLabel('Name', { exact: true }).fill('github-readonly');
    await dialog.getByLabel('Connector').selectOption('github');
    await dialog.getByLabel('Tools that may be used').fill('*');
    await shoot('hub-config');
    const question = await answer(dialog.getByRole('button', { name: 'Make it' }), 'Allow');
    expect(question).toContain('connector: github');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Edit github-readonly' }).click();
    const edit = page.getByRole('dialog', { name: 'Edit github-readonly' });
    await edit.getByLabel('Tools that may be used').fill('echo\nread_*');
    await edit.getByRole('button', { name: 'Save' }).click();
    await edit.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: 'github-readonly' }).getByText('echo, read_*').waitFor();
    await page.getByRole('button', { name: 'Delete github-readonly' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No config yet.', { exact: false }).waitFor();
  });

  it('ways in are closed here', async () => {
    await page.getByRole('button', { name: 'Refuse http://localhost:6274' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click();
    await page.getByText('Sandboxes and containers do not reach the hub', { exact: false }).waitFor();
    await page.getByRole('button', { name: /^Revoke b/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No token was made yet.', { exact: false }).waitFor();
    await shoot('hub-empty');
  });

  it('says what it is made of, what it protects and what it does not', async () => {
    await go('About');
    await page.getByRole('heading', { name: 'Not protected' }).waitFor();
    await page.getByText('SQLite', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Show diagnostics' }).click();
    const diagnostics = page.getByLabel('Diagnostics');
    await diagnostics.getByText('Runlayer Companion', { exact: false }).first().waitFor();
    const text = await diagnostics.innerText();
    expect(text).toContain('connectors: 1 program');
    expect(text).not.toContain('github');
    expect(text).not.toContain(rig.home.path);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByLabel('Search packages').fill('zod');
    await page.getByRole('button', { name: 'Read the licence of zod', exact: true }).click();
    await page.getByRole('dialog').getByText('Permission is hereby granted', { exact: false }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await shoot('about');
  });
});
