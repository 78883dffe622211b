import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/** From the system's user database (`os.userInfo()`), not from the environment. */
export interface SessionUser {
  readonly username: string;
  readonly homedir: string;
  readonly shell: string | null;
}

/** Names that say where and in which session a person works. Those that name a socket or a folder are looked at first. */
const SESSION_NAMES = new Set([
  'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'COLORTERM',
  'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'XDG_SESSION_ID', 'XDG_SESSION_TYPE',
  'XDG_CURRENT_DESKTOP', 'XDG_SEAT', 'XDG_VTNR', 'DESKTOP_SESSION', 'DBUS_SESSION_BUS_ADDRESS', 'SSH_AUTH_SOCK',
  '__CF_USER_TEXT_ENCODING',
]); // prettier-ignore

/** Paths that must belong to this user: a client's entry must not aim the keychain, or a folder of ours, elsewhere. */
const OWN_PATHS = new Set(['TMPDIR', 'XDG_RUNTIME_DIR', 'XAUTHORITY', 'SSH_AUTH_SOCK']);

const BUS = 'DBUS_SESSION_BUS_ADDRESS';

/** The socket of a bus on this machine; a bus elsewhere (tcp:) or one that anybody may own (abstract) is not taken. */
function busSocket(address: string): string | undefined {
  return /^unix:path=([^,;%]+)(?:,guid=[0-9a-f]+)?$/.exec(address)?.[1];
}

/** True for a file or folder of this user's own; a sticky folder such as /tmp may be anybody's. */
function isOwn(path: string): boolean {
  try {
    const entry = statSync(path);
    return entry.uid === process.getuid?.() || (entry.isDirectory() && (entry.mode & 0o1000) !== 0 && entry.uid === 0);
  } catch {
    return false;
  }
}

const PLAIN_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin';

/**
 * The environment to ask a login shell with. A companion that a client started was given that client's environment,
 * which a repository's client entry can fill: a login shell passes PATH, npm_config_registry or HTTPS_PROXY on, so
 * asking it with them would launder them. Only session names are kept; HOME, USER and SHELL come from the user
 * database. Windows: returned as it is, because there is no login shell.
 */
export function sessionEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  user: SessionUser,
  platform: NodeJS.Platform = process.platform,
  belongsToUs: (path: string) => boolean = isOwn,
): Record<string, string> {
  const kept = Object.entries(own).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (platform === 'win32' || isSessionEntry(entry[0], entry[1], belongsToUs)),
  );
  if (platform === 'win32') return Object.fromEntries(kept);
  return {
    ...Object.fromEntries(kept),
    PATH: PLAIN_PATH,
    HOME: user.homedir,
    USER: user.username,
    LOGNAME: user.username,
    ...(user.shell === null ? {} : { SHELL: user.shell }),
  };
}

function isSessionEntry(name: string, value: string, belongsToUs: (path: string) => boolean): boolean {
  if (/^LC_[A-Z]{1,20}$/.test(name)) return true;
  if (!SESSION_NAMES.has(name)) return false;
  const path = name === BUS ? (busSocket(value) ?? '') : value;
  return name === BUS || OWN_PATHS.has(name) ? isAbsolute(path) && belongsToUs(path) : true;
}
