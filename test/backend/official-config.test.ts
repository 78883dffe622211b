import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { officialDefaultHost } from '../../main/backend/official-config.ts';
import { closing } from '../identity/rig.ts';

function home(text?: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'rl-official-'));
  closing(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, '.runlayer'));
  if (text !== undefined) writeFileSync(join(folder, '.runlayer', 'config.yaml'), text);
  return folder;
}

const HOST = 'https://acme.runlayer.com';

describe('the default host of the official command line', () => {
  it.each([
    ['a whole address', `default_host: ${HOST}\n`],
    ['with a slash', `default_host: "${HOST}/"\n`],
    ['a name', 'default_host: acme.runlayer.com\n'],
    ['a name among the hosts', `default_host: acme\nhosts:\n  acme:\n    url: ${HOST}\n    secret: rl_never_read\n`],
    [
      'a name among the hosts that has no address',
      'default_host: acme.runlayer.com\nhosts:\n  acme.runlayer.com: {}\n',
    ],
  ])('%s', (_what, text) => {
    expect(officialDefaultHost(home(text))).toBe(HOST);
  });

  it.each([
    ['is empty', ''],
    ['names none', 'hosts: {}\n'],
    ['is a list', `- default_host: ${HOST}\n`],
    ['is no YAML', `default_host: ${HOST}\n  x: [\n`],
    ['names it twice', `default_host: ${HOST}\ndefault_host: https://evil.example\n`],
    ['names it by an alias', `x: &a ${HOST}\ndefault_host: *a\n`],
    ['names something else', 'default_host: [a, b]\n'],
    ['names plain http elsewhere', 'default_host: http://acme.runlayer.com\n'],
    ['names a path', `default_host: ${HOST}/api\n`],
    ['holds two documents', `default_host: ${HOST}\n---\ndefault_host: https://evil.example\n`],
    ['is too large', `default_host: ${HOST}\n#${'x'.repeat(64 * 1024)}\n`],
    ['is not UTF-8', Buffer.concat([Buffer.from(`default_host: ${HOST}\n# `), Buffer.from([0xff])])],
  ])('there is none where the file %s', (_what, text) => {
    expect(officialDefaultHost(home(text))).toBeUndefined();
  });

  it('there is none where there is no file, or a folder in its place', () => {
    expect(officialDefaultHost(home())).toBeUndefined();
    const folder = home();
    mkdirSync(join(folder, '.runlayer', 'config.yaml'));
    expect(officialDefaultHost(folder)).toBeUndefined();
    expect(officialDefaultHost('/nonexistent/home')).toBeUndefined();
  });

  it('a link of ours is followed; a file of somebody else is not read', () => {
    const folder = home();
    const target = join(folder, 'elsewhere.yaml');
    writeFileSync(target, `default_host: ${HOST}\n`);
    symlinkSync(target, join(folder, '.runlayer', 'config.yaml'));
    expect(officialDefaultHost(folder)).toBe(HOST);
    const uid = process.getuid?.() ?? 0;
    // Root's files count for everybody, so that only another user's file can be told here.
    if (uid !== 0) expect(officialDefaultHost(folder, uid + 1)).toBeUndefined();
  });
});
