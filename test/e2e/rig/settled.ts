import type { Page } from 'playwright-core';

/** Its heading is there, and nothing of it is still being loaded. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.getByText('Loading', { exact: true }).first().waitFor({ state: 'detached' });
}
