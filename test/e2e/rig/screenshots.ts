/** Where journeys leave what they saw, for somebody to look at: one folder, so that no run leaves another behind. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const screenshots = process.env['RUNLAYER_TEST_SCREENSHOTS'] ?? join(tmpdir(), 'runlayer-screenshots');
mkdirSync(screenshots, { recursive: true });
