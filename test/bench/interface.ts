/**
 * `npm run bench:interface`: how much script the interface loads, and when a person sees something: the first paint and the
 * first page with its data, in Chromium, over the built headless host. Ends non-zero where a figure is missed.
 */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../e2e/rig/chromium.ts';
import { scriptSizes } from '../e2e/rig/script-sizes.ts';
import { root } from '../journeys/build-once.ts';
import { openHome, type CompanionHome } from '../journeys/companion-home.ts';
import { serve } from '../journeys/tenant-home.ts';

const ROUNDS = 9;
const MAX_INITIAL_KIB = 180;
const MAX_FIRST_PAINT_MS = 300;

interface Opened {
  readonly firstPaintMs: number;
  readonly shownMs: number;
}

/** Buffered: it may be over before anybody asks. */
const FIRST_PAINT = `new Promise((resolve) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName('first-contentful-paint')[0];
  if (paint !== undefined) resolve(paint.startTime);
}).observe({ type: 'paint', buffered: true }))`;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

/** A profile of its own: nothing is in its cache. */
async function openOnce(browser: Browser, home: CompanionHome): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1120, height: 760 } });
  try {
    const page = await context.newPage();
    await page.goto((await home.must(['open'])).trim());
    await page.getByText('No connector yet.').first().waitFor();
    const shownMs = await page.evaluate<number>('performance.now()');
    return { firstPaintMs: await page.evaluate<number>(FIRST_PAINT), shownMs };
  } finally {
    await context.close();
  }
}

async function measure(): Promise<Opened[]> {
  const home = await openHome();
  const browser = await launchChromium();
  try {
    await serve(home, {});
    await openOnce(browser, home);
    const opened: Opened[] = [];
    for (let round = 0; round < ROUNDS; round += 1) opened.push(await openOnce(browser, home));
    return opened;
  } finally {
    await browser.close();
    await home.close();
  }
}

const opened = await measure();
const { initial, all, count } = scriptSizes(join(root, 'out', 'renderer'));
const firstPaints = opened.map(({ firstPaintMs }) => firstPaintMs);
const firstPaint = median(firstPaints);
console.log(`script at once      ${kib(initial)} gzipped (at most ${MAX_INITIAL_KIB} KiB)
script of all pages ${kib(all)} gzipped in ${count} files
first paint         ${firstPaint.toFixed(0)} ms median of ${ROUNDS}, ${Math.max(...firstPaints).toFixed(0)} ms at most (${MAX_FIRST_PAINT_MS} ms)
first page shown    ${median(opened.map(({ shownMs }) => shownMs)).toFixed(0)} ms median, seen from outside`);
process.exitCode = initial <= MAX_INITIAL_KIB * 1024 && firstPaint <= MAX_FIRST_PAINT_MS ? 0 : 1;
