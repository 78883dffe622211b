/** Somebody signs in to their organisation from the page: a yes to the address, a code, a connector that is agreed to, and out again. */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RunningTenant } from '../backend/start-tenant.ts';
import { answerHeld } from './rig/answer-held.ts';
import { lookAt } from './rig/look-at.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';
import { scriptIn } from './rig/page-script.ts';

const CODE = /^[A-Z0-9]{4}-[A-Z0-9]{4}$/;

describeInBrowser('the tenant in the page', () => {
  let rig: Rig;
  let tenant: RunningTenant;
  let context: BrowserContext;
  let page: Page;

  const submit = (): Locator => page.getByRole('button', { name: 'Sign in', exact: true });
  const shownCode = async (): Promise<string> => {
    const code = page.getByLabel('Code', { exact: true });
    await code.waitFor();
    return (await code.innerText()).trim();
  };

  beforeAll(async () => {
    rig = await openRig({ tenant: { seed: true, device: { intervalS: 1 } } });
    if (rig.tenant === undefined) throw new Error('no tenant');
    tenant = rig.tenant;
    context = await rig.context();
    page = await rig.open({}, context);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('Nobody is signed in.', { exact: false }).waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Tenant' }).waitFor();
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await rig?.close();
  });

  it('an address that nobody named before needs a yes to the whole of it, and a no reaches nobody', async () => {
    await page.getByLabel('Address of the tenant').fill('not an address');
    await submit().click();
    await page.getByText('Type the address as your organisation gave it', { exact: false }).waitFor();
    await page.getByLabel('Address of the tenant').fill(tenant.url);
    const before = tenant.requests.all.length;
    const question = await answerHeld(page, () => submit().click(), 'Deny');
    expect(question).toContain(`Sign in to ${tenant.url}?`);
    await page.getByText('It was refused in the approval window', { exact: false }).waitFor();
    expect(tenant.requests.all.length).toBe(before);
  });

  it('a script in the page talks to no address of its choice', async () => {
    const script = scriptIn(page);
    const asked = script.call('tenant.signIn', { host: 'https://evil.example' });
    await expect
      .poll(async () => (await script.call('held.list', {})).body)
      .toContain('Sign in to https://evil.example?');
    const held = JSON.parse((await script.call('held.list', {})).body) as { value: { id: string }[] };
    await script.call('held.refuse', { id: held.value[0]?.id });
    expect((await asked).body).toContain('E_DECLINED');
    for (const open of context.pages()) if (open !== page) await open.close();
  });

  it('shows the code large, with the page where it is approved, and can be given up', async () => {
    await answerHeld(page, () => submit().click(), 'Allow');
    const code = await shownCode();
    expect(code).toMatch(CODE);
    const link = page.getByRole('link', { name: 'Open the page' });
    expect(new URL((await link.getAttribute('href')) ?? '').origin).toBe(tenant.url);
    expect(await link.getAttribute('rel')).toContain('noopener');
    await lookAt(page, 'sign-in-code', true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await submit().waitFor();
    tenant.admin.approveDevice(code);
    expect(await rig.home.json(['tenant', 'list'])).toEqual([]);
  });

  it('signs in when somebody approves the code, and says who that is', async () => {
    await answerHeld(page, () => submit().click(), 'Allow');
    tenant.admin.approveDevice(await shownCode());
    await page.getByText('Signed in to', { exact: false }).waitFor();
    await page.getByRole('heading', { name: `Connectors of ${tenant.url}` }).waitFor();
    await page.getByRole('cell', { name: 'Everything', exact: true }).waitFor();
    await lookAt(page, 'tenant', true);
    const shown = await page.locator('main').innerText();
    expect(shown).toContain('@northwind-robotics.example');
    expect(await page.content()).not.toMatch(/rl_[A-Za-z0-9]{16}/);
  });

  it('a connector is agreed to with the whole of what it runs', async () => {
    await page.getByRole('button', { name: 'Look at it: Everything' }).click();
    const dialog = page.getByRole('dialog', { name: 'Everything' });
    await dialog.getByRole('button', { name: 'Accept' }).waitFor();
    await dialog.getByText('Tenant', { exact: true }).waitFor();
    await lookAt(page, 'tenant-accept', true);
    const question = await answerHeld(page, () => dialog.getByRole('button', { name: 'Accept' }).click(), 'Allow');
    expect(question).toContain(tenant.url);
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'everything', exact: true }).waitFor();
  });

  it('what waits at the tenant is denied here, and approved after a yes', async () => {
    await page.getByRole('heading', { name: 'Waiting at the tenant' }).waitFor();
    const rows = page.getByRole('region', { name: 'Waiting at the tenant' }).getByRole('listitem');
    await rows.first().waitFor();
    const waiting = await rows.count();
    const approve = rows.getByRole('button', { name: 'Approve' }).first();
    const question = await answerHeld(page, () => approve.click(), 'Allow');
    expect(question).toContain('Approve the request');
    await expect.poll(() => rows.count()).toBe(waiting - 1);
  });

  it('a refused code is said to be one', async () => {
    const [first] = await rig.home.json<{ host: string }[]>(['tenant', 'list']);
    await page.getByLabel('Address of the tenant').fill(first?.host ?? '');
    const question = await answerHeld(page, () => submit().click(), 'Allow');
    expect(question).toContain('Sign in anew to');
    tenant.admin.denyDevice(await shownCode());
    await page.getByText('refused the sign-in', { exact: false }).waitFor();
    await lookAt(page, 'sign-in-refused', true);
  });

  it('signs out', async () => {
    await page.getByRole('button', { name: `Sign out of ${tenant.url}` }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign out?' });
    await dialog.getByRole('button', { name: 'Sign out' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
    expect(await rig.home.json(['tenant', 'list'])).toEqual([]);
  });
});
