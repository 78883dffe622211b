/**
 * Every page, filled as after a first day, in both themes and at three widths: nothing serious for axe-core, nothing in the
 * console, no report of the policy, nothing that scrolls sideways, everything reached by the keyboard with a focus that is seen.
 * `RUNLAYER_TEST_SCREENSHOTS` names a folder for pictures.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../journeys/tenant-home.ts';
import { seriousFindings } from './rig/axe.ts';
import { focusProblems } from './rig/focus-walk.ts';
import { picture } from './rig/look-at.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';
import { CANARY_SECRET, fillHome, type ReferenceHome } from './rig/reference-data.ts';
import { settled } from './rig/settled.ts';

/** Those at the side, and the one that stands nowhere. */
const PAGES = [
  'overview',
  'activity',
  'approvals',
  'connectors',
  'clients',
  'policy',
  'secrets',
  'hub',
  'settings',
  'about',
  'welcome',
];
/** A page, and the button that opens one. */
const DIALOGS: readonly (readonly [string, string])[] = [
  ['activity', 'Export'],
  ['clients', 'Connect'],
  ['clients', 'Undo the last change'],
  ['clients', 'Bring in'],
  ['policy', 'New rule'],
  ['policy', 'Import'],
  ['secrets', 'Add a secret'],
  ['secrets', 'Replace'],
  ['secrets', 'Delete'],
  ['secrets', 'Use an encrypted file'],
  ['hub', 'Make a token'],
  ['hub', 'New config'],
  ['settings', 'Deliver it'],
];
const WIDTHS = [1120, 800, 480];
/** What the tab says. */
const TITLES: Readonly<Record<string, string>> = {
  overview: 'Overview',
  activity: 'Activity',
  approvals: 'Approvals',
  connectors: 'Connectors',
  clients: 'Clients',
  policy: 'Policy',
  secrets: 'Secrets',
  hub: 'Hub tokens',
  settings: 'Settings',
  about: 'About',
  welcome: 'First steps',
};

/** The page that was asked for, and not one that says why it cannot be shown. */
async function show(page: Page, name: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${name}'`);
  await page.waitForFunction(`document.title.startsWith(${JSON.stringify(TITLES[name] ?? '')})`);
  await settled(page);
  expect(await page.locator('main').getByRole('button', { name: 'Try again' }).count()).toBe(0);
}

describeInBrowser('every page', () => {
  let rig: Rig;
  let filled: ReferenceHome;
  const pages: Partial<Record<'light' | 'dark', Page>> = {};
  const pageIn = (theme: 'light' | 'dark'): Page => {
    const page = pages[theme];
    if (page === undefined) throw new Error('not open');
    return page;
  };

  let asked = 0;
  /** A call that waits for a person: questions end after five minutes, so that each look has one of its own. */
  const askAnew = async (): Promise<void> => {
    asked += 1;
    for (const { id } of await rig.home.json<{ id: string }[]>(['approvals', 'list']))
      await rig.home.must(['approvals', 'deny', id]);
    const params = { name: 'get-sum', arguments: { a: asked, b: 2 } };
    filled.claude.send({ jsonrpc: '2.0', id: `asked ${asked}`, method: 'tools/call', params });
    await pageIn('light').getByRole('link', { name: 'Approvals 1 waiting' }).waitFor();
    await pageIn('dark').getByRole('link', { name: 'Approvals 1 waiting' }).waitFor();
  };

  beforeAll(async () => {
    rig = await openRig({ keyring: true, tenant: { seed: true, device: { intervalS: 1 } } });
    const { home, tenant } = rig;
    if (tenant === undefined) throw new Error('no tenant');
    filled = await fillHome(home);
    await signIn({ home, tenant });
    for (const theme of ['light', 'dark'] as const) pages[theme] = await rig.open({ theme });
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await filled?.close();
    await rig?.close();
  });

  it('is in this list', async () => {
    const page = pageIn('light');
    await settled(page);
    const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    const names = await links.evaluateAll((found: { hash: string }[]) => found.map(({ hash }) => hash));
    expect([...names, '#/welcome']).toEqual(PAGES.map((name) => `#/${name}`));
  });

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    it.each(PAGES)('%s is without serious findings, at every width', async (name) => {
      const page = pageIn(theme);
      if (name === 'approvals') await askAnew();
      await show(page, name);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 760 });
        await settled(page);
        expect([width, await seriousFindings(page)]).toEqual([width, []]);
        await picture(page, `${name}-${theme}-${width}`);
        const wide = await page.evaluate<string[]>(
          `[document.documentElement, document.querySelector('main')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.tagName)`,
        );
        expect([width, wide]).toEqual([width, []]);
      }
      await page.setViewportSize({ width: 1120, height: 760 });
    });
  });

  describe.each(['light', 'dark'] as const)('dialogs in %s', (theme) => {
    it.each(DIALOGS)('of %s: %s', async (name, button) => {
      const page = pageIn(theme);
      await show(page, name);
      await page
        .getByRole('button', { name: new RegExp(`^${button}`) })
        .first()
        .click();
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      await settled(page);
      expect(await seriousFindings(page)).toEqual([]);
      expect(await focusProblems(page)).toEqual([]);
      await picture(page, `${name}-${button.replaceAll(' ', '-')}-${theme}`);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    });

    it('the approval window', async () => {
      const page = pageIn(theme);
      await askAnew();
      await show(page, 'approvals');
      const [popup] = await Promise.all([
        page.context().waitForEvent('page'),
        page.getByRole('button', { name: 'Answer in the approval window' }).click(),
      ]);
      await popup.getByRole('button', { name: 'Allow', exact: true }).and(popup.locator(':enabled')).waitFor();
      expect(await seriousFindings(popup)).toEqual([]);
      expect(await focusProblems(popup)).toEqual([]);
      for (const width of [620, 360]) {
        await popup.setViewportSize({ width, height: 520 });
        await picture(popup, `approval-window-${theme}-${width}`);
        const wide = await popup.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth + 1');
        expect([width, wide]).toEqual([width, false]);
      }
      await popup.close();
    });
  });

  it.each(PAGES)('%s can be used with the keyboard', async (name) => {
    const page = pageIn('light');
    await show(page, name);
    expect(await focusProblems(page)).toEqual([]);
  });

  it.each(PAGES)('%s holds no secret', async (name) => {
    const page = pageIn('light');
    await show(page, name);
    const html = await page.content();
    for (const form of [CANARY_SECRET, btoa(CANARY_SECRET), Buffer.from(CANARY_SECRET).toString('hex')])
      expect(html.includes(form)).toBe(false);
  });
});
