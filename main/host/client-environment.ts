/** What the clients room needs to know of this machine; the companion and the local commands build the same one. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { WritableClientId } from '../../preload/contract/index.ts';
import type { ClientEnvironment } from '../clients/environment.ts';
import { installLauncher } from '../clients/launcher.ts';
import { isRunning } from '../process/find-running.ts';

const PROCESS_NAMES: Readonly<Record<WritableClientId, readonly string[]>> = {
  claude_desktop: ['Claude', 'Claude.exe', 'claude-desktop'],
  cursor: ['Cursor', 'Cursor.exe', 'cursor'],
};

function platformOf(name: NodeJS.Platform): 'darwin' | 'win32' | 'linux' {
  return name === 'darwin' || name === 'win32' ? name : 'linux';
}

/** `installLauncher` puts or refreshes `~/.runlayer/bin/runlayer`; without it only its path is named. */
export async function localClientEnvironment(options: {
  readonly companionHome: string;
  readonly program: { readonly nodePath: string; readonly scriptPath: string };
  readonly installLauncher: boolean;
}): Promise<ClientEnvironment> {
  const directory = join(homedir(), '.runlayer', 'bin');
  const launcher = options.installLauncher
    ? await installLauncher({ directory, ...options.program, platform: process.platform })
    : join(directory, 'runlayer');
  return {
    platform: platformOf(process.platform),
    homeDirectory: homedir(),
    env: process.env,
    companionHome: options.companionHome,
    launcher,
    clock: () => new Date(),
    isClientRunning: (client) => isRunning(PROCESS_NAMES[client]),
  };
}
