/**
 * The few folders that hold all of some paths, none of them so high up that it says nothing. Text only: where a link leads is
 * looked at when the rule decides, and a proposal that would not allow what was done is not made.
 */

export interface Folders {
  /** For `path_under`; those below the home begin with `~/`. */
  readonly under: readonly string[];
  /** Paths that are too high up to open everything below them. */
  readonly exactly: readonly string[];
}

const MAX_FOLDERS = 20;
const ABSOLUTE = /^(?:\/|~\/|[A-Za-z]:[\\/])/;

/** What may be read as something else on the way to the file: such a path is named and not generalised. */
// eslint-disable-next-line no-control-regex
const UNSURE = /[%$`*?\u0000-\u001f\u007f]|^\s|\s$/;

/** An absolute path that means what it says: nothing in it goes up, is encoded, or ends it early. */
export function isPlainPath(text: string): boolean {
  return (
    ABSOLUTE.test(text) && !UNSURE.test(text) && !text.split(/[\\/]/).some((part) => part === '..' || part === '.')
  );
}

interface Split {
  /** `/`, or `C:`. */
  readonly root: string;
  readonly parts: readonly string[];
  readonly text: string;
}

function split(text: string, home: string | undefined): Split {
  const whole = home !== undefined && text.startsWith('~/') ? `${home}${text.slice(1)}` : text;
  const drive = /^[A-Za-z]:/.exec(whole)?.[0];
  const separators = drive === undefined ? /\/+/ : /[\\/]+/;
  return {
    root: drive ?? '/',
    parts: whole
      .slice(drive?.length ?? 0)
      .split(separators)
      .filter((part) => part !== ''),
    text,
  };
}

function sharedLength(paths: readonly Split[]): number {
  const [first] = paths;
  if (first === undefined) return 0;
  let length = first.parts.length;
  for (const { parts } of paths) {
    let at = 0;
    while (at < length && parts[at] === first.parts[at]) at++;
    length = at;
  }
  return length;
}

/** The folder that a plain path stands in; undefined where that is the home, above it, or just below the root. */
export function folderAround(text: string, home: string | undefined): string | undefined {
  const { root, parts } = split(text, home);
  const folder = parts.slice(0, -1);
  const homeParts = home === undefined ? [] : split(home, undefined).parts;
  const isHomeOrAbove = folder.length <= homeParts.length && folder.every((part, at) => part === homeParts[at]);
  if (folder.length < 2 || isHomeOrAbove) return undefined;
  const separator = root === '/' ? '/' : '\\';
  if (homeParts.length > 0 && homeParts.every((part, at) => part === folder[at]))
    return `~/${folder.slice(homeParts.length).join('/')}`;
  return `${root === '/' ? '' : root}${separator}${folder.join(separator)}`;
}

/** Undefined where the paths have too little in common. `home`: the person's home folder, absolute. */
export function foldersOf(texts: readonly string[], home: string | undefined): Folders | undefined {
  const homeParts = home === undefined ? [] : split(home, undefined).parts;
  const isHomeOrAbove = (parts: readonly string[]): boolean =>
    parts.length <= homeParts.length && parts.every((part, at) => part === homeParts[at]);
  const named = ({ root, parts }: Split, length: number): string => {
    const own = parts.slice(0, length);
    const isBelowHome =
      own.length > homeParts.length && homeParts.length > 0 && homeParts.every((part, at) => part === own[at]);
    if (isBelowHome) return `~/${own.slice(homeParts.length).join('/')}`;
    return root === '/' ? `/${own.join('/')}` : `${root}\\${own.join('\\')}`;
  };

  const roots = Map.groupBy(
    [...new Set(texts)].toSorted().map((text) => split(text, home)),
    ({ root }) => root,
  );
  const collect = (minParts: number): Folders | undefined => {
    const under = new Set<string>();
    const exactly = new Set<string>();
    const descend = (paths: readonly Split[]): void => {
      const [first] = paths;
      if (first === undefined || under.size > MAX_FOLDERS) return;
      const length = sharedLength(paths);
      const shared = first.parts.slice(0, length);
      if (shared.length >= minParts && !isHomeOrAbove(shared)) {
        under.add(named(first, length));
        return;
      }
      const below = Map.groupBy(paths, ({ parts }) => parts[length]);
      for (const [next, group] of below) {
        if (next === undefined) for (const { text } of group) exactly.add(text);
        else descend(group);
      }
    };
    for (const group of roots.values()) descend(group);
    const isFew = under.size <= MAX_FOLDERS && exactly.size <= MAX_FOLDERS;
    return isFew ? { under: [...under].toSorted(), exactly: [...exactly].toSorted() } : undefined;
  };
  // A folder just below the root is named only where what lies below it would be too long a list.
  return collect(2) ?? collect(1);
}
