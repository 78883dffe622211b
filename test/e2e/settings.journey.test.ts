/** Settings, hub tokens and what the companion says of itself: as a person uses them, with what they must never be given. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { fixtureServer, node } from '../journeys/companion-home.ts';
import { answerHeld } from './rig/answer-held.ts';
import { lookAt } from './rig/look-at.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

describeInBrowser('settings, hub tokens and about', () => {
  let rig: Rig;
  let context: BrowserContext;
  let page: Page;
  let token: string;

  const go = async (name: string): Promise<void> => {
    await page.getByRole('link', { name, exact: true }).first().click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
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
    await lookAt(page, 'settings');
  });

  it('what tightens is done at once, and what opens it again waits for a yes', async () => {
    const isAsked = page.getByRole('switch', { name: 'Ask about new tools' });
    await isAsked.click();
    await expect.poll(() => isAsked.getAttribute('aria-checked')).toBe('true');
    expect(await answerHeld(page, () => isAsked.click(), 'Deny')).toContain(
      'Let new tools and prompts of every connector be used without asking?',
    );
    await page.getByText('It was refused in the approval window', { exact: false }).waitFor();
    expect(await isAsked.getAttribute('aria-checked')).toBe('true');
    const lockdown = page.getByRole('switch', { name: 'Lockdown' });
    await lockdown.click();
    await page.getByText('Every call is refused.', { exact: false }).waitFor();
    expect(await answerHeld(page, () => lockdown.click(), 'Allow')).toContain('Let calls through again?');
    await expect.poll(() => lockdown.getAttribute('aria-checked')).toBe('false');
  });

  it('the audit trail goes to no address without a yes to the whole of it', async () => {
    await page.getByRole('button', { name: 'Deliver it' }).click();
    const dialog = page.getByRole('dialog', { name: 'Deliver the audit trail' });
    await dialog.getByLabel('Address').fill('http://audit.example/ingest');
    await dialog.getByRole('button', { name: 'Deliver it there' }).click();
    await dialog.getByText('It must begin with https://', { exact: false }).waitFor();
    await dialog.getByLabel('Address').fill('https://audit.example/ingest?to=somebody');
    const question = await answerHeld(
      page,
      () => dialog.getByRole('button', { name: 'Deliver it there' }).click(),
      'Deny',
    );
    expect(question).toContain('https://audit.example/ingest?to=somebody');
    await dialog.getByText('It was refused in the approval window', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await rig.home.json(['audit', 'status'])).toMatchObject({ endpoint: null });
  });

  it('a token is listed, and never in the page; the command that makes one is', async () => {
    await go('Hub tokens');
    await page.getByRole('row', { name: 'all connectors' }).getByText('claude_code').waitFor();
    await lookAt(page, 'hub');
    await page.getByRole('button', { name: 'Make a token' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'A token for all connectors' });
    await dialog.getByText('runlayer hub bind --all').waitFor();
    await lookAt(page, 'hub-token');
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    expect((await page.content()).includes(token)).toBe(false);
  });

  it('a config is made after a yes, narrowed at once, and deleted', async () => {
    await page.getByRole('button', { name: 'New config' }).click();
    const dialog = page.getByRole('dialog', { name: 'New config' });
    await dialog.getByLabel('Name', { exact: true }).fill('github-readonly');
    await dialog.getByLabel('Connector').selectOption('github');
    await dialog.getByLabel('Tools that may be used').fill('*');
    await lookAt(page, 'hub-config');
    const question = await answerHeld(page, () => dialog.getByRole('button', { name: 'Make it' }).click(), 'Allow');
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
    await lookAt(page, 'hub-empty');
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
    await lookAt(page, 'about');
  });
});
