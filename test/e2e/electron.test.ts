import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { expect, it } from 'vitest';

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
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'no display';
  return existsSync(join(project, 'out', 'main', 'index.js')) ? undefined : 'not built, run npm run build';
}

const reason = missing();

it.skipIf(reason !== undefined)(
  `the app opens its window on the sandboxed interface${reason === undefined ? '' : ` [skipped: ${reason}]`}`,
  async () => {
    const home = await mkdtemp(join(tmpdir(), 'rl-app-'));
    const app = await _electron.launch({
      executablePath: electronBinary() ?? '',
      args: [project],
      env: { ...process.env, RUNLAYER_COMPANION_HOME: home },
    });
    try {
      const window = await app.firstWindow();
      await window.getByRole('heading', { name: 'Overview' }).waitFor();
      expect(window.url()).toBe('app://companion/');
      expect(await window.evaluate('typeof process + typeof require + Object.keys(window.companion).join()')).toBe(
        'undefinedundefinedcall,onEvent',
      );
      await window.getByRole('link', { name: 'Activity' }).click();
      await window.getByRole('heading', { name: 'Activity' }).waitFor();
    } finally {
      await app.close();
      await rm(home, { recursive: true, force: true });
    }
  },
  60_000,
);
