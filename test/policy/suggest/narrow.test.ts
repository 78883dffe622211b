import { describe, expect, it } from 'vitest';
import { isKeptWhole, proposedConditions } from '../../../main/policy/suggest/narrow.ts';
import type { Condition } from '../../../preload/contract/index.ts';

const HOME = '/home/ann';
const first = (...calls: unknown[]): Condition | undefined => proposedConditions(calls, HOME)[0];

describe('what arguments have in common', () => {
  it.each<[string, unknown[], Condition | undefined]>([
    [
      'folders',
      [{ path: '/home/ann/p/a' }, { path: '/home/ann/p/b' }, { path: '/home/ann/p/c/d' }],
      { at: '/path', path_under: ['~/p'] },
    ],
    [
      'repositories, with many free texts beside them',
      Array.from({ length: 21 }, (_none, n) => ({ repo: n < 9 ? 'acme/site' : 'acme/api', query: `a ${n}` })),
      { at: '/repo', in: ['acme/api', 'acme/site'] },
    ],
    [
      'an owner that is always the same',
      [
        { owner: 'acme', n: 1 },
        { owner: 'acme', n: 2 },
        { owner: 'acme', n: 3 },
      ],
      { at: '/owner', eq: 'acme' },
    ],
    [
      'hosts',
      [{ url: 'https://docs.example/a' }, { url: 'https://DOCS.example/b?x=1' }, { url: 'http://api.example:8080/' }],
      { at: '/url', url_host: ['api.example', 'docs.example'] },
    ],
    ['names that are all different say nothing', [{ id: 'a' }, { id: 'b' }, { id: 'c' }], undefined],
    ['numbers say nothing', [{ n: 1 }, { n: 1 }, { n: 2 }, { n: 3 }], undefined],
    [
      'a flag that was never set',
      [
        { q: 'a', force: false },
        { q: 'b', force: false },
        { q: 'c', force: false },
      ],
      { at: '/force', eq: false },
    ],
    [
      'what may be left out stays open',
      [{ q: 'a' }, { q: 'b', cwd: '/srv/x/y' }, { q: 'c', cwd: '/srv/x/z' }],
      {
        or: [
          { at: '/cwd', exists: false },
          { at: '/cwd', path_under: ['/srv/x'] },
        ],
      },
    ],
    [
      'what may be null or empty, too',
      [{ path: null }, { path: '/srv/x/y' }, { path: '/srv/x/z' }, { path: '' }],
      {
        or: [
          { at: '/path', path_under: ['/srv/x'] },
          { at: '/path', in: [null, ''] },
        ],
      },
    ],
    [
      'a path that goes up is named, not generalised',
      [{ path: '/srv/x/a' }, { path: '/srv/x/b' }, { path: '/srv/x/../y' }],
      {
        or: [
          { at: '/path', path_under: ['/srv/x'] },
          { at: '/path', eq: '/srv/x/../y' },
        ],
      },
    ],
    [
      'relative paths are named',
      [{ path: 'src/a' }, { path: './b' }, { path: '../c' }],
      { at: '/path', in: ['../c', './b', 'src/a'] },
    ],
    [
      'an address with a name and password in it is named',
      [{ url: 'https://a@evil.example/' }, { url: 'https://a.example/' }, { url: 'https://b.example/' }],
      { at: '/url', in: ['https://a.example/', 'https://a@evil.example/', 'https://b.example/'] },
    ],
    [
      'lists of paths',
      [{ paths: ['/srv/x/a'] }, { paths: ['/srv/x/b', '/srv/x/c'] }, { paths: [] }],
      {
        and: [
          { at: '/paths', length: { max: 2 } },
          {
            or: [
              { at: '/paths/0', exists: false },
              { at: '/paths/0', path_under: ['/srv/x'] },
            ],
          },
          {
            or: [
              { at: '/paths/1', exists: false },
              { at: '/paths/1', path_under: ['/srv/x'] },
            ],
          },
        ],
      },
    ],
    [
      'below an object',
      [{ to: { repo: 'a/b' } }, { to: { repo: 'a/b' }, x: 1 }, { to: { repo: 'a/b' }, x: 2 }],
      { at: '/to/repo', eq: 'a/b' },
    ],
    ['no arguments at all', [undefined, {}, {}], undefined],
    ['no arguments, once', [{}], undefined],
  ])('%s', (_title, calls, expected) => {
    expect(first(...calls)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['too long', { $bytes: 4000 }],
    ['redacted', '/srv/x/[redacted]'],
    ['broken', '/srv/x/\ufffd'],
    ['left out', { $more: 3 }],
  ])('is not read out of a value that was not kept: %s', (_title, value) => {
    const whole = [{ path: '/srv/x/a' }, { path: '/srv/x/b' }, { path: '/srv/x/c' }];
    expect(proposedConditions(whole, HOME)).not.toEqual([]);
    expect(proposedConditions([...whole, { path: value }], HOME)).toEqual([]);
    expect(proposedConditions([{ path: value }], HOME)).toEqual([]);
    expect([{ path: value }, { a: { b: value } }, value].filter(isKeptWhole)).toEqual([]);
  });

  it('is not read out of a key that was not kept', () => {
    const call = (n: string): unknown => ({
      '[redacted]': 'a/b',
      '$bytes:300': 'a/b',
      $$bytes: 'a/b',
      'a"b': 'a/b',
      n,
    });
    expect(proposedConditions([call('x'), call('y'), call('z')], HOME)).toEqual([]);
    expect(isKeptWhole({ 'a"b': 'rm' })).toBe(false);
  });
});

describe('few calls', () => {
  it('are allowed exactly', () => {
    expect(first({ path: '/srv/x/a', n: 3, content: null, tags: ['a', 'b'] })).toEqual({
      and: [
        { at: '', length: { min: 4, max: 4 } },
        { at: '/path', eq: '/srv/x/a' },
        { at: '/n', eq: 3 },
        { at: '/content', eq: null },
        { at: '/tags', length: { min: 2, max: 2 } },
        { at: '/tags/0', eq: 'a' },
        { at: '/tags/1', eq: 'b' },
      ],
    });
  });

  it('are each a way to be allowed, and the same one counts once', () => {
    const one = {
      and: [
        { at: '', length: { min: 1, max: 1 } },
        { at: '/q', eq: 'a' },
      ],
    };
    const two = {
      and: [
        { at: '', length: { min: 1, max: 1 } },
        { at: '/q', eq: 'b' },
      ],
    };
    expect(proposedConditions([{ q: 'a' }, { q: 'b' }, { q: 'a' }, { q: 'a' }], HOME)).toEqual([{ or: [one, two] }]);
  });

  it('stand behind what is common to more, for where that reaches too far', () => {
    const all = proposedConditions([{ path: '/srv/x/a' }, { path: '/srv/x/b' }, { path: '/srv/x/c' }], HOME);
    expect(all).toHaveLength(2);
    expect(all[0]).toEqual({ at: '/path', path_under: ['/srv/x'] });
    expect(JSON.stringify(all[1])).toContain('"/srv/x/c"');
  });
});

describe('what may be a command', () => {
  const commands = ['ls -l', 'npm test', 'git status'].map((command) => ({ command }));

  it('is allowed as it was and no further, and not at all where there is too much of it', () => {
    const made = proposedConditions(commands, HOME);
    expect(made).toHaveLength(1);
    expect(JSON.stringify(made)).toContain('{"at":"/command","eq":"npm test"}');
    const many = Array.from({ length: 21 }, (_none, n) => ({ command: `echo ${n}` }));
    expect(proposedConditions(many, HOME)).toEqual([]);
    // Enough of them that no list of paths is made either.
    const paths = Array.from({ length: 60 }, (_none, n) => ({ command: `cat ./${n}` }));
    expect(proposedConditions(paths, HOME)).toEqual([]);
  });

  it('is allowed exactly by a tool that runs things, whatever else it has in common', () => {
    const calls = ['a', 'b', 'c'].map((name) => ({ cwd: `/srv/x/${name}`, argv: 'ls' }));
    expect(proposedConditions(calls, HOME)[0]).toEqual({
      and: [
        { at: '/argv', eq: 'ls' },
        { at: '/cwd', path_under: ['/srv/x'] },
      ],
    });
    const exact = proposedConditions(calls, HOME, true);
    expect(exact).toHaveLength(1);
    expect(JSON.stringify(exact)).not.toContain('path_under');
    expect(proposedConditions([undefined, {}], HOME, true)).toEqual([
      {
        or: [
          { at: '', exists: false },
          { at: '', length: { min: 0, max: 0 } },
        ],
      },
    ]);
  });
});
