/** A server that asks for a sign-in, from the page: a person goes to its own page, comes back signed in, and no page ever has a token. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openOAuthServer, type OAuthServer } from '../fixtures/servers/oauth-server.ts';
import { RawClient } from '../journeys/raw-client.ts';
import { lookAt } from './rig/look-at.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

describeInBrowser('a sign-in at a server', () => {
  let rig: Rig;
  let server: OAuthServer;
  let context: BrowserContext;
  let page: Page;

  const section = () => page.getByRole('region', { name: 'Sign-in' });
  /** As a person does: looks at the whole address, and goes there. */
  const finish = async (): Promise<string> => {
    await section()
      .getByRole('button', { name: /^Sign in/ })
      .click();
    const [between] = await Promise.all([
      context.waitForEvent('page'),
      section().getByRole('link', { name: 'Open the sign-in page' }).click(),
    ]);
    await between.getByRole('heading', { name: /^Open / }).waitFor();
    expect(await between.locator('body').innerText()).toContain(`${new URL(server.url).origin}/authorize`);
    await between.getByRole('link', { name: 'Open this page' }).click();
    await between.waitForURL(/\/callback/);
    const said = await between.locator('body').innerText();
    await between.close();
    await page.bringToFront();
    return said;
  };

  beforeAll(async () => {
    server = await openOAuthServer();
    rig = await openRig();
    await rig.home.must(['connectors', 'add', 'demo', '--url', server.url, '--oauth', '--default', 'allow', '-y']);
    context = await rig.context();
    page = await rig.open({}, context);
    await page.evaluate(`location.hash = '#/connectors/demo'`);
    await section().getByText('not signed in').waitFor();
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await rig?.close();
    await server?.close();
  });

  it('that is refused there says so, and keeps nothing', async () => {
    server.faults.callback = 'denied';
    // The page that the person comes back to.
    rig.complaints.expect(/status of 400/);
    await finish();
    delete server.faults.callback;
    await section().getByRole('alert').waitFor();
    await lookAt(page, 'oauth-refused', true);
    await section().getByText('not signed in').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('not signed in');
    expect(server.issued).toEqual([]);
  });

  it('works, is used by the next client, and shows no token to any page', async () => {
    const said = await finish();
    expect(said).toMatch(/you can close/i);
    await section().getByText('signed in', { exact: true }).waitFor();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('ready');
    await lookAt(page, 'oauth-signed-in', true);
    const client = new RawClient(rig.home.start(['run', 'demo']));
    await client.initialize();
    expect((await client.call(1, 'echo', { text: 'hello' })).result?.content?.[0]?.text).toBe('hello');
    await client.close();
    expect(server.issued).not.toEqual([]);
    const shown = `${said}${await page.content()}`;
    for (const token of server.issued) expect(shown.includes(token)).toBe(false);
  });

  it('ends here where a person says so', async () => {
    await section().getByRole('button', { name: 'Sign out' }).click();
    await section().getByText('not signed in').waitFor();
    const client = new RawClient(rig.home.start(['run', 'demo']));
    expect((await client.initialize()).error?.message).toContain('"runlayer connectors login demo"');
    await client.close();
  });
});
