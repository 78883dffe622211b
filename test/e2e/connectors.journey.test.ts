/**
 * Connectors as a person uses them in the page: installed from the catalogue with a secret, looked at, switched, called by hand,
 * changed and removed. Whatever starts a program or lets more through waits for a yes in the approval window.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { fixtureServer, node } from '../journeys/companion-home.ts';
import { installNpx } from '../journeys/local-npx.ts';
import { answerHeld } from './rig/answer-held.ts';
import { lookAt } from './rig/look-at.ts';
import { describeInBrowser, openRig, PASSPHRASE, type Rig } from './rig/open-rig.ts';

const KEY = 'BSA-Vb7Qm2Xk9TzR4wLpVb7Qm2Xk9TzR4wLp01';

describeInBrowser('connectors in the page', () => {
  let rig: Rig;
  let context: BrowserContext;
  let page: Page;
  let docs: string;

  const go = (path: string): Promise<unknown> => page.evaluate(`location.hash = '#${path}'`);
  const heading = (name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();

  beforeAll(async () => {
    rig = await openRig();
    const { home } = rig;
    installNpx(home);
    // A host asks the login shell for its PATH once.
    await home.must(['stop']);
    await rig.serve();
    await home.must(['secrets', 'unlock'], { input: `${PASSPHRASE}\n` });
    docs = join(home.path, 'my docs');
    mkdirSync(docs);
    writeFileSync(join(docs, 'hello.txt'), 'hello\u202e from a <b>file</b>\n');
    context = await rig.context();
    page = await rig.open({}, context);
    await page.getByRole('link', { name: 'Connectors' }).first().click();
    await heading('Connectors');
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await rig?.close();
  });

  it('finds a server in the catalogue and installs it after one yes to the whole of it', async () => {
    await page.getByText('No connector yet.', { exact: false }).waitFor();
    await lookAt(page, 'connectors-empty', true);
    await page.getByRole('link', { name: 'Open the catalogue' }).click();
    await heading('Catalogue');
    await page.getByRole('link', { name: 'GitHub' }).waitFor();
    await lookAt(page, 'connectors-catalogue', true);
    await page.getByLabel('Search the catalogue').fill('files folders');
    await page.getByRole('link', { name: 'Install…' }).click();
    await heading('Install Files');
    await page.getByLabel('Folders').fill(join(docs, 'nothing'));
    await page.getByRole('button', { name: 'Look at what would run' }).click();
    await page.getByText('There is no folder', { exact: false }).waitFor();
    await page.getByLabel('Folders').fill(docs);
    await page.getByLabel('Name here').fill('files');
    await lookAt(page, 'connectors-install-form', true);
    await page.getByRole('button', { name: 'Look at what would run' }).click();
    await page.getByText('settings.json', { exact: false }).waitFor();
    await page.getByText(join(rig.home.path, 'bin', 'npx')).waitFor();
    await lookAt(page, 'connectors-install-consent', true);
    const question = await answerHeld(page, () => page.getByRole('button', { name: 'Install', exact: true }).click());
    expect(question).toContain('Let AI clients start "files"?');
    expect(question).toContain('@modelcontextprotocol/server-filesystem@');
    expect(question).toContain('It is started once now');
    await heading('files');
    await page.getByText('with 14 tools', { exact: false }).waitFor();
    await lookAt(page, 'connectors-overview', true);
  });

  it('shows its tools, switches one off at once and on only with a yes', async () => {
    await page.getByRole('tab', { name: 'Tools' }).click();
    await page.getByRole('heading', { name: 'Tools (14)' }).waitFor();
    await lookAt(page, 'connectors-tools', true);
    const toggle = page.getByRole('switch', { name: 'Let clients use write_file' });
    await toggle.click();
    await page.getByText('switched off').waitFor();
    expect(await rig.home.json(['policy', 'list'])).toMatchObject([
      { effect: 'deny', connector: 'files', tool: 'write_file' },
    ]);
    const question = await answerHeld(page, () => toggle.click());
    expect(question).toContain('Switch the tool "write_file" of "files" on again?');
    await page.getByText('switched off').waitFor({ state: 'detached' });
    expect(await rig.home.json(['policy', 'list'])).toEqual([]);
  });

  it('calls a tool by hand after a yes to the whole call, and shows what hides in its answer', async () => {
    await page.getByRole('tab', { name: 'Try a tool' }).click();
    await page.getByLabel('Tool', { exact: true }).selectOption('read_text_file');
    await page.getByLabel('Arguments').fill(JSON.stringify({ path: join(docs, 'hello.txt') }));
    const call = page.getByRole('button', { name: 'Call it once' });
    const question = await answerHeld(page, () => call.click());
    expect(question).toContain('Call "read_text_file" on "files" once?');
    expect(question).toContain('hello.txt');
    const parts = page.getByRole('region', { name: 'Answer' });
    await parts.getByText('answered', { exact: true }).waitFor();
    expect(await parts.innerText()).toContain('<b>file</b>');
    expect(await parts.innerText()).not.toContain('\u202e');
    await lookAt(page, 'connectors-try', true);
    await answerHeld(page, () => call.click(), 'Deny');
    await page.getByText('It was refused in the approval window', { exact: false }).waitFor();
    expect(await page.getByRole('region', { name: 'Answer' }).count()).toBe(0);
  });

  it('shows the log of the server', async () => {
    await page.getByRole('tab', { name: 'Log' }).click();
    await page.getByText('Secure MCP Filesystem Server running on stdio').first().waitFor();
    await lookAt(page, 'connectors-log', true);
  });

  it('installs one with a secret, which goes in and never comes out', async () => {
    await go('/connectors/catalogue/brave-search');
    await heading('Install Brave Search');
    await page.getByRole('button', { name: 'Look at what would run' }).click();
    await page.getByText('Brave Search API key is missing', { exact: false }).waitFor();
    await page.getByLabel('Brave Search API key').fill(KEY);
    await page.getByRole('button', { name: 'Look at what would run' }).click();
    await page.getByText('BRAVE_API_KEY from keychain:brave-search').waitFor();
    await page.getByText('stored', { exact: true }).waitFor();
    await lookAt(page, 'connectors-install-secret', true);
    const question = await answerHeld(page, () => page.getByRole('button', { name: 'Install', exact: true }).click());
    expect(question).toContain('BRAVE_API_KEY from keychain:brave-search');
    expect(question).not.toContain(KEY);
    await heading('brave-search');
    await page.getByText(/It answered in/).waitFor();
    expect(await page.content()).not.toContain(KEY);
  });

  it('adds one of the person\u2019s own, and changes it without ever showing a value that is stored', async () => {
    await go('/connectors/add');
    await page.getByLabel('Name', { exact: true }).fill('own');
    await page.getByLabel('Program').fill(node);
    await page.getByLabel('Arguments').fill(fixtureServer('tools.mjs'));
    await page.getByRole('button', { name: 'Add a variable' }).click();
    await page.getByLabel('Variable').fill('LEVEL');
    await page.getByLabel('Value', { exact: true }).fill('very-quiet-value');
    await lookAt(page, 'connectors-add', true);
    await page.getByRole('button', { name: 'Look at what would run' }).click();
    await page.getByText('LEVEL=very-quiet-value').waitFor();
    await answerHeld(page, () => page.getByRole('button', { name: 'Add it' }).click());
    await heading('own');
    await page.getByText(/It answered in/).waitFor();
    await go('/connectors/own/definition');
    await page.getByText('The value is not shown.').waitFor();
    expect(await page.content()).not.toContain('very-quiet-value');
    await lookAt(page, 'connectors-definition', true);
    await page.getByLabel('When no rule says otherwise').selectOption('deny');
    await page.getByRole('button', { name: 'Look at what would run' }).click();
    await page.getByText('LEVEL=(as it is now)').waitFor();
    const question = await answerHeld(page, () => page.getByRole('button', { name: 'Store the change' }).click());
    expect(question).toContain('LEVEL=very-quiet-value');
    await page.getByText('It counts from the next start', { exact: false }).waitFor();
    expect(await rig.home.json(['connectors', 'show', 'own'])).toMatchObject({ default: 'deny' });
  });

  it('is switched off at once, and goes only after a yes', async () => {
    await go('/connectors/own');
    await page.getByRole('switch', { name: 'AI clients may use it' }).click();
    await page.getByText('Switched off.', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Remove…' }).click();
    const question = await answerHeld(page, () =>
      page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click(),
    );
    expect(question).toContain('Remove "own"?');
    await heading('Connectors');
    await page.getByRole('link', { name: 'brave-search' }).waitFor();
    expect(await page.getByRole('link', { name: 'own', exact: true }).count()).toBe(0);
    await lookAt(page, 'connectors-list', true);
  });
});
