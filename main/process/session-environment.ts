/** From the system's user database (`os.userInfo()`), not from the environment. */
export interface SessionUser {
  readonly username: string;
  readonly homedir: string;
  readonly shell: string | null;
}

/** Names that say where and in which session a person works, and aim no program anywhere. */
const SESSION_NAMES = new Set([
  'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'COLORTERM',
  'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'XDG_SESSION_ID', 'XDG_SESSION_TYPE',
  'XDG_CURRENT_DESKTOP', 'XDG_SEAT', 'XDG_VTNR', 'DESKTOP_SESSION', 'DBUS_SESSION_BUS_ADDRESS', 'SSH_AUTH_SOCK',
  '__CF_USER_TEXT_ENCODING',
]); // prettier-ignore

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
): Record<string, string> {
  const kept = Object.entries(own).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (platform === 'win32' || SESSION_NAMES.has(entry[0]) || /^LC_[A-Z]{1,20}$/.test(entry[0])),
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
