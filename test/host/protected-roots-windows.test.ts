import { win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PathSystem } from '../../main/host/path-system.ts';
import { protectedPaths } from '../../main/host/protected-roots.ts';
import { protectedPathIn } from '../../main/policy/protected-paths.ts';

const HOME = String.raw`C:\Users\me`;

/** A machine on which every folder is there, with these links; it remembers what it was asked about. */
function machine(links: Readonly<Record<string, string>> = {}, home = HOME) {
  const asked: string[] = [];
  const system: PathSystem = {
    path: win32,
    home,
    user: 'me',
    foldsCase: true,
    linkTarget: (path) => {
      asked.push(path);
      return links[path];
    },
    canonical: (existing) => {
      asked.push(existing);
      return existing;
    },
  };
  const paths = protectedPaths(win32.join(home, '.runlayer', 'companion'), home, system);
  asked.length = 0;
  return { asked, paths, isProtected: (text: string) => protectedPathIn({ path: text }, paths) !== undefined };
}

const isLocal = (path: string): boolean => /^[A-Z]:\\|^\\(?![\\?])/i.test(path);

describe('what leads to another machine or a device is never asked', () => {
  it.each([
    String.raw`\\host\share`,
    String.raw`\\host\share\folder\file`,
    '//host/share/file',
    String.raw`/\host\share`,
    String.raw`\/host/share`,
    '  \\\\host\\share ',
    String.raw`\\localhost\C$\Users\me\.runlayer`,
    String.raw`\\127.0.0.1\Users\me`,
    String.raw`\\host@SSL@8443\DavWWWRoot\x`,
    String.raw`\\?\UNC\host\share\x`,
    String.raw`\??\UNC\host\share\x`,
    String.raw`\\.\UNC\host\share\x`,
    String.raw`\\.\pipe\x`,
    String.raw`\\.\PhysicalDrive0`,
    String.raw`\\?\Volume{1}\x`,
    String.raw`\\?\GLOBALROOT\Device\Mup\host\share`,
    'file://host/share/x',
    'file:////host/share/x',
    'file:///%5c%5chost/share',
    '%5c%5chost%5cshare',
    '%255c%255chost%255cshare',
    '%2f%2fhost%2fshare',
  ])('%s', (text) => {
    const { asked, paths } = machine();
    expect(() => paths.resolve(text)).toThrow(/another machine|a device/);
    expect(asked.filter((path) => !isLocal(path))).toEqual([]);
  });

  it('neither behind a link', () => {
    const { asked, paths } = machine({
      [String.raw`C:\Users\me\away`]: String.raw`\\host\share`,
      [String.raw`C:\Users\me\pipe`]: String.raw`\\?\UNC\host\share`,
    });
    expect(() => paths.resolve(String.raw`C:\Users\me\away\x`)).toThrow('another machine');
    expect(() => paths.resolve(String.raw`C:\Users\me\pipe\x`)).toThrow('a device');
    expect(asked.every(isLocal)).toBe(true);
  });

  it('nor a device under the name of a file', () => {
    const { asked, paths } = machine();
    for (const name of ['COM1', 'nul.txt', 'con', 'LPT9:', 'CONOUT$']) {
      expect(paths.resolve(`C:\\work\\${name}`).length).toBeGreaterThan(0);
      expect(asked).not.toContain(`C:\\work\\${name}`);
    }
  });
});

describe('what is here is seen', () => {
  it.each([
    String.raw`C:\Users\me\.runlayer\x`,
    String.raw`c:/users/ME/.runlayer/x`,
    String.raw`\\?\C:\Users\me\.runlayer\x`,
    String.raw`\\.\C:\Users\me\.runlayer\x`,
    String.raw`\??\C:\Users\me\.runlayer\x`,
    String.raw`C:\Users\me\notes\link\x`,
    String.raw`C:\Users\me\notes\long\x`,
    'file:///C:/Users/me/.runlayer/x',
    '.runlayer/x',
    '~/.runlayer',
  ])('%s is protected', (text) => {
    const { isProtected } = machine({
      [String.raw`C:\Users\me\notes\link`]: String.raw`..\.runlayer`,
      [String.raw`C:\Users\me\notes\long`]: String.raw`\\?\C:\Users\me\.runlayer`,
    });
    expect(isProtected(text)).toBe(true);
  });

  it.each(['// a comment / of a file', '//comment', String.raw`\\ n`, String.raw`C:\work\x`, 'src/x.ts', '/x/y'])(
    '%s is not, and asks only here',
    (text) => {
      const { asked, isProtected } = machine();
      expect(isProtected(text)).toBe(false);
      expect(asked.every(isLocal)).toBe(true);
    },
  );
});

it('a home folder on a share is looked at, another share is not', () => {
  const { paths, isProtected } = machine({}, String.raw`\\files\homes\me`);
  expect(isProtected(String.raw`\\files\homes\me\.runlayer\companion`)).toBe(true);
  expect(isProtected(String.raw`\\FILES\homes\me\notes`)).toBe(false);
  expect(() => paths.resolve(String.raw`\\files\other\x`)).toThrow('another machine');
  expect(paths.roots).toContain(String.raw`\\files\homes\me\.runlayer\companion`);
});
