/** Calls and changes wait for a person; a yes is given in the approval window alone, half a second after it was seen. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { everythingServer, node } from '../journeys/companion-home.ts';
import { connect } from '../journeys/deciding-steps.ts';
import type { RawClient } from '../journeys/raw-client.ts';
import { picture } from './rig/look-at.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

describeInBrowser('the approval window', () => {
  let rig: Rig;
  let context: BrowserContext;
  let page: Page;
  let client: RawClient;

  beforeAll(async () => {
    rig = await openRig();
    await rig.home.add('things', [node, everythingServer], ['--default', 'ask']);
    client = await connect(rig.home, 'things', 'Cursor');
    context = await rig.context({ theme: 'light' });
    page = await rig.open({}, context);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
  beforeEach(async () => {
    await page.getByRole('link', { name: 'Approvals', exact: false }).click();
    await page.getByRole('heading', { name: 'Approvals' }).waitFor();
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await client?.close();
    await rig?.close();
  });

  const review = async (): Promise<Page> => {
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Answer in the approval window' }).click(),
    ]);
    await popup.bringToFront();
    return popup;
  };

  it('shows the whole call, begins at Deny, and takes no yes before it was seen', async () => {
    const called = client.call('one', 'echo', { message: 'hello there' });
    await page.getByText('wants to call').waitFor();
    await picture(page, 'approvals-light');
    const popup = await review();
    await popup.getByText('Cursor wants to call echo').waitFor();
    expect(new URL(popup.url()).origin).not.toBe(new URL(page.url()).origin);
    expect(await popup.getByRole('group', { name: 'All of it' }).innerText()).toContain('"hello there"');
    expect(await popup.evaluate('document.activeElement.textContent')).toBe('Deny');
    const allow = popup.getByRole('button', { name: 'Allow' });
    expect(await popup.evaluate('document.hasFocus()')).toBe(true);
    await allow.click();
    const answer = await called;
    expect(answer.result?.content?.[0]?.text).toContain('hello there');
    if (!popup.isClosed()) await popup.waitForEvent('close');
    await page.getByText('Nothing waits for you.', { exact: false }).waitFor();
  });

  it('arms its yes only after half a second in front', async () => {
    const called = client.call('two', 'echo', { message: 'again' });
    await page.getByText('wants to call').waitFor();
    const popup = await review();
    await popup.getByText('Cursor wants to call echo').waitFor();
    // Anything that hides the window, or changes its size, begins the half second anew.
    const state = await popup.evaluate<boolean>(`new Promise((resolve) => {
      window.dispatchEvent(new Event('resize'));
      const look = () => resolve([...document.querySelectorAll('button')].find((one) => one.textContent === 'Allow').disabled);
      requestAnimationFrame(() => requestAnimationFrame(look));
    })`);
    expect(state).toBe(true);
    await picture(popup, 'approval-window-light');
    await popup.getByRole('button', { name: 'Deny', exact: true }).click();
    expect((await called).result?.isError).toBe(true);
  });

  it('is one sheet for many: what is chosen is allowed, the rest is denied', async () => {
    const calls = ['a', 'b', 'c'].map((id) => client.call(id, 'echo', { message: `call ${id}` }));
    await page.getByRole('button', { name: 'Deny all 3' }).waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'approvals-dark');
    const popup = await review();
    await popup.emulateMedia({ colorScheme: 'dark' });
    await popup.getByText('3 things need your answer').waitFor();
    await popup.getByRole('checkbox').nth(1).check();
    await picture(popup, 'approval-sheet-dark', true);
    await popup.getByRole('button', { name: 'Allow 1 chosen, deny the rest' }).click();
    const answers = await Promise.all(calls);
    expect(answers.map((answer) => answer.result?.isError === true)).toEqual([true, false, true]);
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('asks no more about a client that a person paused, until it is asked about again', async () => {
    const called = client.call('paused', 'echo', { message: 'x' });
    await page.getByRole('button', { name: 'Pause this client' }).click();
    expect((await called).result?.isError).toBe(true);
    await page.getByText('Paused clients').waitFor();
    expect((await client.call('still', 'echo', { message: 'x' })).result?.isError).toBe(true);
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Ask again' }).click(),
    ]);
    await popup.bringToFront();
    await popup.getByText('Ask about "Cursor" again?').waitFor();
    await popup.getByRole('button', { name: 'Allow' }).click();
    await page.getByText('Paused clients').waitFor({ state: 'detached' });
  });

  it('holds the end of a lockdown, which the page wants and cannot give', async () => {
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('button', { name: 'Stop all calls' }).click();
    await page.getByText('LOCKED DOWN', { exact: false }).first().waitFor();
    expect((await client.call('locked', 'echo', { message: 'x' })).result?.isError).toBe(true);
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Let calls through again' }).click(),
    ]);
    await page.getByText('Your answer is needed.').waitFor();
    await picture(page, 'overview-held-light');
    await popup.bringToFront();
    await popup.getByText('Let calls through again?').waitFor();
    await picture(popup, 'approval-question-light');
    await popup.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('button', { name: 'Stop all calls' }).waitFor();
  });
});
