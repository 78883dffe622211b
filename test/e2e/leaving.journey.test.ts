/** A link to another site: the page itself can lead nowhere, so a person sees the whole address and goes there with a click. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

describeInBrowser('a link to another site', () => {
  let rig: Rig;
  let site: Server;
  let address: string;

  beforeAll(async () => {
    site = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><link rel="icon" href="data:,"><p>the other site</p>');
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    address = `http://127.0.0.1:${(site.address() as AddressInfo).port}/device?code=ABCD-EFGH`;
    rig = await openRig();
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await rig?.close();
    site?.close();
  });

  it('is shown whole before the person goes there', async () => {
    const context = await rig.context();
    const page = await rig.open({}, context);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    // As any page of the interface has it.
    await page.evaluate(`(() => {
      const link = Object.assign(document.createElement('a'), { href: ${JSON.stringify(address)}, target: '_blank', rel: 'noreferrer' });
      document.querySelector('main').append(link);
      link.append('Sign in there');
    })()`);
    const [between] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Sign in there' }).click(),
    ]);
    await between.getByRole('heading', { name: 'Open 127.0.0.1' }).waitFor();
    expect(new URL(between.url()).origin).not.toBe(new URL(page.url()).origin);
    expect(await between.locator('body').innerText()).toContain(address);
    await between.getByRole('link', { name: 'Open this page' }).click();
    await between.getByText('the other site').waitFor();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await context.close();
  });
});
