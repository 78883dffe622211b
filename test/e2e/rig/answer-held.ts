import type { Page } from 'playwright-core';

/** Does what is held, answers in the approval window that opens, and gives all that was shown there. */
export async function answerHeld(
  page: Page,
  begin: () => Promise<unknown>,
  button: 'Allow' | 'Deny' = 'Allow',
): Promise<string> {
  const [popup] = await Promise.all([page.context().waitForEvent('page'), begin()]);
  await page.getByText('Waiting for your answer in the approval window.').first().waitFor();
  await popup.bringToFront();
  const choice = popup.getByRole('button', { name: button, exact: true });
  await choice.waitFor();
  const text = await popup.locator('body').innerText();
  await choice.click();
  // It closes itself once it is answered.
  if (!popup.isClosed()) await popup.waitForEvent('close');
  await page.bringToFront();
  return text;
}
