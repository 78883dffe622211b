import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldersOf, isPlainPath } from '../../../main/policy/suggest/path-folders.ts';

const HOME = '/home/ann';

describe('isPlainPath', () => {
  it.each([
    ['/a/b', true],
    ['~/a', true],
    [String.raw`C:\a\b`, true],
    ['C:/a', true],
    ['a/b', false],
    ['./a', false],
    ['/a/../b', false],
    ['/a/./b', false],
    [String.raw`/a\..\b`, false],
    ['/a/%2e%2e/b', false],
    ['/a\0b', false],
    ['/a/*.ts', false],
    ['/a/$HOME', false],
    ['/a ', false],
    ['~ann/a', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isPlainPath(text)).toBe(expected);
  });
});

describe('foldersOf', () => {
  it.each<[string, string[], string[], string[]]>([
    ['one file is itself', ['/home/ann/a.txt'], ['~/a.txt'], []],
    ['what lies together', ['/home/ann/p/a.ts', '/home/ann/p/b/c.ts'], ['~/p'], []],
    ['a folder and what is in it', ['/home/ann/p', '/home/ann/p/a.ts'], ['~/p'], []],
    ['two places in the home', ['/home/ann/p/a', '/home/ann/p/b', '/home/ann/q/c'], ['~/p', '~/q/c'], []],
    ['the home itself is never opened', ['/home/ann', '/home/ann/p/a', '/home/ann/p/b'], ['~/p'], ['/home/ann']],
    ['nor what holds it', ['/home/bob/x', '/home/ann/p'], ['/home/bob/x', '~/p'], []],
    ['nor the root', ['/', '/srv/a/b'], ['/srv/a/b'], ['/']],
    ['a name that only begins alike', ['/srv/ab/x', '/srv/abc/y'], ['/srv/ab/x', '/srv/abc/y'], []],
    ['a home that only begins alike', ['/home/anna/p/x', '/home/anna/p/y'], ['/home/anna/p'], []],
    ['written with a tilde', ['~/p/a', '/home/ann/p/b'], ['~/p'], []],
    [
      'on drives',
      [String.raw`C:\w\a\x`, String.raw`C:\w\a\y`, String.raw`D:\z\q`],
      [String.raw`C:\w\a`, String.raw`D:\z\q`],
      [],
    ],
  ])('%s', (_title, paths, under, exactly) => {
    expect(foldersOf(paths, HOME)).toEqual({ under, exactly });
  });

  it('names a folder below the root only where the list would be too long', () => {
    const many = Array.from({ length: 30 }, (_none, at) => `/srv/d${at}/x`);
    expect(foldersOf(many, HOME)).toEqual({ under: ['/srv'], exactly: [] });
    const everywhere = Array.from({ length: 30 }, (_none, at) => `/d${at}/x/y`);
    expect(foldersOf(everywhere, HOME)).toBeUndefined();
    const inHome = Array.from({ length: 30 }, (_none, at) => `${HOME}/d${at}/x`);
    expect(foldersOf(inHome, HOME)).toBeUndefined();
  });

  it('holds every path, and never the home or what is above it', () => {
    const part = fc.constantFrom('a', 'b', 'c', 'ann', 'home');
    const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 12 }), (paths) => {
        const folders = foldersOf(paths, HOME);
        expect(folders).toBeDefined();
        const { under = [], exactly = [] } = folders ?? {};
        const whole = under.map((folder) => folder.replace(/^~/, HOME));
        for (const one of paths) {
          const isIn = whole.some((folder) => one === folder || one.startsWith(`${folder}/`));
          expect(isIn || exactly.includes(one), one).toBe(true);
        }
        for (const folder of whole) expect(['/', '/home', HOME]).not.toContain(folder);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
