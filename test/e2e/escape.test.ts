/** A script in the page, whatever it tries, reaches no other machine: no byte and no datagram arrives. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listenForCanaries, type CanaryListener } from './rig/canary-listener.ts';
import { attempt, ESCAPE_ATTEMPTS } from './rig/escape-attempts.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

describeInBrowser('a page that wants to reach another machine', () => {
  let rig: Rig;
  let outside: CanaryListener;
  let context: BrowserContext;
  let page: Page;

  /** Some attempts end the page, or leave others behind. */
  const openAnew = async (): Promise<void> => {
    await Promise.all(context.pages().map((opened) => opened.close()));
    page = await rig.open({}, context);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  };
  const address = (path: string): string => `http://outside.example:${outside.port}${path}`;

  beforeAll(async () => {
    outside = await listenForCanaries();
    // Any name ends at the listener, so that no attempt fails only because there is nobody.
    rig = await openRig({ flags: ['--host-resolver-rules=MAP *.example 127.0.0.1'] });
    context = await rig.context();
    await openAnew();
  });
  afterAll(async () => {
    await rig?.close();
    await outside?.close();
  });

  it.each(Object.entries(ESCAPE_ATTEMPTS))('not by %s', async (_name, body) => {
    // The page may be gone before it can say how it ended.
    await page.evaluate(attempt(body, address('/taken'))).catch(() => undefined);
    expect(outside.take()).toEqual([]);
    if (context.pages().length > 1 || !page.url().startsWith('http://127.0.0.1')) await openAnew();
  });

  it('and nothing came late, where it would have been heard', async () => {
    const honest = await (await rig.browser.newContext()).newPage();
    await honest.goto(address('/marker'));
    await outside.arrival(/GET \/marker/);
    expect(outside.take().filter((text) => !text.includes('/favicon.ico'))).toEqual([]);
  });
});
