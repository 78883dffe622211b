import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepLink, linkIn } from '../../main/shell/deep-link.ts';

const LINKS = {
  'runlayer://login': { kind: 'open', route: '/settings/tenant' },
  'runlayer://sync': { kind: 'sync' },
  'runlayer://dashboard': { kind: 'open', route: '/' },
};

const OTHERS = [
  '',
  'runlayer:',
  'runlayer://',
  'runlayer:login',
  'runlayer:/login',
  'runlayer:///login',
  'runlayer://login/',
  'runlayer://login/x',
  'runlayer://login/../sync',
  'runlayer://login?token=x',
  'runlayer://login?',
  'runlayer://login#x',
  'runlayer://login#',
  'runlayer://user@login',
  'runlayer://user:pass@login',
  'runlayer://login:443',
  'runlayer://login.',
  'runlayer://LOGIN',
  'RUNLAYER://login',
  'Runlayer://login',
  'runlayer://log%69n',
  'runlayer://%6cogin',
  'runlayer://login%00',
  'runlayer://login\u0000',
  'runlayer://login\n',
  ' runlayer://login',
  'runlayer://login ',
  'runlayer://\u200Blogin',
  'runlayer://l\u043Egin',
  'runlayer://\uFF4Cogin',
  'runlayer://logout',
  'runlayer://run',
  'runlayer://connect?command=sh',
  'runlayer://constructor',
  'runlayer://__proto__',
  'http://login',
  'app://companion/',
];

describe('deep links', () => {
  it.each(Object.entries(LINKS))('%s is one', (text, link) => {
    expect(deepLink(text)).toEqual(link);
    expect(linkIn(['/opt/Runlayer Companion', text])).toEqual({ kind: 'link', link });
    // Chromium puts switches of its own between.
    expect(linkIn(['app', '--allow-file-access-from-files', text, '--x'])).toEqual({ kind: 'link', link });
  });

  it.each(OTHERS)('%j is none', (text) => {
    expect(deepLink(text)).toBeUndefined();
    expect(linkIn(['app', text])).toEqual({ kind: /^\s*runlayer:/i.test(text) ? 'ignored' : 'none' });
  });

  it('are not looked at for long', () => {
    const long = `runlayer://login${'/'.repeat(1_000_000)}`;
    expect(deepLink(long)).toBeUndefined();
    expect(linkIn(['app', `${' '.repeat(1_000_000)}x`, long])).toEqual({ kind: 'ignored' });
  });

  it('are these three, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string({ unit: 'binary' }).map((rest) => `runlayer://${rest}`),
          fc.tuple(fc.constantFrom(...Object.keys(LINKS)), fc.string()).map(([link, rest]) => link + rest),
        ),
        (text) => {
          expect(deepLink(text) !== undefined).toBe(Object.hasOwn(LINKS, text));
        },
      ),
    );
  });

  it('count only alone: two are none', () => {
    expect(linkIn(['app', 'runlayer://login', 'runlayer://sync'])).toEqual({ kind: 'ignored' });
    expect(linkIn(['app', 'runlayer://login', 'runlayer://evil'])).toEqual({ kind: 'ignored' });
    expect(linkIn(['app', '"runlayer://login"'])).toEqual({ kind: 'ignored' });
    expect(linkIn([])).toEqual({ kind: 'none' });
    expect(linkIn(['app', '--inspect', '/tmp/x'])).toEqual({ kind: 'none' });
  });
});
