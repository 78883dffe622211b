/** A script in the page, whatever it tries, reaches no other machine: no byte and no datagram arrives. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listenForCanaries, networkAddress, type CanaryListener } from './rig/canary-listener.ts';
import { attempt, ESCAPE_ATTEMPTS } from './rig/escape-attempts.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

const LISTEN_MS = 10_000;
const SHORT_MS = 500;

/** What arrives from no page at all here, with the reason; that nothing comes of these from our page shows nothing. */
const NOT_HERE = new Map<string, string>([
  ['link icon', 'a browser without windows shows no icons'],
  ['link manifest', 'a browser without windows installs nothing'],
  ['link preconnect', 'off in profiles that keep nothing'],
  ['link dns-prefetch', 'off in profiles that keep nothing'],
  ['service worker', 'none can come from another origin'],
  ...(networkAddress === undefined ? [['WebRTC over UDP', 'only loopback here'] as const] : []),
  ...(networkAddress === undefined ? [['WebRTC over TCP', 'only loopback here'] as const] : []),
]);

describeInBrowser('a page that wants to reach another machine', () => {
  let rig: Rig;
  let outside: CanaryListener;
  let context: BrowserContext;
  let page: Page;
  let folder: string;

  /** Some attempts end the page, or leave others behind. */
  const openAnew = async (): Promise<void> => {
    await Promise.all(context.pages().map((opened) => opened.close()));
    page = await rig.open({}, context);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  };
  /** The names of the three pages differ, so that what each one reached can be told apart. */
  const out = (name: string, { port } = outside): string => `http://${name}.example:${port}/`;

  const host = ({ address, port } = outside): string => `${address}:${port}`;

  beforeAll(async () => {
    outside = await listenForCanaries();
    folder = await mkdtemp(join(tmpdir(), 'escape-'));
    // Any name ends at the listener, so that no attempt fails only because there is nobody.
    const names = `--host-resolver-rules=MAP *.example ${outside.address}`;
    rig = await openRig({ flags: [names, `--log-net-log=${join(folder, 'net.json')}`] });
    context = await rig.context();
    await openAnew();
  });
  afterAll(async () => {
    await rig?.close();
    await outside?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(ESCAPE_ATTEMPTS))('not by %s', async (_name, body) => {
    // The page may be gone before it can say how it ended.
    await page.evaluate(attempt(body, out('taken'), host())).catch(() => undefined);
    expect(outside.take()).toEqual([]);
    if (context.pages().length > 1 || !page.url().startsWith('http://127.0.0.1')) await openAnew();
  });

  it.each(Object.entries(ESCAPE_ATTEMPTS))(
    'though %s leads there from a page that forbids nothing',
    async (name, body) => {
      // One of its own for each: what comes late of the one before is not taken for this one's.
      const beyond = await listenForCanaries();
      const free = await (await rig.browser.newContext()).newPage();
      // As the interface is: on this machine, which browsers trust like https.
      await free.goto(`http://127.0.0.1:${beyond.port}/`);
      expect(beyond.take()).toEqual([]);
      const tried = free.evaluate(attempt(body, out('free', beyond), host(beyond))).catch(() => undefined);
      const reached = await beyond.arrival(NOT_HERE.has(name) ? SHORT_MS : LISTEN_MS);
      await free.context().close();
      await tried;
      await beyond.close();
      expect([name, reached]).toEqual([name, !NOT_HERE.has(name)]);
    },
  );

  it('and nothing came late, where it would have been heard', async () => {
    const honest = await (await rig.browser.newContext()).newPage();
    await honest.goto(`${out('marker')}marker`);
    const heard = outside.take();
    expect(heard).toContain('tcp GET /marker HTTP/1.1');
    expect(heard.filter((text) => !/^tcp (connection$|GET \/(marker|favicon.ico) )/.test(text))).toEqual([]);
  });

  it('and no name was looked up, which would carry something out as well', async () => {
    await rig.browser.close();
    const log = await readFile(join(folder, 'net.json'), 'utf8');
    expect(log).toContain('marker.example');
    // The page that shows where a link leads has the address behind its "#", for itself alone.
    expect(log.replaceAll('#leave=http%3A%2F%2Ftaken.example', '')).not.toContain('taken.example');
  });
});
