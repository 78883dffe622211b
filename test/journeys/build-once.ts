/** Journeys run what is built. `npm test` builds first; a file that is run alone builds when nothing is there. */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const launcher = join(root, 'out', 'bin', 'runlayer');

/** Written last by the build, so that its presence means that the rest is there. */
const LAST_BUILT = launcher;
const BUILD_MS = 120_000;

/** Builds `out/` unless it is there; files that run at the same time wait for the one that builds. */
export async function buildOnce(): Promise<void> {
  const key = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const lock = join(tmpdir(), `rl-build-${userInfo().uid}-${key}.lock`);
  const deadline = performance.now() + BUILD_MS;
  while (!existsSync(LAST_BUILT)) {
    if (performance.now() > deadline) throw new Error(`nothing was built within ${BUILD_MS / 1000} s`);
    if (!takeLock(lock)) {
      await delay(100);
      continue;
    }
    try {
      execFileSync(process.execPath, [join(root, 'resources', 'scripts', 'build.mjs')], {
        cwd: root,
        stdio: 'inherit',
      });
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

function takeLock(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch {
    // Left by a run that was killed in the middle of a build.
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > BUILD_MS) rmSync(path, { force: true });
    return false;
  }
}
