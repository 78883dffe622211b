/** The page in Debian's Chromium, over the built headless host: how long each key takes to be answered on the screen. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from '../e2e/rig/chromium.ts';
import type { BenchHome } from './bench-home.ts';
import { runlayer } from './companion.ts';

const WORDS: Readonly<Record<string, string>> = {
  'a word that is often there': 'claude',
  'a tool': 'read_file',
  'two words': 'cursor denied',
  'what never occurs': 'qqzz nothing',
  'one address of many': 'notes/123',
};

/** In the page: from the input event to the frame behind the change of the rows' text. */
const WATCH_KEYS = `(() => {
  window.keyTimes = [];
  const section = document.querySelector('section[aria-label="Calls"]');
  const field = document.querySelector('input[type="search"]');
  let began;
  field.addEventListener('input', () => { began = performance.now(); }, true);
  new MutationObserver(() => {
    if (began === undefined || section.dataset.query !== field.value) return;
    const from = began;
    began = undefined;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.keyTimes.push(performance.now() - from);
      channel.port2.postMessage(0);
    });
  }).observe(section, { attributes: true, attributeFilter: ['data-query'] });
})()`;

/** Jumps to a part of the list; answers once every row that is seen is there. */
const jumpTo = (part: number): string => `(async () => {
  const grid = document.querySelector('[role="grid"]');
  const from = performance.now();
  grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * ${part};
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  await frame();
  while (grid.querySelector('[aria-label="Loading"]') !== null) await frame();
  return performance.now() - from;
})()`;

async function type(page: Page, text: string): Promise<number[]> {
  const field = page.getByRole('searchbox', { name: 'Search calls' });
  await field.click();
  await page.evaluate('window.keyTimes = [], 0');
  const times = async (): Promise<number[]> => await page.evaluate('window.keyTimes');
  const press = async (key: string, wanted: number): Promise<void> => {
    await page.keyboard.press(key);
    for (let waits = 0; waits < 500 && (await times()).length < wanted; waits += 1) await page.waitForTimeout(10);
  };
  let wanted = 0;
  for (const key of text) await press(key === ' ' ? 'Space' : key, (wanted += 1));
  for (const _ of text) await press('Backspace', (wanted += 1));
  const measured = await times();
  if (measured.length !== wanted) throw new Error(`${measured.length} of ${wanted} keys were answered`);
  return measured;
}

export async function measurePage(home: BenchHome): Promise<{
  readonly keystrokes: Record<string, number[]>;
  readonly jumps: number[];
  readonly complaints: string[];
}> {
  const host = home.start(runlayer, ['serve']);
  await once(host.stdout, 'data');
  host.stdout.resume();
  const link = execFileSync(runlayer, ['open'], { env: home.env, encoding: 'utf8' }).trim();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1120, height: 760 } });
    page.setDefaultTimeout(60_000);
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(link);
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.locator('[role="grid"] [data-row="0"] time').waitFor();
    await page.evaluate(WATCH_KEYS);
    const keystrokes: Record<string, number[]> = {};
    for (const [kind, text] of Object.entries(WORDS)) keystrokes[kind] = await type(page, text);
    const jumps: number[] = [];
    for (const part of [0.5, 0.1, 0.9, 0.3, 1, 0.7, 0, 0.6, 0.2, 0.8]) jumps.push(await page.evaluate(jumpTo(part)));
    const shots = process.env['RUNLAYER_SHOTS'];
    if (shots !== undefined) await takeShots(page, shots);
    return { keystrokes, jumps, complaints };
  } finally {
    await browser.close();
  }
}

async function takeShots(page: Page, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(folder, `million-${theme}.png`) });
  }
}
