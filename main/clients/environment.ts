import type { WritableClientId } from '../../preload/contract/client.ts';

/**
 * Everything this room knows about the machine. The companion and the local commands (`setup uninstall`, `setup undo`)
 * each build one; nothing here reads `process`, so that both get the same answer.
 */
export interface ClientEnvironment {
  readonly platform: 'darwin' | 'win32' | 'linux';
  /** Absolute path. */
  readonly homeDirectory: string;
  /** Only `APPDATA` and `LOCALAPPDATA` count, on Windows. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the companion's home: `<companionHome>/clients/` and `<companionHome>/backups/<client>/`. */
  readonly companionHome: string;
  /** Absolute path that is written as `command` into client files. */
  readonly launcher: string;
  clock(): Date;
  /** Asked right before a write, and only for a client that rewrites its own file. A rejection refuses the write. */
  isClientRunning(client: WritableClientId): Promise<boolean>;
}
