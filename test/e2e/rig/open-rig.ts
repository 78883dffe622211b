/**
 * Everything that a person has in front of them: the built headless host in a home of its own, a keychain, optionally a
 * tenant, and a browser. Real parts only. What it began is gone when it is closed, or closing it fails.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describe } from 'vitest';
import { startTenant, type RunningTenant, type TenantOptions } from '../../backend/start-tenant.ts';
import { buildOnce } from '../../journeys/build-once.ts';
import { CompanionHome, openHome } from '../../journeys/companion-home.ts';
import { INSECURE } from '../../journeys/tenant-home.ts';
import { textUntil } from '../../process/processes.ts';
import { keyringMissing, startKeyring } from '../../secrets/throwaway-keyring.ts';
import { browserMissing, launchChromium } from './chromium.ts';
import { Complaints, watchContext } from './watched-page.ts';

export const PASSPHRASE = 'correct horse battery';

const missing =
  browserMissing ?? (process.platform === 'linux' ? undefined : 'needs Linux: /proc and the POSIX launcher');

export function describeInBrowser(title: string, body: () => void): void {
  describe.skipIf(missing !== undefined)(missing === undefined ? title : `${title} [skipped: ${missing}]`, body);
}

export interface RigOptions {
  /** None without it. */
  readonly tenant?: TenantOptions;
  /** The passphrase vault is used without it, and where no keyring can be started. */
  readonly keyring?: boolean;
  /** Laid over the environment of the home. */
  readonly env?: Readonly<Record<string, string>>;
  /** An empty folder that is the person's home, and is deleted with it; a temporary one without it. */
  readonly path?: string;
  /** Further flags of the browser. */
  readonly flags?: readonly string[];
}

export interface Look {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

export interface Rig {
  readonly home: CompanionHome;
  readonly tenant: RunningTenant | undefined;
  readonly browser: Browser;
  readonly complaints: Complaints;
  /** Starts the host; one that ran before has to be stopped first. @returns what it says at its start. */
  serve(): Promise<string>;
  /** A new link, as `runlayer open` prints it. */
  link(): Promise<string>;
  /** A browser profile of its own; its pages are watched. */
  context(look?: Look): Promise<BrowserContext>;
  /** Opens the interface with a new link, in a profile of its own unless one is given. */
  open(look?: Look, context?: BrowserContext): Promise<Page>;
  close(): Promise<void>;
}

async function startHost(home: CompanionHome, env: Readonly<Record<string, string>>): Promise<string> {
  const host = home.start(['serve'], { env });
  const said = await textUntil(host.stdout, /runlayer stop/);
  host.stdout.resume();
  host.stderr.resume();
  return said;
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const complaints = new Complaints();
  const closing: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.toReversed()) await step();
  };
  try {
    const browser = await launchChromium(options.flags);
    closing.push(() => browser.close());
    const tenant = options.tenant === undefined ? undefined : await startTenant(options.tenant);
    if (tenant !== undefined) closing.push(() => tenant.stop());
    const keyring = options.keyring === true && keyringMissing === undefined ? await startKeyring() : undefined;
    if (keyring !== undefined) closing.push(() => keyring.stop());
    const env = { ...keyring?.env, ...(tenant === undefined ? {} : INSECURE), ...options.env };
    await buildOnce();
    const home = options.path === undefined ? await openHome(env) : new CompanionHome(options.path, env);
    closing.push(() => home.close());
    const serve = (): Promise<string> => startHost(home, {});
    await serve();
    if (keyring === undefined) await home.must(['secrets', 'vault', 'create'], { input: `${PASSPHRASE}\n` });

    const link = async (): Promise<string> => (await home.must(['open'])).trim();
    const context = async ({ theme = 'light', width = 1120, height = 760 }: Look = {}): Promise<BrowserContext> => {
      const made = await browser.newContext({
        colorScheme: theme,
        viewport: { width, height },
        reducedMotion: 'reduce',
        acceptDownloads: true,
      });
      // Only what hangs may run into it, as with the limits of all tests.
      made.setDefaultTimeout(45_000);
      await watchContext(made, complaints);
      return made;
    };
    const open = async (look?: Look, given?: BrowserContext): Promise<Page> => {
      const page = await (given ?? (await context(look))).newPage();
      await page.goto(await link());
      return page;
    };
    return { home, tenant, browser, complaints, serve, link, context, open, close };
  } catch (error) {
    await close();
    throw error;
  }
}
