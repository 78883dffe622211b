import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileCondition } from '../../main/policy/condition.ts';
import { isHostGlob } from '../../main/policy/host-test.ts';
import type { PathReader } from '../../main/policy/path-test.ts';
import { FALSE, TRUE } from '../../main/policy/truth.ts';

const says = (condition: unknown, value: unknown, wide: boolean, paths?: PathReader): string => {
  const found = compileCondition(condition, { wide, paths }).test({ v: value });
  return found === TRUE ? 'yes' : found === FALSE ? 'no' : 'undecidable';
};

/** Home is /home/me, links: /data/link to /etc, /alias to /data; a relative path is read from two places. */
const reader = (foldsCase = false): PathReader => ({
  separator: '/',
  foldsCase,
  resolve: (text) => {
    if (text.includes('boom')) throw new Error('too many links');
    if (/^[a-z]+:\/\//.test(text) && !text.startsWith('file://')) return [];
    const found = new Set<string>();
    for (const spelling of [text, decodeURIComponent(text)]) {
      const plain = spelling
        .trim()
        .replace(/^file:\/\//, '')
        .replace(/^~(?=\/|$)/, '/home/me');
      for (const path of plain.startsWith('/') ? [plain] : [`/srv/${plain}`, `/home/me/${plain}`]) {
        const normal = posix.normalize(path).replace(/(.)\/$/, '$1');
        found.add(normal);
        found.add(normal.replace(/^\/data\/link(?=\/|$)/, '/etc').replace(/^\/alias(?=\/|$)/, '/data'));
      }
    }
    return [...found];
  },
});

describe('path_under', () => {
  const at = (folder: string) => ({ at: '/v', path_under: [folder] });
  /** Of deny and ask, and of allow. */
  it.each<[string, string, string, string, string]>([
    ['a file in it', '/data', '/data/a', 'yes', 'yes'],
    ['the folder itself', '/data', '/data', 'yes', 'yes'],
    ['with a slash', '/data/', '/data/a/', 'yes', 'yes'],
    ['a neighbour with the same beginning', '/data', '/database/a', 'no', 'no'],
    ['up and out', '/data', '/data/../etc/passwd', 'no', 'no'],
    ['up and in', '/data', '/etc/../data/a', 'yes', 'yes'],
    ['escaped, up and out', '/data', '/data/%2e%2e/etc', 'yes', 'undecidable'],
    ['escaped, out to a denied one', '/etc', '/data/%2e%2e/etc/x', 'yes', 'undecidable'],
    ['a link out of it', '/data', '/data/link/passwd', 'yes', 'undecidable'],
    ['the target of a link', '/etc', '/data/link/passwd', 'yes', 'undecidable'],
    ['a folder that is a link', '/alias', '/data/a', 'yes', 'yes'],
    ['home', '~/docs', '~/docs/a', 'yes', 'yes'],
    ['home by its name', '~/docs', '/home/me/docs/a', 'yes', 'yes'],
    ['relative', '/srv', 'a/b', 'yes', 'undecidable'],
    ['a variable in it', '/data', '/data/$X/a', 'yes', 'undecidable'],
    ['a backslash in it', '/data', '/data/..\\..\\etc', 'yes', 'undecidable'],
    ['a blank at the end', '/data', '/data/a ', 'yes', 'undecidable'],
    ['up from wherever the server stands', '/var/x', '../x', 'undecidable', 'no'],
    ['the same, escaped', '/var/x', '%2e%2e/x', 'undecidable', 'no'],
    ['down from there', '/etc', 'a/b', 'no', 'no'],
    ['something to be put in place', '/etc', '/e*/passwd', 'undecidable', 'no'],
    ['braces that lead out', '/a/b', '/a/b/{d,..}/{d,..}/etc/passwd', 'yes', 'undecidable'],
    ['brackets that lead out', '/a/b', '/a/b/[.][.]/x', 'yes', 'undecidable'],
    ['braces that lead in', '/etc', '/{etc,x}/passwd', 'undecidable', 'no'],
    ['a range in braces', '/etc', '/{e..f}tc/passwd', 'undecidable', 'no'],
    ['brackets in a name elsewhere', '/etc', '/app/[id]/[...slug]/page.tsx', 'no', 'no'],
    ['brackets above the folder', '/home/u/keys', '/home/[u]/keys/x', 'undecidable', 'no'],
    ['braces elsewhere', '/etc', '/app/{d,..}/{d,..}/etc/passwd', 'undecidable', 'no'],
    ['brackets that lead in', '/etc', '/et[c]/passwd', 'undecidable', 'no'],
    ['a bracket in brackets', '/etc', '/et[]c]/passwd', 'undecidable', 'no'],
    ['a dot and a letter that lead in', '/etc', '/tmp/.?/etc/passwd', 'undecidable', 'no'],
    ['a dot and anything', '/etc', '/tmp/.*/etc/passwd', 'undecidable', 'no'],
    ['a dot and a class', '/etc', '/tmp/.[.]/etc/passwd', 'undecidable', 'no'],
    ['a class and a dot', '/etc', '/tmp/[.]./etc/passwd', 'undecidable', 'no'],
    ['two classes', '/etc', '/tmp/[.][.]/etc/passwd', 'undecidable', 'no'],
    ['two negated classes', '/etc', '/tmp/[!a][^b]/etc/passwd', 'undecidable', 'no'],
    ['two ranges over the dot', '/etc', '/tmp/[+-0][+-0]/etc/passwd', 'undecidable', 'no'],
    ['two ranges of letters', '/etc', '/tmp/[a-z][0-9]/etc/passwd', 'no', 'no'],
    ['two named classes', '/etc', '/tmp/[[:punct:]][[:punct:]]/etc/passwd', 'undecidable', 'no'],
    ['two classes of a bracket', '/etc', '/tmp/[].][].]/etc/passwd', 'undecidable', 'no'],
    ['an escaped dot', '/etc', '/tmp/[.]\\./etc/passwd', 'undecidable', 'no'],
    ['more than one of a class', '/etc', '/tmp/+([.])/etc/passwd', 'undecidable', 'no'],
    ['any name elsewhere', '/etc', '/app/[id]/*.ts', 'undecidable', 'no'],
    ['optional brackets elsewhere', '/etc', '/app/[[...slug]]/page.tsx', 'no', 'no'],
    ['brackets inside', '/home/u/app', '/home/u/app/[slug]/page.tsx', 'yes', 'yes'],
    ['dots in brackets inside', '/home/u/app', '/home/u/app/[...slug]/page.tsx', 'yes', 'yes'],
    ['a range inside', '/home/u/app', '/home/u/app/[a-z]/x', 'yes', 'undecidable'],
    ['no letter inside', '/home/u/app', '/home/u/app/[!a]/x', 'yes', 'undecidable'],
    ['brackets and anything inside', '/home/u/app', '/home/u/app/[id]/*', 'yes', 'undecidable'],
    ['brackets for a link out', '/data', '/data/[l]ink/x', 'yes', 'undecidable'],
    ['braces around one word', '/data', '/data/{id}/a', 'yes', 'yes'],
    ['one brace', '/data', '/data/a}{b,c', 'yes', 'yes'],
    ["another person's home", '/etc', '~root/x', 'undecidable', 'no'],
    ['a file URL', '/data', 'file:///data/a', 'yes', 'yes'],
    ['another URL', '/data', 'https://x.org/data', 'undecidable', 'undecidable'],
    ['what cannot be followed', '/data', '/data/boom', 'undecidable', 'undecidable'],
    ['a relative folder of the rule', 'data', '/data/a', 'undecidable', 'undecidable'],
    ['everything', '/', '/etc', 'yes', 'yes'],
  ])('%s', (_title, folder, path, wide, narrow) => {
    expect(says(at(folder), path, true, reader())).toBe(wide);
    expect(says(at(folder), path, false, reader())).toBe(narrow);
  });

  it('folds case where the file system does', () => {
    expect(says(at('/Work'), '/WORK/a', false, reader(true))).toBe('yes');
    expect(says(at('/Work'), '/WORK/a', false, reader())).toBe('no');
  });

  it.each<[string, string]>([
    ['C:\\work\\a', 'yes'],
    ['c:\\WORK\\a', 'yes'],
    ['C:\\workshop', 'no'],
    ['C:work\\a', 'undecidable'],
    ['\\work\\a', 'undecidable'],
    ['C:\\work\\.. \\x', 'undecidable'],
    ['C:\\work\\...\\x', 'undecidable'],
    ['C:\\work\\a.', 'undecidable'],
  ])('allows on Windows only what is absolute and reads one way: %s', (path, expected) => {
    const windows: PathReader = {
      separator: '\\',
      foldsCase: true,
      resolve: (text) => [text.startsWith('C:work') || text.startsWith('\\work') ? 'C:\\work\\a' : text],
    };
    expect(says(at('C:\\work'), path, false, windows)).toBe(expected);
    expect(says(at('C:\\other'), path, true, windows)).toBe(/[. ](?:\\|$)/.test(path) ? 'undecidable' : 'no');
  });

  it('is undecidable where paths are not read, and for what is no text', () => {
    expect(says(at('/data'), '/data/a', true)).toBe('undecidable');
    expect(says(at('/data'), ['/data/a'], true, reader())).toBe('undecidable');
  });

  it('under not, a rule that denies everything outside a folder lets no other reading by', () => {
    const outside = { not: at('/data') };
    expect(says(outside, '/data/a', true, reader())).toBe('no');
    for (const path of ['/etc/x', '/data/link/x', '/data/%2e%2e/etc', 'a', '/data/$X', '/data/boom'])
      expect(says(outside, path, true, reader())).not.toBe('no');
  });
});

describe('url_host', () => {
  const at = (...globs: string[]) => ({ at: '/v', url_host: globs });
  it.each<[string, string, string, string, string]>([
    ['plain', 'x.org', 'https://x.org/a', 'yes', 'yes'],
    ['case and port', 'X.org', 'HTTPS://x.ORG:8443/', 'yes', 'yes'],
    ['a name below it', 'x.org', 'https://a.x.org', 'no', 'no'],
    ['below it', '*.x.org', 'https://a.b.x.org', 'yes', 'yes'],
    ['not itself', '*.x.org', 'https://x.org', 'no', 'no'],
    ['the same ending', '*.x.org', 'https://evilx.org', 'no', 'no'],
    ['the dot of the root', 'x.org', 'https://x.org./', 'yes', 'yes'],
    ['as a user name', 'x.org', 'https://x.org@evil.com/', 'yes', 'undecidable'],
    ['behind a user name', 'x.org', 'https://me:pw@x.org/', 'yes', 'undecidable'],
    ['behind a backslash', 'x.org', 'https://evil.com\\@x.org/', 'yes', 'undecidable'],
    ['before a backslash', 'x.org', 'https://x.org\\@evil.com/', 'yes', 'undecidable'],
    ['in the path', 'x.org', 'https://evil.com/x.org', 'no', 'no'],
    ['escaped', 'x.org', 'https://x%2Eorg/', 'yes', 'undecidable'],
    ['a tab in it', 'x.org', 'https://x.\torg/', 'yes', 'undecidable'],
    ['another alphabet', 'bücher.example', 'https://xn--bcher-kva.example/', 'yes', 'yes'],
    ['below another alphabet', '*.bücher.example', 'https://a.BÜCHER.example/', 'yes', 'yes'],
    ['an address as a number', '127.0.0.1', 'http://2130706433/', 'yes', 'yes'],
    ['an address in hex', '127.0.0.1', 'http://0x7f.1/', 'yes', 'yes'],
    ['IPv6', '::1', 'http://[0:0::1]:80/', 'yes', 'yes'],
    ['a user after a hash', 'evil.com', 'https://a.com#@evil.com', 'yes', 'undecidable'],
    ['a hash before a user', 'a.com', 'https://a.com#@evil.com', 'yes', 'undecidable'],
    ['a question mark before a user', 'a.com', 'https://a.com?@evil.com', 'yes', 'undecidable'],
    ['an at sign in the query', 'a.com', 'https://a.com/?q=me@evil.com', 'yes', 'yes'],
    ['an escape in the query', 'a.com', 'https://a.com?q=%20', 'yes', 'yes'],
    ['the older form of IPv4 within IPv6', '127.0.0.1', 'http://[::7f00:1]/', 'yes', 'undecidable'],
    ['the translated form', '10.0.0.1', 'http://[64:ff9b::a00:1]/', 'yes', 'undecidable'],
    ['any address, which is the own machine', '127.0.0.1', 'http://0/', 'yes', 'undecidable'],
    ['IPv4 within IPv6', '127.0.0.1', 'http://[::ffff:127.0.0.1]/', 'yes', 'yes'],
    ['a scheme of its own', 'x.org', 'git+ssh://git@X.org/a', 'yes', 'undecidable'],
    ['without a scheme', 'x.org', 'x.org/a', 'undecidable', 'undecidable'],
    ['no host', 'x.org', 'data:text/html,x', 'undecidable', 'undecidable'],
    ['a path', 'x.org', '/x.org', 'undecidable', 'undecidable'],
  ])('%s', (_title, glob, url, wide, narrow) => {
    expect(says(at(glob), url, true)).toBe(wide);
    expect(says(at('nowhere.example', glob), url, false)).toBe(narrow);
  });

  it.each([
    'github.com/myorg',
    'user@github.com',
    'evil.com:8080',
    'https://evil.com',
    '*.evil.com/x',
    'evil.com?',
    'evil.com#x',
    'a..b',
    'bü*.example',
    'evil%2ecom',
    '[::1',
  ])('of what is no host is undecidable: %s', (glob) => {
    const isWildcard = glob === 'evil.com?';
    expect(isHostGlob(glob)).toBe(isWildcard);
    if (isWildcard) return;
    for (const url of ['https://github.com/', 'https://evil.com:8080/x'])
      for (const wide of [true, false]) expect(says(at('x.org', glob), url, wide)).toBe('undecidable');
  });

  it('takes every way to name a host', () => {
    for (const glob of [
      'x.org',
      'X.ORG.',
      '*.x.org',
      '*',
      'a-b_c.x',
      '127.1',
      '::1',
      '[::1]',
      'fe80::*',
      'bücher.example',
      '10.?.0.*',
    ])
      expect(isHostGlob(glob), glob).toBe(true);
  });
});
