/**
 * The activity page over 20,000 calls, as a person uses it: searched key by key, scrolled to its end, walked over with the
 * keyboard, narrowed in the chart; a blocked call seen, explained, followed through its task; and the log as a file. How fast
 * a million is: `npm run bench:activity`. `RUNLAYER_TEST_SCREENSHOTS` names a folder for pictures.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { writeJournal } from '../bench/activity-journal.ts';
import { filesystemServer, node } from '../journeys/companion-home.ts';
import { connect } from '../journeys/deciding-steps.ts';
import type { RawClient } from '../journeys/raw-client.ts';
import { seriousFindings } from './rig/axe.ts';
import { lookAt } from './rig/look-at.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

const CALLS = 20_000;
/** On a machine that does other things as well; what is promised is measured by the benchmark. */
const PATIENT_MS = 2000;
describeInBrowser('the activity page', () => {
  let rig: Rig;
  let page: Page;
  let client: RawClient;
  let grid: Locator;
  let panel: Locator;

  const show = async (path: string): Promise<void> => {
    await page.evaluate(`location.hash = '#/overview'`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.evaluate(`location.hash = ${JSON.stringify(`#${path}`)}`);
  };
  const showList = async (): Promise<void> => {
    await show('/activity');
    await grid.locator('[data-row="0"] time').waitFor();
  };
  const write = (id: string): ReturnType<RawClient['call']> =>
    client.call(id, 'write_file', { path: join(rig.home.path, 'Documents', `${id}.txt`), content: 'x' });
  const rowCount = async (): Promise<number> => Number(await grid.getAttribute('aria-rowcount')) - 1;

  beforeAll(async () => {
    rig = await openRig();
    const { home } = rig;
    const documents = join(home.path, 'Documents');
    mkdirSync(documents);
    mkdirSync(join(home.path, 'Downloads'));
    await home.add('files', [node, filesystemServer, documents], ['--default', 'read-only']);
    await home.must(['policy', 'deny', 'files', 'write_*']);
    await home.must(['stop']);
    writeJournal(join(home.home, 'audit'), CALLS);
    await rig.serve();
    client = await connect(home, 'files', 'Cursor');
    page = await rig.open();
    grid = page.getByRole('grid');
    panel = page.getByRole('complementary', { name: 'Call' });
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await showList();
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await client?.close();
    await rig?.close();
  });

  it('shows how many calls there were, and when', async () => {
    expect(await rowCount()).toBe(CALLS);
    await page.getByRole('slider').waitFor();
    await page.getByText(`${CALLS.toLocaleString('en')} calls`).waitFor();
    await lookAt(page, 'activity-list');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('answers every key of a search', async () => {
    const field = page.getByRole('searchbox', { name: 'Search calls' });
    const section = page.locator('section[aria-label="Calls"]');
    await field.click();
    const answered = async (text: string): Promise<void> => {
      const began = performance.now();
      await expect.poll(() => section.getAttribute('data-query'), { timeout: 10_000, interval: 5 }).toBe(text);
      expect(performance.now() - began).toBeLessThan(PATIENT_MS);
    };
    let typed = '';
    for (const key of 'cursor denied') {
      typed += key;
      await page.keyboard.press(key === ' ' ? 'Space' : key);
      await answered(typed);
    }
    const rows = grid.locator('[data-row]');
    for (const text of await rows.allInnerTexts()) expect(text).toMatch(/Cursor[^]*denied/);
    expect(await rowCount()).toBeLessThan(CALLS / 10);
    await field.fill('no such thing');
    await page.getByText('Nothing fits the search and the filters.').waitFor();
    await field.fill(`"' OR 1=1 -- * NEAR(\u202e😀`);
    await page.getByText('Nothing fits the search and the filters.').waitFor();
    await field.fill('');
    await grid.waitFor();
  });

  it('is walked over with the keyboard, from the first to the last', async () => {
    await grid.focus();
    const at = async (index: number): Promise<void> => {
      const row = grid.locator(`[aria-rowindex="${index + 2}"]`);
      await row.locator('time').waitFor();
      expect(await grid.getAttribute('aria-activedescendant')).toBe(await row.getAttribute('id'));
    };
    await page.keyboard.press('ArrowDown');
    await at(1);
    await page.keyboard.press('End');
    await at(CALLS - 1);
    await page.keyboard.press('ArrowUp');
    await at(CALLS - 2);
    await page.keyboard.press('Home');
    await at(0);
    await page.keyboard.press('PageDown');
    await page.keyboard.press('Enter');
    await panel.getByRole('heading', { level: 2 }).waitFor();
    await panel.getByRole('list', { name: 'What happened, in order' }).waitFor();
    await lookAt(page, 'activity-call');
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(await page.evaluate(`document.activeElement?.getAttribute('role')`)).toBe('grid');
  });

  it('shows a blocked call, says why, and leads to a rule', async () => {
    await showList();
    await Promise.all([write('blocked'), grid.locator('[data-row="0"]').getByText('write_file').waitFor()]);
    await grid.locator('[data-row="0"]').click();
    await panel.getByText('It never left this machine: the server was not asked.').waitFor();
    await panel.getByText('Deny the tool "write_*" on the connector "files".', { exact: false }).waitFor();
    await panel.getByRole('button', { name: 'Why?' }).click();
    await panel.getByText('Made again now, the same call would be', { exact: false }).waitFor();
    await panel.getByText('refused', { exact: true }).waitFor();
    await lookAt(page, 'activity-why');
    await panel.getByRole('button', { name: 'Request access' }).click();
    await panel.getByText('This machine decided it.', { exact: false }).waitFor();
    await panel.getByRole('button', { name: 'Add a rule' }).first().click();
    await expect.poll(() => page.url()).toMatch(/#\/policy\?from=[\w-]+$/);
  });

  it('tells the whole task', async () => {
    await client.call('looked', 'list_directory', { path: join(rig.home.path, 'Documents') });
    await write('again');
    await showList();
    await grid.locator('[data-row="0"]').click();
    await panel.getByRole('button', { name: 'Show the whole task' }).click();
    await page.getByRole('heading', { name: 'One task' }).waitFor();
    const story = page.getByRole('list', { name: 'Calls, the oldest first' });
    await story.getByText(/^listed directory ".*Documents"$/).waitFor();
    await story.getByText(/^tried to write file ".*again\.txt": stopped$/).waitFor();
    await lookAt(page, 'activity-task');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Back to all calls' }).click();
  });

  it('leaves what is read where it is, and counts what is new', async () => {
    await showList();
    await grid.focus();
    await page.keyboard.press('PageDown');
    await page.keyboard.press('PageDown');
    const first = grid.locator('[data-row]').first();
    await expect.poll(async () => Number(await first.getAttribute('data-row'))).toBeGreaterThan(0);
    const before = await first.innerText();
    await write('unseen');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await first.innerText()).toBe(before);
    await page.getByRole('button', { name: '1 new' }).click();
    await grid.locator('[data-row="0"]').getByText('write_file').waitFor();
    await page.getByRole('button', { name: '1 new' }).waitFor({ state: 'detached' });
  });

  it('is narrowed in the chart, by pointer and by keyboard', async () => {
    await showList();
    const all = await rowCount();
    const chart = page.getByRole('slider');
    const box = await chart.boundingBox();
    if (box === null) throw new Error('no chart');
    await page.mouse.move(box.x + 1, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 20, box.y + 20);
    await page.mouse.up();
    await page.getByRole('button', { name: 'Show all time' }).waitFor();
    await expect.poll(rowCount).toBeLessThan(all);
    await lookAt(page, 'activity-narrowed');
    await page.getByRole('button', { name: 'Show all time' }).click();
    await expect.poll(rowCount).toBe(all);
    await chart.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Show all time' }).waitFor();
    await page.getByRole('combobox', { name: 'Time' }).selectOption('all');
  });

  it('is exported, as a file that nobody else can read', async () => {
    await showList();
    const all = await rowCount();
    await page.getByRole('button', { name: 'Export' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Export [\d,]+ calls$/ })
      .click();
    await page.getByText(/entries are in/).waitFor();
    await lookAt(page, 'activity-exported');
    const downloads = join(rig.home.path, 'Downloads');
    const [name = ''] = readdirSync(downloads);
    expect(name).toMatch(/^runlayer-activity-\d{4}-\d\d-\d\d-\d{6}\.csv$/);
    expect(statSync(join(downloads, name)).mode & 0o777).toBe(0o600);
    const lines = readFileSync(join(downloads, name), 'utf8').split('\r\n');
    expect(lines[0]).toContain('time,kind,decision,client');
    expect(lines).toHaveLength(all + 2);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();
    expect(existsSync(join(downloads, `${name}.part`))).toBe(false);
  });
});
