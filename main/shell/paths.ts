import { homedir } from 'node:os';
import { join } from 'node:path';
import which from 'which';
import type { Electron } from './companion-host.ts';

export interface ShellPaths {
  readonly home: string;
  readonly preload: string;
  /** The built interface, and beside it the approval window. */
  readonly renderer: string;
  readonly approval: string;
  readonly trayImages: string;
  /**
   * The thin client that AI clients start. Electron cannot be it (RunAsNode is off), so it needs a Node of the machine;
   * where there is none, or in a package (a script inside the archive can be run by nobody else), the paths are empty
   * and the companion refuses to write a launcher.
   */
  readonly program: { readonly nodePath: string; readonly scriptPath: string };
}

/** @returns where things are: in the package, or in a checkout that was started with `electron .`. */
export function shellPaths(
  electron: Pick<Electron, 'app'>,
  process: { readonly env: Readonly<Record<string, string | undefined>>; readonly resourcesPath: string },
): ShellPaths {
  const root = electron.app.getAppPath();
  const node = electron.app.isPackaged ? null : which.sync('node', { nothrow: true, path: process.env['PATH'] ?? '' });
  const override = process.env['RUNLAYER_COMPANION_HOME'];
  return {
    home: override === undefined || override === '' ? join(homedir(), '.runlayer', 'companion') : override,
    preload: join(root, 'out', 'preload', 'preload.cjs'),
    renderer: join(root, 'out', 'renderer'),
    approval: join(root, 'out', 'approval'),
    trayImages: electron.app.isPackaged ? join(process.resourcesPath, 'tray') : join(root, 'resources', 'tray'),
    program:
      node === null
        ? { nodePath: '', scriptPath: '' }
        : { nodePath: node, scriptPath: join(root, 'out', 'cli', 'runlayer.js') },
  };
}
