import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Condition, NewRule, Rule, RuleSet, Suggestion } from '../../preload/contract/index.ts';
import { tell, type Scene } from './fake-io.ts';

const AT = '2026-11-21T08:00:00.000Z';
const FOLDERS = ['/a', '/b', '/c', '/d', '/e', '/'];
const DEEP: Condition = {
  or: [
    {
      and: [
        {
          or: [
            {
              and: [
                {
                  or: [
                    { at: '/p', exists: true },
                    { at: '/q', eq: 1 },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  ],
};
const allow = (over: Partial<NewRule>): NewRule => ({ effect: 'allow', connector: 'files', tool: 'x', ...over });
/** Each has something that its sentence does not say; the text is it. */
const CUT: [string, NewRule, string][] = [
  ['a sixth folder', allow({ when: { at: '/path', path_under: FOLDERS } }), '"/e","/"]'],
  ['a condition far down', allow({ when: DEEP }), '{"at":"/p","exists":true}'],
  ['a long text', allow({ when: { at: '/p', glob: `${'a'.repeat(90)}*` } }), `${'a'.repeat(90)}*`],
  ['a long address', { effect: 'allow', connector: 'files', resource: `x:${'a'.repeat(90)}*` }, `${'a'.repeat(90)}*`],
];
const known = (rule: NewRule, id = 'r1'): Rule => ({ id, ...rule, createdAt: AT });
const set = (...rules: NewRule[]): RuleSet => ({ version: 1, rules, chains: [] });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rl-whole-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what a person agrees to at the terminal is shown whole', () => {
  it.each(CUT)('%s, of a rule that is taken in', async (_what, rule, text) => {
    writeFileSync(join(folder, 'in.json'), JSON.stringify(set(rule)));
    const scene: Scene = {
      answers: { 'policy.list': [], 'policy.chains': [], 'policy.import': { rules: [], chains: [], removed: 0 } },
      weakens: ['policy.import'],
      cwd: folder,
      tty: true,
      typed: ['n'],
    };
    expect((await tell('policy import in.json', scene)).out).toContain(text);
    expect((await tell('policy import in.json --json', scene)).err).toContain(text);
  });

  it.each(CUT)('%s, of a rule that is removed or shown', async (_what, rule, text) => {
    const one = known(rule);
    const scene: Scene = {
      answers: { 'policy.list': [one], 'policy.remove': one },
      weakens: ['policy.remove'],
      tty: true,
      typed: ['n'],
    };
    expect((await tell('policy remove r1', scene)).asked.join('')).toContain(text);
    expect((await tell('policy show r1', scene)).out).toContain(text);
  });

  it('of a rule that is added, in the question itself', async () => {
    const when = JSON.stringify({ at: '/path', path_under: FOLDERS });
    const told = await tell(['policy', 'allow', 'files', 'x', '--when', when], {
      weakens: ['policy.add'],
      tty: true,
      typed: ['n'],
    });
    expect(told.asked.join('')).toContain(when);
    const short = JSON.stringify({ at: '/path', eq: 1 });
    const other = await tell(['policy', 'allow', 'files', 'x', '--when', short], {
      weakens: ['policy.add'],
      tty: true,
      typed: ['n'],
    });
    expect(other.asked).toEqual([
      'Let it through without asking: Allow the tool "x" on the connector "files" when "/path" is 1. [y/N] ',
    ]);
  });

  const replay = { since: AT, calls: 3, unknown: 0, same: 1, changes: [], isCut: false };
  const suggestion = (rule: NewRule): Suggestion => ({
    id: 's1',
    since: AT,
    calls: 3,
    rules: [{ rule: known(rule), sentence: 'Allow it for "/a" or 1 more.', calls: 3 }],
    defaults: [],
    dropped: [known(rule, 'r9')],
    unusedTools: [],
    replay,
  });
  it.each(CUT)('%s, of what is suggested and of what goes with it', async (_what, rule, text) => {
    const told = await tell('policy suggest', { answers: { 'policy.suggest': suggestion(rule) } });
    expect(told.out.split(text)).toHaveLength(3);
  });

  it('and what is left to asking is named', async () => {
    const change = {
      time: AT,
      connector: 'box',
      client: 'c',
      tool: 'run_command',
      before: 'allow' as const,
      after: 'ask' as const,
      because: 'x.',
      arguments: '{}',
    };
    const made = {
      ...suggestion(allow({})),
      replay: { ...replay, changes: [change, { ...change, after: 'deny' as const }] },
    };
    const told = await tell('policy suggest', { answers: { 'policy.suggest': made } });
    expect(told.out).toContain(
      'Left to asking, because no rule would be narrow enough:\n  "run_command" on "box" (1 call)\n',
    );
  });
});

describe('a set of rules', () => {
  it('on the screen is safe to look at and the same as it is', async () => {
    const rules = set(
      allow({ note: 'a\u009b31m\u007f\u202eb \u{e0041} é 👩‍🚀 \\u{9b}' }),
      allow({ when: { at: '/\u202e', eq: '\u200b\ud800' } }),
    );
    const told = await tell('policy export', { answers: { 'policy.export': rules } });
    expect(told.out).toMatch(/^[\n -~é👩🚀]+$/u);
    expect(told.out).toContain('\n      "note": "a\\u009b31m\\u007f\\u202eb \\udb40\\udc41 é');
    expect(JSON.parse(told.out)).toEqual(rules);
  });

  it.each([
    ['of more than one MiB is read from standard input', 3, undefined],
    ['of more than eight is not', 9, 'Standard input is too large.'],
  ] as const)('%s', async (_what, mib, problem) => {
    const stdin = `${JSON.stringify(set(allow({})))}${' '.repeat(mib * 1024 * 1024)}`;
    const told = await tell('policy lint -', { answers: { 'policy.lint': [] }, stdin });
    expect(told.failure?.message).toBe(problem);
    expect(told.calls).toHaveLength(problem === undefined ? 1 : 0);
  });

  it('that is no text is refused from standard input', async () => {
    const told = await tell('policy lint -', { stdin: Buffer.from([0x7b, 0xff, 0x7d]) });
    expect([told.failure?.code, told.failure?.message]).toEqual(['E_FILE', 'Standard input is not UTF-8 text.']);
  });
});
