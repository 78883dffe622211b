import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';

const STICKY = 0o1000;
const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;
/** `admin` on macOS: its members may become root anyway, and Homebrew gives it its directories. */
const MAC_ADMIN_GROUP = 80;

/**
 * Whether somebody other than this user and root could replace the program: the file, or any directory above it, is
 * owned by another user, or may be written by everybody or by a group that has other members. False on Windows, where
 * mode bits say nothing, and true when it cannot be looked at.
 * @param realPath absolute, symbolic links resolved
 */
export async function isWritableByOthers(realPath: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const members = await groupsWithOthers();
  for (let path = realPath, inner = 0; ; path = dirname(path), inner += 1) {
    const entry = await stat(path).catch(() => undefined);
    if (entry === undefined) return true;
    if (entry.uid !== 0 && entry.uid !== process.getuid?.()) return true;
    const open = (entry.mode & OTHERS_WRITE) !== 0 || ((entry.mode & GROUP_WRITE) !== 0 && members(entry.gid));
    // In a sticky directory (/tmp) others may add entries, but not replace one that is ours or root's.
    if (open && !(inner > 0 && (entry.mode & STICKY) !== 0)) return true;
    if (dirname(path) === path) return false;
  }
}

/** Tells whether a group has a member who is not this user. Unknown groups count as having some. */
async function groupsWithOthers(): Promise<(gid: number) => boolean> {
  if (process.platform === 'darwin') return (gid) => gid !== 0 && gid !== MAC_ADMIN_GROUP;
  const [groups, users] = await Promise.all(
    ['/etc/group', '/etc/passwd'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return (gid) => gid !== 0 && hasOtherMembers(groups ?? '', users ?? '', gid, userInfo().username);
}

/** Over the text of /etc/group and /etc/passwd: members by name, and users whose primary group it is. */
export function hasOtherMembers(groups: string, users: string, gid: number, self: string): boolean {
  const group = groups.split('\n').find((line) => line.split(':')[2] === String(gid));
  if (group === undefined) return true;
  const named = (group.split(':')[3] ?? '').split(',');
  const primary = users.split('\n').filter((line) => line.split(':')[3] === String(gid));
  const members = [...named, ...primary.map((line) => line.split(':')[0] ?? '')];
  return members.some((name) => name.trim() !== '' && name.trim() !== self && name.trim() !== 'root');
}
