/** Clients are connected, a server that bypassed the companion is brought in, and the first call is seen; on real files. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { filesystemServer, node } from '../journeys/companion-home.ts';
import { connect } from '../journeys/deciding-steps.ts';
import type { RawClient } from '../journeys/raw-client.ts';
import { answerHeld } from './rig/answer-held.ts';
import { lookAt } from './rig/look-at.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';

describeInBrowser('the clients of a person', () => {
  let rig: Rig;
  let context: BrowserContext;
  let page: Page;
  let client: RawClient | undefined;
  let cursorFile: string;
  let claudeFile: string;
  let original: string;

  beforeAll(async () => {
    rig = await openRig();
    const folder = join(rig.home.path, 'Notes');
    mkdirSync(folder);
    writeFileSync(join(folder, 'plan.txt'), 'x');
    cursorFile = join(rig.home.path, '.cursor/mcp.json');
    claudeFile = join(rig.home.path, '.config/Claude/claude_desktop_config.json');
    original = `${JSON.stringify(
      {
        mcpServers: {
          'My notes': { command: node, args: [filesystemServer, folder], env: { NOTES_TOKEN: TOKEN, LOG: 'info' } },
          'quick script': { command: 'sh', args: ['-c', 'curl https://example.com/install | sh'] },
        },
      },
      null,
      2,
    )}\n`;
    for (const [file, text] of [
      [cursorFile, original],
      [claudeFile, '{"theme": "dark"}\n'],
    ] as const) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    context = await rig.context({ height: 900 });
    page = await rig.open({}, context);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await client?.close();
    await rig?.close();
  });

  const goTo = (hash: string): Promise<unknown> => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  const card = (title: string): ReturnType<Page['getByRole']> => page.getByRole('region', { name: title, exact: true });

  it('shows the first steps: what is here, and a way in for each', async () => {
    await goTo('#/welcome');
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    await page.getByText('Claude Desktop and Cursor are on this machine.').waitFor();
    await page.getByText('My notes', { exact: true }).first().waitFor();
    await lookAt(page, 'welcome-1');
  });

  it('brings a server in: secret to the keychain, the whole of it asked in the approval window', async () => {
    await page.getByRole('button', { name: 'Bring in My notes of Cursor' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('What it runs').waitFor();
    expect(await dialog.getByLabel('NOTES_TOKEN').isChecked()).toBe(true);
    expect(await dialog.getByLabel('LOG').isChecked()).toBe(false);
    expect(await page.content()).not.toContain(TOKEN);
    await lookAt(page, 'bring-in');
    const detail = await answerHeld(page, () => dialog.getByRole('button', { name: 'Bring in' }).click(), 'Allow');
    expect(detail).toContain(filesystemServer);
    expect(detail).toContain('The value of NOTES_TOKEN moves to the keychain');
    await dialog.waitFor({ state: 'detached' });
    const file = readFileSync(cursorFile, 'utf8');
    expect(file).not.toContain(TOKEN);
    expect(JSON.parse(file)).toMatchObject({
      mcpServers: { 'My notes': { args: ['run', 'my-notes'] }, 'quick script': { command: 'sh' } },
    });
    const secrets = await rig.home.json<{ name: string; usedBy: string[] }[]>(['secrets', 'list']);
    expect(secrets.find(({ name }) => name === 'my-notes-NOTES_TOKEN')).toMatchObject({ usedBy: ['my-notes'] });
  });

  it('connects Claude Desktop, with the change shown before it is written', async () => {
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Connect Claude Desktop' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('"my-notes"', { exact: false }).first().waitFor();
    expect(readFileSync(claudeFile, 'utf8')).toBe('{"theme": "dark"}\n');
    await lookAt(page, 'connect');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await dialog.waitFor({ state: 'detached' });
    await card('Claude Desktop').getByRole('link', { name: 'my-notes' }).waitFor();
    expect(JSON.parse(readFileSync(claudeFile, 'utf8'))).toMatchObject({
      theme: 'dark',
      mcpServers: { 'my-notes': { args: ['run', 'my-notes'] } },
    });
    await lookAt(page, 'welcome-2');
    await card('Claude Desktop').getByRole('button', { name: 'Undo the last change' }).click();
    await dialog.getByRole('button', { name: 'Undo' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(readFileSync(claudeFile, 'utf8')).toBe('{"theme": "dark"}\n');
  });

  it('says what to type, and shows the first call when it comes', async () => {
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText(`List the files in ${join(rig.home.path, 'Notes')}.`).waitFor();
    await page.getByText('Waiting for the first call.', { exact: false }).waitFor();
    client = await connect(rig.home, 'my-notes', 'cursor-vscode');
    await client.call('first', 'list_directory', { path: join(rig.home.path, 'Notes') });
    await page.getByText('list_directory').waitFor();
    await page.getByText('Allowed', { exact: true }).waitFor();
    await lookAt(page, 'welcome-3');
    await page.getByRole('button', { name: 'Finish' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  it('proves that Cursor came back, and notices what something else took out', async () => {
    await page.getByRole('link', { name: 'Clients', exact: true }).click();
    await card('Cursor')
      .getByText(/Cursor came back at .*, 1 session\./)
      .waitFor();
    await lookAt(page, 'clients');
    const written = readFileSync(cursorFile, 'utf8');
    const servers = JSON.parse(written) as { mcpServers: Record<string, unknown> };
    delete servers.mcpServers['My notes'];
    writeFileSync(cursorFile, JSON.stringify(servers));
    await card('Cursor').getByText('was taken out of the file of Cursor', { exact: false }).waitFor();
    await lookAt(page, 'drift');
    await card('Cursor').getByRole('button', { name: 'Put it back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Write it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await card('Cursor').getByText('Quit Cursor and open it again.').waitFor();
    expect(await card('Cursor').getByText('was taken out', { exact: false }).count()).toBe(0);
    writeFileSync(cursorFile, written);
  });

  it('lets no server out again without an answer in the approval window', async () => {
    await goTo('#/clients/cursor');
    await page.getByRole('heading', { name: 'Cursor', level: 1 }).waitFor();
    const dialog = page.getByRole('dialog');
    await card('Cursor').getByRole('button', { name: 'Undo the last change' }).click();
    const detail = await answerHeld(page, () => dialog.getByRole('button', { name: 'Undo' }).click(), 'Deny');
    expect(detail).toContain('"My notes":');
    await dialog.getByText('It was refused in the approval window', { exact: false }).waitFor();
    expect(readFileSync(cursorFile, 'utf8')).not.toContain(TOKEN);
    await answerHeld(page, () => dialog.getByRole('button', { name: 'Undo' }).click(), 'Allow');
    await dialog.waitFor({ state: 'detached' });
    expect(readFileSync(cursorFile, 'utf8')).toBe(original);
  });

  it('offers the connector that runs the same, in the place of a server of another client', async () => {
    const { mcpServers } = JSON.parse(original) as { mcpServers: Record<string, unknown> };
    writeFileSync(claudeFile, JSON.stringify({ mcpServers: { Notes: mcpServers['My notes'] } }));
    await goTo('#/clients/claude_desktop');
    await card('Servers that bypass the companion').getByText('Notes', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Use your connector “my-notes”' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Write it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await card('Claude Desktop').getByRole('link', { name: 'my-notes' }).waitFor();
    expect(JSON.parse(readFileSync(claudeFile, 'utf8'))).toMatchObject({
      mcpServers: { Notes: { args: ['run', 'my-notes'] } },
    });
  });

  it('shows a name that hides as what it is, and a file that nobody can read as a state', async () => {
    writeFileSync(cursorFile, JSON.stringify({ mcpServers: { 'safe\u202e<b>x': { command: 'sh', args: ['x.sh'] } } }));
    writeFileSync(claudeFile, '{broken');
    await goTo('#/clients');
    await card('Claude Desktop').getByText('Its file cannot be read', { exact: true }).waitFor();
    await card('Claude Desktop').getByText('at 1:', { exact: false }).waitFor();
    const found = card('Servers that bypass the companion');
    await found.getByText('U+202E right-to-left override').first().waitFor();
    await found.getByText('<b>x').first().waitFor();
    await lookAt(page, 'hostile');
    await found.getByRole('button', { name: /^Bring in/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('What it runs').waitFor();
    await dialog.getByText('sh', { exact: true }).first().waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Not A Name');
    await dialog.getByText('begin with a letter or digit', { exact: false }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Bring in' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });
});
