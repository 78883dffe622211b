/** A call that was refused is on the screen within a second of being made, and says why. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { filesystemServer, node } from '../journeys/companion-home.ts';
import { connect } from '../journeys/deciding-steps.ts';
import type { RawClient } from '../journeys/raw-client.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';

describeInBrowser('a blocked call', () => {
  let rig: Rig;
  let page: Page;
  let client: RawClient;

  beforeAll(async () => {
    rig = await openRig();
    const folder = join(rig.home.path, 'Documents');
    mkdirSync(folder);
    await rig.home.add('files', [node, filesystemServer, folder], ['--default', 'read-only']);
    await rig.home.must(['policy', 'deny', 'files', 'write_*']);
    client = await connect(rig.home, 'files', 'Cursor');
    // As every client does first; the server would be asked in the middle of the call otherwise.
    await client.request('tools', 'tools/list');
    page = await rig.open();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
  afterEach(() => {
    expect(rig.complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await client?.close();
    await rig?.close();
  });

  it('appears within one second of being made', async () => {
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByRole('heading', { name: 'Activity' }).waitFor();
    const began = performance.now();
    const [answer] = await Promise.all([
      client.call('blocked', 'write_file', { path: join(rig.home.path, 'Documents', 'a.txt'), content: 'x' }),
      page.getByText('write_file').first().waitFor(),
    ]);
    const tookMs = performance.now() - began;
    expect(answer.error?.message).toBe('Unknown tool: write_file');
    expect(tookMs).toBeLessThan(1000);
  });
});
