/**
 * A page whose every complaint is written down: errors and warnings of its console, exceptions, reports of the content
 * security policy, requests that failed, dialogs. A journey that leaves one behind has failed, unless it said before that
 * it would come.
 */
import type { BrowserContext, Page } from 'playwright-core';

/** Runs in each document before anything of its own. */
const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) => {
  console.error('policy report: ' + event.effectiveDirective + ' ' + event.blockedURI);
}, true);`;

export class Complaints {
  private readonly written: string[] = [];
  private readonly expected: RegExp[] = [];

  write(text: string): void {
    if (!this.expected.some((pattern) => pattern.test(text))) this.written.push(text);
  }

  /** What fits from now on is part of the journey. */
  expect(pattern: RegExp): void {
    this.expected.push(pattern);
  }

  /** What was written since the last look; nothing is expected any more. */
  take(): string[] {
    this.expected.length = 0;
    return this.written.splice(0);
  }
}

/** What a page asked for and no longer wants, because it is left or closed: that is no failure. */
const isGivenUp = (url: string, why: string): boolean =>
  new URL(url).pathname.startsWith('/api/') && why === 'net::ERR_ABORTED';

function watch(page: Page, complaints: Complaints): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.write(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.write(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    if (!isGivenUp(request.url(), why)) complaints.write(`request: ${why} ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.write(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

/** Every page of the context, those that a page opens included. */
export async function watchContext(context: BrowserContext, complaints: Complaints): Promise<void> {
  await context.addInitScript({ content: REPORT_VIOLATIONS });
  context.on('page', (page) => watch(page, complaints));
}
