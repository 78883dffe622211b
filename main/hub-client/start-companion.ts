/** Starts the companion that this package brings, as the thin client does, where none runs. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startOnDemandHost } from '../cli/local/start-host.ts';
import type { Unreachable } from '../cli/thin/connect.ts';

/** Beside the built client. It names its own Node: the one that runs this program may be too old. */
const LAUNCHER = fileURLToPath(new URL('../bin/runlayer', import.meta.url));

/** Resolves with the reason once the started host has ended; while it lives this never resolves. */
export async function startCompanion(home: string): Promise<Unreachable> {
  if (!existsSync(LAUNCHER))
    return {
      code: 'E_COMPANION_NOT_STARTED',
      message: 'No companion runs, and this package is not built.',
      next: 'Run "runlayer serve", or build the package with "npm run build".',
    };
  return startOnDemandHost(home, { path: LAUNCHER, args: [] });
}
