/** A value goes into the keychain through the page and comes out nowhere; what uses one is changed only after a yes in the window. */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { fixtureServer, node } from '../journeys/companion-home.ts';
import { answerHeld } from './rig/answer-held.ts';
import { lookAt } from './rig/look-at.ts';
import { describeInBrowser, openRig, PASSPHRASE, type Rig } from './rig/open-rig.ts';

const VALUE = 'ghp_Vb7Qm2Xk9TzR4wLpVb7Qm2Xk9TzR4wLp01';
const OTHER = 'ghp_another-Qm2Xk9TzR4wLpVb7Qm2Xk9TzR';
const PEM = '-----BEGIN TEST KEY-----\nVb7Qm2Xk9TzR4wLp\nline two\n-----END TEST KEY-----';

interface Listed {
  readonly name: string;
  readonly updatedAt: string;
}

describeInBrowser('secrets in the page', () => {
  let rig: Rig;
  let context: BrowserContext;
  let page: Page;

  const row = (name: string): Locator => page.getByRole('row', { name });
  const listed = async (name: string): Promise<Listed | undefined> =>
    (await rig.home.json<Listed[]>(['secrets', 'list'])).find((one) => one.name === name);

  beforeAll(async () => {
    rig = await openRig();
    const tools = [node, fixtureServer('tools.mjs')];
    await rig.home.add('github', tools, ['--default', 'ask', '--secret', 'GITHUB_TOKEN=keychain:github-token']);
    context = await rig.context();
    page = await rig.open({}, context);
    await page.getByRole('link', { name: 'Secrets' }).click();
    await page.getByText('encrypted file in the companion', { exact: false }).waitFor();
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await rig?.close();
  });

  it('a connector that waits for one says so; it is stored after a yes, and used at once', async () => {
    await page.getByText('Needed, and not stored yet').waitFor();
    await lookAt(page, 'secrets-needed', true);
    await page.getByRole('button', { name: 'Store github-token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Store github-token' });
    await dialog.getByLabel('Value').fill(VALUE);
    const question = await answerHeld(
      page,
      () => dialog.getByRole('button', { name: 'Store', exact: true }).click(),
      'Allow',
    );
    expect(question).toContain('Store a value for the secret "github-token"?');
    expect(question).toContain('connector "github" gets it as GITHUB_TOKEN');
    expect(question).not.toContain(VALUE.slice(4, 20));
    await page.getByText('github-token is stored.', { exact: false }).waitFor();
    await row('github-token').getByText('github (GITHUB_TOKEN)').waitFor();
    await page.getByText('Needed, and not stored yet').waitFor({ state: 'detached' });
  });

  it('a new name is stored without a question, with several lines too', async () => {
    await page.getByRole('button', { name: 'Add a secret' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a secret' });
    await dialog.getByLabel('Name').fill('github-token');
    await dialog.getByText('There is a secret of this name.', { exact: false }).waitFor();
    await dialog.getByLabel('Name').fill('deploy-key');
    await dialog.getByLabel('It has several lines, like a private key').check();
    await dialog.getByLabel('Value').fill(PEM);
    await lookAt(page, 'secrets-add', true);
    await dialog.getByRole('button', { name: 'Store', exact: true }).click();
    await page.getByText('deploy-key is stored.', { exact: false }).waitFor();
    await row('deploy-key').getByText('nothing').waitFor();
    await lookAt(page, 'secrets', true);
  });

  it('another value for one in use waits, and a no leaves the old one', async () => {
    const before = await listed('github-token');
    await page.getByRole('button', { name: 'Replace github-token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replace github-token' });
    await dialog.getByLabel('Value').fill(OTHER);
    const question = await answerHeld(
      page,
      () => dialog.getByRole('button', { name: 'Replace', exact: true }).click(),
      'Deny',
    );
    expect(question).toContain('Replace the value of "github-token"?');
    expect(question).not.toContain(OTHER.slice(4, 20));
    await dialog.getByText('It was refused in the approval window; nothing was changed.').waitFor();
    expect(await dialog.getByLabel('Value').inputValue()).toBe('');
    await lookAt(page, 'secrets-refused', true);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await listed('github-token')).toEqual(before);
  });

  it('what nothing uses is deleted here; what is in use only after a yes', async () => {
    await page.getByRole('button', { name: 'Delete deploy-key' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await row('deploy-key').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Delete github-token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete github-token?' });
    await dialog.getByText('github (GITHUB_TOKEN)').waitFor();
    await answerHeld(page, () => dialog.getByRole('button', { name: 'Delete' }).click(), 'Deny');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    expect((await rig.home.json<Listed[]>(['secrets', 'list'])).map(({ name }) => name)).toContain('github-token');
  });

  it('leaves no value in the page, its storage, the logs or any file but the vault', async () => {
    const everything = await page.evaluate<string>(
      "document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map((one) => one.value).join() + JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage })",
    );
    for (const needle of [VALUE, OTHER, 'Vb7Qm2Xk9TzR4wLp']) {
      expect(everything.includes(needle)).toBe(false);
      expect(rig.home.filesHolding(needle)).toEqual([]);
    }
  });

  it('a locked vault is opened from the page; guesses have to wait', async () => {
    rig.complaints.expect(/./);
    await rig.home.must(['stop']);
    await rig.serve();
    page = await rig.open({}, context);
    await page.getByRole('link', { name: 'Secrets' }).click();
    await page.getByText('is closed. Servers that need one cannot start.', { exact: false }).waitFor();
    await lookAt(page, 'secrets-locked', true);
    await page.getByRole('button', { name: 'Unlock' }).click();
    const dialog = page.getByRole('dialog', { name: 'Unlock your secrets' });
    const unlock = async (passphrase: string, then: string): Promise<void> => {
      await dialog.getByLabel('Passphrase').fill(passphrase);
      await dialog.getByRole('button', { name: 'Unlock' }).click();
      await dialog.getByText(then, { exact: false }).waitFor();
    };
    for (let n = 0; n < 3; n += 1) await unlock(`guess ${n}`, 'This passphrase does not open the secrets vault.');
    await unlock('guess 4', 'Several wrong passphrases were tried.');
    await lookAt(page, 'secrets-wait', true);
    await dialog.getByText('Wait', { exact: false }).first().waitFor();
    // The right one has to wait as well.
    const open = page.getByText('New secrets are kept in an encrypted file', { exact: false });
    await expect
      .poll(
        async () => {
          if (await dialog.isHidden()) return true;
          await dialog.getByLabel('Passphrase').fill(PASSPHRASE);
          await dialog.getByRole('button', { name: 'Unlock' }).click();
          await dialog.locator('button[aria-busy=false][type=submit]').or(open).first().waitFor();
          return dialog.isHidden();
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBe(true);
    await open.waitFor();
  });
});
