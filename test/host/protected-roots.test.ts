import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protectedPaths } from '../../main/host/protected-roots.ts';
import { protectedPathIn, type ProtectedPaths } from '../../main/policy/protected-paths.ts';

const onWindows = process.platform === 'win32';
const root = realpathSync(mkdtempSync(join(tmpdir(), 'rl-paths-')));
const home = join(root, 'me');
const outside = join(root, 'outside');
const previousHome = process.env['HOME'];
let paths: ProtectedPaths;

beforeAll(() => {
  process.env['HOME'] = home;
  mkdirSync(join(home, '.runlayer', 'companion'), { recursive: true });
  mkdirSync(join(home, '.runlayer-other'));
  mkdirSync(join(home, 'notes', 'deep'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(home, '.runlayer', 'companion', 'settings.json'), '{}');
  symlinkSync(join(home, '.runlayer'), join(home, 'notes', 'link'));
  symlinkSync(join(home, '.runlayer', 'companion', 'not-yet.json'), join(home, 'notes', 'dangling'));
  symlinkSync('../.runlayer', join(home, 'notes', 'relative'));
  symlinkSync(join(home, 'notes', 'deep'), join(outside, 'into-notes'));
  symlinkSync(join(outside, 'b'), join(outside, 'a'));
  symlinkSync(join(outside, 'a'), join(outside, 'b'));
  paths = protectedPaths(join(home, '.runlayer', 'companion'), home);
});
afterAll(() => {
  if (previousHome === undefined) delete process.env['HOME'];
  else process.env['HOME'] = previousHome;
  rmSync(root, { recursive: true, force: true });
});

const isProtected = (text: string): boolean => protectedPathIn({ path: text }, paths) !== undefined;
const percent = (text: string, times = 1): string =>
  Array.from({ length: times }).reduce<string>(
    (value) =>
      value
        .split('')
        .map((c) => (/[a-z0-9]/.test(c) ? c : `%${c.charCodeAt(0).toString(16)}`))
        .join(''),
    text,
  );

describe.skipIf(onWindows)(
  'a path into the companion’s home [skipped on Windows: the paths of this test are POSIX]',
  () => {
    it.each<[string, () => string]>([
      ['as it stands', () => join(home, '.runlayer', 'companion', 'settings.json')],
      ['the folder', () => join(home, '.runlayer')],
      ['the folder with a slash', () => `${home}/.runlayer/`],
      ['a file that is not there yet', () => join(home, '.runlayer', 'new', 'file')],
      ['with ..', () => `${home}/notes/../.runlayer/x`],
      ['with .. through what is not there', () => `${home}/nothing/../.runlayer/x`],
      ['with . and //', () => `${home}/./notes//.././/.runlayer//x`],
      ['above the root', () => `/../../..${home}/.runlayer`],
      ['with white space around it', () => ` \t${home}/.runlayer/x\n`],
      ['with a NUL behind it', () => `${home}/.runlayer/companion\0.txt`],
      ['with a tilde', () => '~/.runlayer/companion/settings.json'],
      ['with a tilde and a name', () => `~${userInfo().username}/.runlayer`],
      ['with $HOME', () => '$HOME/.runlayer/x'],
      ['with ${HOME}', () => '${HOME}/.runlayer/x'],
      ['relative to the home', () => '.runlayer/companion/settings.json'],
      ['relative with ./', () => './.runlayer'],
      ['relative from a folder below', () => '../.runlayer/companion/settings.json'],
      ['relative from far below', () => '../../../.runlayer/x'],
      ['relative, up and down', () => 'notes/../.runlayer/x'],
      ['percent-encoded', () => percent(`${home}/.runlayer/x`)],
      ['percent-encoded in part', () => `${home}/%2erunlayer/%78`],
      ['percent-encoded twice', () => percent(`${home}/.runlayer/x`, 2)],
      ['percent-encoded beside what is no encoding', () => `${home}/%2erunlayer/100%/%zz`],
      ['a file URL', () => pathToFileURL(join(home, '.runlayer', 'x')).href],
      ['a file URL in capitals', () => `FILE://${home}/.runlayer/x`],
      ['a file URL without slashes', () => `file:${home}/.runlayer/x`],
      ['a file URL of localhost', () => `file://localhost${home}/.runlayer/x`],
      ['a file URL of another host', () => `file://elsewhere${home}/.runlayer/x`],
      ['a file URL with an encoded slash', () => `file://${home}/.runlayer%2Fcompanion`],
      ['a file URL with encoded dots', () => `file://${home}/%2e%2e/me/%2erunlayer`],
      ['through a link', () => join(home, 'notes', 'link', 'companion', 'settings.json')],
      ['through a relative link', () => join(home, 'notes', 'relative', 'x')],
      ['through a link to what is not there yet', () => join(home, 'notes', 'dangling')],
      ['a link, percent-encoded', () => percent(join(home, 'notes', 'link'))],
      ['.. behind a link, as the system walks it', () => `${outside}/into-notes/../../.runlayer/x`],
      ['.. behind a link, to what is there', () => `${outside}/into-notes/../../.runlayer/companion/settings.json`],
      ['.. behind a link, as programs resolve it', () => `${home}/notes/link/../../.runlayer/x`],
      ['blown up beyond every limit', () => `${home}/${'./'.repeat(50_000)}.runlayer/x`],
      ['blown up with ..', () => `${home}/${'notes/../'.repeat(2000)}.runlayer/x`],
    ])('is seen: %s', (_title, text) => {
      expect(isProtected(text())).toBe(true);
    });

    it.each<[string, () => string]>([
      ['a neighbour with the same beginning', () => join(home, '.runlayer-other', 'x')],
      ['a longer name', () => `${home}/.runlayerx`],
      ['elsewhere', () => join(outside, '.runlayer')],
      ['the name alone', () => 'runlayer'],
      ['the home', () => home],
      ['the home with a slash', () => `${home}/`],
      ['the home with a tilde', () => '~'],
      ['the home with a tilde and a slash', () => '~/'],
      ['the root', () => '/'],
      ['somebody else’s home', () => '~nobody-here/x'],
      ['a web address', () => `https://example.com${home}/.runlayer`],
      ['a sentence', () => 'see and/or ask; 100% sure, ~5 minutes'],
      ['the empty string', () => ''],
      ['a dot', () => '.'],
      ['out of it again', () => `${home}/.runlayer/../notes/x`],
      ['a file that holds the path among other text', () => `read ${home}/.runlayer/x please\n`],
      ['long content', () => 'some text with a / in it '.repeat(10_000)],
      ['a file URL that is none', () => 'file://%%%'],
      ['a name longer than any file', () => `${home}/${'x'.repeat(3000)}`],
      ['a path longer than any', () => `${home}/${'x/'.repeat(5000)}`],
    ])('is not seen where there is none: %s', (_title, text) => {
      expect(isProtected(text())).toBe(false);
    });

    it('through a link that leads in circles cannot be told, which is a block', () => {
      expect(() => isProtected(join(outside, 'a', 'x'))).toThrow('too many links');
    });

    it.each([
      '.cursor/mcp.json',
      '.claude.json',
      '.claude/settings.json',
      '.config/Claude/claude_desktop_config.json',
      '.local/share/keyrings/login.keyring',
      'Library/Keychains/login.keychain-db',
      '.codex/config.toml',
      '.config/Code/User/mcp.json',
    ])('the same for the clients’ files and the keychain: %s', (file) => {
      expect(isProtected(`~/${file}`)).toBe(true);
      expect(isProtected(join(root, file))).toBe(false);
    });

    it('protects a home of ours that lies elsewhere, with a link on the way and a slash behind it', () => {
      mkdirSync(join(root, 'elsewhere'));
      symlinkSync(join(root, 'elsewhere'), join(root, 'alias'));
      const other = protectedPaths(`${join(root, 'alias')}/`, home);
      for (const text of [
        join(root, 'alias'),
        join(root, 'alias', 'x'),
        join(root, 'elsewhere', 'x'),
        join(root, 'elsewhere'),
      ])
        expect(protectedPathIn(text, other), text).toBeDefined();
      expect(protectedPathIn(join(root, 'elsewhere2'), other)).toBeUndefined();
    });
  },
);

describe.skipIf(onWindows)(
  'a folder that holds protected files [skipped on Windows: the paths of this test are POSIX]',
  () => {
    it.each(['.cursor', '.config', '.config/Claude', '.local', '.local/share', '.codeium'])(
      '%s cannot be named: it could be moved away with them',
      (name) => {
        expect(isProtected(join(home, name))).toBe(true);
        expect(isProtected(`~/${name}/`)).toBe(true);
      },
    );

    it('the home folder itself, what is above it and its other folders can', () => {
      for (const path of [home, `${home}/`, '~', root, '/', join(home, 'notes'), join(home, '.cursor-notes')]) {
        expect(isProtected(path)).toBe(false);
      }
    });
  },
);
