/**
 * The tray app as a person has it, with Electron's own binary: the window and its sandbox, a connector agreed to in the approval
 * window, a blocked call on the screen, a call that waits, lockdown. Skipped by name where there is no binary or no display;
 * test/journeys/app.test.ts goes the same ways with a fake in the binary's place.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everythingServer, node, openHome, type CompanionHome } from '../journeys/companion-home.ts';
import { connect, textOf } from '../journeys/deciding-steps.ts';
import type { RawClient } from '../journeys/raw-client.ts';

const project = join(import.meta.dirname, '..', '..');

/** Looks for the binary without importing electron: importing it would start a download. */
function electronBinary(): string | undefined {
  const folder = join(project, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist');
  const binary = join(dist, readFileSync(pathFile, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

function missing(): string | undefined {
  if (electronBinary() === undefined) return 'no Electron binary';
  if (process.platform !== 'linux') return 'needs Linux: /proc and the POSIX launcher';
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'no display';
  return existsSync(join(project, 'out', 'main', 'index.js')) ? undefined : 'not built, run npm run build';
}

const reason = missing();

describe.skipIf(reason !== undefined)(
  `the app with Electron’s binary${reason === undefined ? '' : ` [skipped: ${reason}]`}`,
  () => {
    let home: CompanionHome;
    let app: ElectronApplication;
    let page: Page;
    let client: RawClient;

    const display = ['DISPLAY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR', 'XAUTHORITY'];
    const windowAt = async (address: string): Promise<Page> =>
      app.windows().find((one) => one.url().startsWith(address)) ??
      app.waitForEvent('window', { predicate: (one) => one.url().startsWith(address) });
    const approvalWindow = (): Promise<Page> => windowAt('app://approval/');

    beforeAll(async () => {
      home = await openHome();
      app = await _electron.launch({
        executablePath: electronBinary() ?? '',
        args: [project],
        env: {
          ...home.env,
          ...Object.fromEntries(display.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
        },
      });
      page = await windowAt('app://companion/');
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
    });
    afterAll(async () => {
      await client?.close();
      await app?.close();
      await home?.close();
    });

    it('opens its window on the sandboxed interface', async () => {
      expect(page.url()).toBe('app://companion/');
      expect(await page.evaluate('typeof process + typeof require + Object.keys(window.companion).join()')).toBe(
        'undefinedundefinedcall,onEvent',
      );
    });

    it('reaches no network from its page', async () => {
      const tried = await page.evaluate(`Promise.allSettled([
        fetch('https://example.com/'),
        fetch('http://127.0.0.1:1/'),
        fetch('app://approval/'),
      ]).then((all) => all.map(({ status }) => status))`);
      expect(tried).toEqual(['rejected', 'rejected', 'rejected']);
      expect(await page.evaluate(`window.open('https://example.com/?stolen') === null`)).toBe(true);
    });

    it('holds a connector of the command line for the approval window, which the page cannot answer', async () => {
      const added = home.runlayer([
        'connectors',
        'add',
        'things',
        '-y',
        '--default',
        'ask',
        '--',
        node,
        everythingServer,
      ]);
      const approval = await approvalWindow();
      await approval.getByText('things', { exact: false }).first().waitFor();
      expect(await approval.evaluate('document.activeElement.textContent')).toBe('Deny');
      const [question] = await page.evaluate<{ id: string; hash: string }[]>(
        `window.companion.call('held.list', {}).then(({ value }) => value)`,
      );
      const { id, hash } = question ?? {};
      const stolen = await page.evaluate<{ ok: boolean }>(
        `window.companion.call('held.answer', ${JSON.stringify({ id, hash, allow: true })})`,
      );
      expect(stolen).toMatchObject({ ok: false, error: { code: 'E_UNKNOWN_OPERATION' } });
      await approval.getByRole('button', { name: 'Allow' }).click();
      expect((await added).code).toBe(0);
    });

    it('connects a client, and lets its call through by a yes in the approval window', async () => {
      client = await connect(home, 'things', 'Cursor');
      const called = client.call('one', 'echo', { message: 'hello' });
      const approval = await approvalWindow();
      await approval.getByText('Cursor wants to call echo').waitFor();
      await approval.getByRole('button', { name: 'Allow' }).click();
      expect(textOf(await called)).toContain('hello');
    });

    it('shows a blocked call', async () => {
      await home.must(['policy', 'deny', 'things', 'get-*']);
      await page.getByRole('link', { name: 'Activity' }).click();
      await page.getByRole('heading', { name: 'Activity' }).waitFor();
      await Promise.all([client.call('two', 'get-env', {}), page.getByText('get-env').first().waitFor()]);
    });

    it('stops everything, and ends that only by a yes', async () => {
      await page.getByRole('link', { name: 'Overview' }).click();
      await page.getByRole('button', { name: 'Stop all calls' }).click();
      await page.getByText('LOCKED DOWN', { exact: false }).first().waitFor();
      expect((await client.call('three', 'echo', { message: 'x' })).result?.isError).toBe(true);
      await page.getByRole('button', { name: 'Let calls through again' }).click();
      const approval = await approvalWindow();
      await approval.getByText('Let calls through again?').waitFor();
      await approval.getByRole('button', { name: 'Allow' }).click();
      await page.getByRole('button', { name: 'Stop all calls' }).waitFor();
    });
  },
);
