import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftChoices, isKept, notKept, type DraftedCall } from '../../../main/policy/draft/draft-choices.ts';
import { NewRule, type Effect } from '../../../preload/contract/index.ts';

const HOME = '/home/ann';
const call = (args: unknown, over: Partial<DraftedCall> = {}): DraftedCall => ({
  connector: 'files',
  client: 'cursor',
  kind: 'tool',
  name: 'read_file',
  arguments: args,
  ...over,
});
const widths = (of: DraftedCall, effect: Effect = 'allow'): string[] =>
  draftChoices(of, effect, HOME).map(
    ({ width, rule }) =>
      `${width} ${JSON.stringify(rule.when ?? rule.resource ?? rule.client ?? rule.tool ?? rule.prompt)}`,
  );

describe('rules that a call suggests', () => {
  it.each<[string, DraftedCall, Effect, string[]]>([
    [
      'a path: this one, its folder, any',
      call({ path: `${HOME}/projects/a.txt` }),
      'allow',
      [
        'these_arguments {"and":[{"at":"","length":{"min":1,"max":1}},{"at":"/path","eq":"/home/ann/projects/a.txt"}]}',
        'like_these {"at":"/path","path_under":["~/projects"]}',
        'any_arguments "read_file"',
      ],
    ],
    [
      'a path just below the home is named alone',
      call({ path: `${HOME}/a.txt` }),
      'allow',
      [
        'these_arguments {"and":[{"at":"","length":{"min":1,"max":1}},{"at":"/path","eq":"/home/ann/a.txt"}]}',
        'like_these {"at":"/path","eq":"/home/ann/a.txt"}',
        'any_arguments "read_file"',
      ],
    ],
    [
      'an address: its host',
      call({ url: 'https://api.example.com/x?y=1', depth: 3 }),
      'allow',
      [
        'these_arguments {"and":[{"at":"","length":{"min":2,"max":2}},{"at":"/url","eq":"https://api.example.com/x?y=1"},{"at":"/depth","eq":3}]}',
        'like_these {"at":"/url","url_host":["api.example.com"]}',
        'any_arguments "read_file"',
      ],
    ],
    ['nothing given: any', call(undefined), 'allow', ['any_arguments "read_file"']],
    ['an empty object: any', call({}), 'allow', ['any_arguments "read_file"']],
    [
      'what was not kept is in no condition',
      call({ path: `${HOME}/projects/a.txt`, content: { $bytes: 900 } }),
      'allow',
      ['like_these {"at":"/path","path_under":["~/projects"]}', 'any_arguments "read_file"'],
    ],
    [
      'what runs things is allowed exactly, or with anything',
      call({ command: 'ls', cwd: `${HOME}/projects/p` }, { name: 'run_command' }),
      'allow',
      [
        'these_arguments {"and":[{"at":"","length":{"min":2,"max":2}},{"at":"/command","eq":"ls"},{"at":"/cwd","eq":"/home/ann/projects/p"}]}',
        'any_arguments "run_command"',
      ],
    ],
    [
      'a denial may go by the client, and be of the whole connector',
      call({ n: 1 }),
      'deny',
      [
        'these_arguments {"and":[{"at":"","length":{"min":1,"max":1}},{"at":"/n","eq":1}]}',
        'this_client "cursor"',
        'any_arguments "read_file"',
        'whole_connector "*"',
      ],
    ],
    [
      'a client with a space in its name',
      call(undefined, { client: 'Claude Code' }),
      'ask',
      ['this_client "Claude?Code"', 'any_arguments "read_file"', 'whole_connector "*"'],
    ],
    [
      'a resource: it, and what lies beside it',
      call(undefined, { kind: 'resource', name: 'file:///home/ann/projects/a.txt' }),
      'allow',
      ['these_arguments "file:///home/ann/projects/a.txt"', 'like_these "file:///home/ann/projects/*"'],
    ],
    [
      'a resource of a host alone has nothing beside it',
      call(undefined, { kind: 'resource', name: 'https://example.com/a' }),
      'allow',
      ['these_arguments "https://example.com/a"'],
    ],
    [
      'a prompt',
      call({ a: 'b' }, { kind: 'prompt', name: 'review' }),
      'allow',
      [
        'these_arguments {"and":[{"at":"","length":{"min":1,"max":1}},{"at":"/a","eq":"b"}]}',
        'like_these {"at":"/a","eq":"b"}',
        'any_arguments "review"',
      ],
    ],
    ['a name with a wildcard names others too', call({}, { name: 'a*' }), 'deny', []],
    ['a name that no rule can hold', call({}, { name: 'a b' }), 'allow', []],
    ['a name with something unseen', call({}, { name: 'a\u0007' }), 'allow', []],
  ])('%s', (_title, of, effect, expected) => {
    expect(widths(of, effect)).toEqual(expected);
  });

  it('say what they leave open', () => {
    const of = call({ path: '/srv/data/x', text: 'some free text', n: 5 });
    expect(draftChoices(of, 'allow', HOME).map(({ leavesOpen }) => leavesOpen)).toEqual([
      [],
      ['/text', '/n'],
      ['/path', '/text', '/n'],
    ]);
  });

  it('fit, are each another one, and narrow first, for whatever was recorded', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.constantFrom<Effect>('allow', 'ask', 'deny'),
        (args, name, effect) => {
          const found = draftChoices(call(args, { name }), effect, HOME);
          for (const { rule } of found) expect(NewRule.safeParse(rule).success).toBe(true);
          expect(new Set(found.map(({ rule }) => JSON.stringify(rule))).size).toBe(found.length);
          const order = ['these_arguments', 'like_these', 'this_client', 'any_arguments', 'whole_connector'];
          const places = found.map(({ width }) => order.indexOf(width));
          expect(places).toEqual(places.toSorted((a, b) => a - b));
        },
      ),
    );
  });
});

describe('what was not kept', () => {
  it.each<[unknown, boolean, string[]]>([
    [{ a: 1 }, true, []],
    [undefined, true, []],
    [{ a: { $bytes: 300 }, b: 'x' }, false, ['/a']],
    [{ a: '[redacted]', b: ['x', '[redacted:secret]'] }, false, ['/a', '/b']],
    [{ $more: 3, a: 1 }, false, []],
  ])('of %j', (args, kept, expected) => {
    expect(isKept({ arguments: args })).toBe(kept);
    expect(notKept({ arguments: args })).toEqual(expected);
  });
});
