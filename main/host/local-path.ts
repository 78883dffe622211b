/**
 * Which absolute texts name something on this machine. On Windows two separators lead to another machine (`\\host\share`) or to
 * a device: to look there would tell that machine who is signed in here, and would wait for it. Elsewhere every path is local.
 */
import type { PlatformPath } from 'node:path';

const ELSEWHERE = /^(?:[\\/]{2}|[\\/]\?\?[\\/])/;
/** `\\?\C:\x`, `\\.\C:\x` and `\??\C:\x` are `C:\x`. */
const DRIVE = /^(?:[\\/]{2}[?.]|[\\/]\?\?)[\\/]+([a-z]:)([\\/].*)?$/is;
/** A host and a share. What holds a blank or a quotation mark is the beginning of a text. */
const SHARE = /^[\\/]{2,}[^\\/\s"<>|*]+[\\/]+[^\\/]/;
/** `\??\` and `\\?\` with anything else behind them. */
const DEVICE = /^(?:[\\/]{2}[?.]|[\\/]\?\?)[\\/]/;

/** Files of these names are devices, in whatever folder. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(?:[.:].*)?$/i;

export interface LocalPaths {
  /** The text as a path of this machine; throws where it leads to another one or to a device. Asks nobody. */
  readonly local: (absolute: string) => string;
  readonly isDevice: (name: string) => boolean;
}

/** `own`: folders that this machine was set up with; one on a share of theirs (a home folder) is no stranger's choice. */
export function localPaths(path: PlatformPath, own: readonly string[]): LocalPaths {
  if (path.sep === '/') return { local: (absolute) => absolute, isDevice: () => false };
  const rootOf = (absolute: string): string => path.parse(path.normalize(absolute)).root.toLowerCase();
  const shares = new Set(own.filter((folder) => SHARE.test(folder) && !DEVICE.test(folder)).map(rootOf));
  return {
    local: (absolute) => {
      if (!ELSEWHERE.test(absolute)) return absolute;
      const [, drive, rest] = DRIVE.exec(absolute) ?? [];
      if (drive !== undefined) return drive + (rest ?? path.sep);
      if (DEVICE.test(absolute)) throw new Error('an argument names a device');
      if (!SHARE.test(absolute)) return path.sep + absolute.replace(/^[\\/]+/, '');
      if (shares.has(rootOf(absolute))) return absolute;
      throw new Error('an argument leads to another machine');
    },
    isDevice: (name) => DEVICE_NAME.test(name),
  };
}
