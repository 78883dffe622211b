import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { keyringMissing, startKeyring, withKeyring } from './throwaway-keyring.ts';

// Real daemons and several processes: seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const skipped = keyringMissing === undefined ? '' : ` [skipped: ${keyringMissing}]`;
const folderOf = (env: Record<string, string>): string =>
  dirname(env['DBUS_SESSION_BUS_ADDRESS']!.slice('unix:path='.length));

/** Processes that were started with `text` in their environment or arguments. */
function processesWith(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`].some((path) => readFileSync(path, 'utf8').includes(text));
    } catch {
      return false;
    }
  });
}

describe.skipIf(keyringMissing !== undefined)(`throw-away keyring${skipped}`, () => {
  it('leaves no process and no file, and may be stopped twice', async () => {
    const keyring = await startKeyring({ prompter: 'silent' });
    const folder = folderOf(keyring.env);
    expect(processesWith(folder).length).toBeGreaterThanOrEqual(3);
    keyring.lock();
    await Promise.all([keyring.stop(), keyring.stop()]);
    expect(processesWith(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  it('is ended also when its user fails', async () => {
    let folder = '';
    const failing = withKeyring(({ env }) => {
      folder = folderOf(env);
      return Promise.reject(new Error('the test failed'));
    });
    await expect(failing).rejects.toThrow('the test failed');
    expect(processesWith(folder)).toEqual([]);
  });

  it('is ended also when the process that started it is killed', async () => {
    const script = `
      import { startKeyring } from ${JSON.stringify(new URL('throwaway-keyring.ts', import.meta.url).href)};
      const { env } = await startKeyring();
      process.stdout.write(env.DBUS_SESSION_BUS_ADDRESS, () => process.kill(process.pid, 'SIGKILL'));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let address = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (address += chunk));
    child.stderr.resume();
    // The shell that keeps the daemons has this stderr too: it closes when that shell has ended them and itself.
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
    const folder = folderOf({ DBUS_SESSION_BUS_ADDRESS: address });
    expect(folder).toMatch(/rl-keyring-/);
    expect(processesWith(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});
