import { describe, expect, it } from 'vitest';
import type { Chain, Rule } from '../../preload/contract/index.ts';
import { NO_FACTS } from '../../main/policy/call-facts.ts';
import { explain } from '../../main/policy/explain.ts';
import { chainSentence, ruleSentence } from '../../main/policy/sentence.ts';

const AT = '2026-01-01T00:00:00.000Z';
const rules: Rule[] = [
  { id: 'far', effect: 'deny', connector: 'other', tool: '*', createdAt: AT },
  { id: 'yes', effect: 'allow', connector: '*', tool: 'read', createdAt: AT },
  { id: 'etc', effect: 'deny', connector: 'files', tool: 'r*', when: { at: '/path', glob: '/etc/*' }, createdAt: AT },
  { id: 'who', effect: 'ask', connector: 'files', tool: '*', client: 'cursor', createdAt: AT },
  { id: 'doc', effect: 'deny', connector: 'files', resource: 'file:///*', createdAt: AT },
];
const chains: Chain[] = [
  {
    id: 'c',
    effect: 'ask',
    after: { connector: 'web', tool: '*', holding: 'injection' },
    before: { connector: 'files', tool: 'read' },
    createdAt: AT,
  },
];
const input = { connector: 'files', default: 'ask', rules, chains } as const;
const tool = { name: 'read', claimsReadOnly: false, schemaWords: [] };
const client = { ...NO_FACTS, client: { name: 'claude', isProven: false } };

describe('an explanation', () => {
  it('names the rule that decides, its source, and what each rule about it says', () => {
    const explained = explain(input, { kind: 'tool', tool, arguments: { path: ['/etc/x'] } }, client);
    expect(explained).toMatchObject({
      subject: 'tool read',
      decision: { effect: 'deny', code: 'argument_deny', ruleId: 'etc' },
      rule: rules[2],
      source: 'local rule',
      notAbout: 2,
      also: [
        'Ask before the tool "read" on the connector "files" after injected instructions in a result of any tool on the connector "web".',
      ],
    });
    const said = explained.considered.map(({ rule, says, because }) => [rule.id, says, because]);
    expect(said).toHaveLength(3);
    for (const line of [
      ['etc', 'undecidable', 'It cannot be evaluated, so it counts as true: "/path" is an array, not text.'],
      ['who', 'false', 'It is about another client.'],
      ['yes', 'true', 'It is about this.'],
    ])
      expect(said).toContainEqual(line);
  });

  it('of a default says so', () => {
    const explained = explain(input, { kind: 'tool', tool: { ...tool, name: 'write' }, arguments: {} }, client);
    expect(explained).toMatchObject({
      source: 'default of the connector',
      decision: { code: 'default_ask' },
      also: [],
    });
    expect(explained.rule).toBeUndefined();
  });

  it.each([
    ['not seen', false, 'read-only', 'it is not known here yet whether the server calls this tool read-only.'],
    ['seen', true, 'read-only', 'the server does not call this tool read-only.'],
    ['not seen, with another default', false, 'ask', "the connector's default is ask."],
  ] as const)('of a tool whose definition was %s', (_title, isKnown, mode, words) => {
    const subject = { kind: 'tool', tool: { ...tool, name: 'write' }, arguments: {}, isKnown } as const;
    const { decision } = explain({ ...input, default: mode }, subject, client);
    expect([decision.effect, decision.code]).toEqual(['ask', 'default_ask']);
    expect(decision.reason).toContain(words);
  });

  it('is about resources and prompts too', () => {
    const resource = explain(input, { kind: 'resource', uri: 'file:///a' }, client);
    expect(resource).toMatchObject({ subject: 'resource file:///a', rule: { id: 'doc' }, notAbout: 4 });
    expect(explain(input, { kind: 'prompt', name: 'p', arguments: {} }, client)).toMatchObject({
      subject: 'prompt p',
      decision: { effect: 'allow' },
      considered: [],
    });
  });

  it('says which condition does not hold', () => {
    const explained = explain(input, { kind: 'tool', tool, arguments: { path: '/tmp' } }, client);
    expect(explained.considered.find(({ rule }) => rule.id === 'etc')).toMatchObject({
      says: 'false',
      because: 'Its condition does not hold: "/path" looks like "/etc/*".',
    });
  });
});

describe('a sentence', () => {
  it.each<[Omit<Rule, 'id' | 'createdAt'>, string]>([
    [{ effect: 'deny', connector: '*', tool: '*' }, 'Deny every tool on every connector.'],
    [
      { effect: 'allow', connector: 'gh', tool: 'get_*', client: 'ci', when: { at: '/repo', in: ['a/b', 'a/c'] } },
      'Allow the tool "get_*" on the connector "gh" for the client "ci" when "/repo" is "a/b" or "a/c".',
    ],
    [
      {
        effect: 'ask',
        connector: 'f',
        prompt: 'p',
        when: {
          or: [
            { not: { at: '/n', gt: 5 } },
            {
              and: [
                { at: '/p', path_under: ['~/a'] },
                { at: '', length: { min: 1, max: 2 } },
              ],
            },
          ],
        },
      },
      'Ask before the prompt "p" on the connector "f" when not ("/n" is more than 5) or ("/p" is a path below "~/a" and there are 1 to 2 arguments).',
    ],
    [{ effect: 'ask', connector: '*', tool: '*' }, 'Ask before any tool on any connector.'],
    [{ effect: 'deny', connector: 'f', resource: 'file:///*' }, 'Deny the resource "file:///*" on the connector "f".'],
  ])('%j', (rule, sentence) => {
    expect(ruleSentence(rule)).toBe(sentence);
  });

  it('cuts what nobody reads', () => {
    const long = ruleSentence({
      effect: 'deny',
      connector: 'f',
      tool: 't',
      when: { at: '/a', in: Array.from({ length: 900 }, (_, n) => `${n}`.padEnd(500, 'x')) },
    });
    expect(long.length).toBeLessThan(700);
    expect(long).toContain('or 895 more');
    const [chain] = chains;
    expect(chain && chainSentence({ ...chain, effect: 'deny' })).toMatch(/^Deny the tool "read"/);
  });
});
