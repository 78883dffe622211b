/** Where the companion's socket is. Imports node: modules only; the thin client computes the same path. */
import { createHash } from 'node:crypto';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** sockaddr_un holds 104 bytes on macOS, 108 on Linux. */
const MAX_SOCKET_PATH_BYTES = 100;

export function companionHome(env: Readonly<Record<string, string | undefined>>): string {
  const override = env['RUNLAYER_COMPANION_HOME'];
  return override === undefined || override === '' ? join(homedir(), '.runlayer', 'companion') : override;
}

export interface SocketPlace {
  readonly path: string;
  /** The folder whose ownership and mode protect the socket. */
  readonly directory: string;
}

/** `<home>/companion.sock`, or a short stand-in in the temporary folder where that is too long for a socket address. */
export function socketPlace(home: string): SocketPlace {
  const path = join(home, 'companion.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return { path, directory: home };
  const directory = join(tmpdir(), `rl-${userInfo().uid}`);
  const name = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return { path: join(directory, `${name}.sock`), directory };
}
