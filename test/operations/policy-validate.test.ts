import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckedRule, NewRule, Rule } from '../../preload/contract/index.ts';
import { RandomPolicy } from '../policy/random-policy.ts';
import { aConnector, aRule, CLI, memorySettings } from './fakes.ts';
import { policyBench, type PolicyBench } from './policy-bench.ts';

const DENY: NewRule = { effect: 'deny', connector: 'files', tool: 'write' };
const KNOWN: Rule = { ...aRule('deny', 'files', 'write'), id: 'r1' };

function bench(rules: readonly Rule[] = []): PolicyBench {
  return policyBench({
    settings: memorySettings({
      connectors: [aConnector('files', { default: 'ask' }), aConnector('shut', { default: 'deny' })],
      rules: [...rules],
    }),
    knownTools: (name) => (name === 'files' ? ['read', 'write'] : undefined),
  });
}
async function checked(given: unknown, rules: readonly Rule[] = [], replaces?: string): Promise<CheckedRule> {
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const { handlers, settings } = bench(rules);
  const answer = await handlers['policy.validate'](
    { kind: 'rule', text, ...(replaces === undefined ? {} : { replaces }) },
    CLI,
  );
  expect(settings.writes).toEqual([]);
  return answer;
}

describe('a rule while it is typed', () => {
  it('is said in words, with what stands out', async () => {
    expect(await checked(DENY)).toEqual({
      ok: true,
      rule: DENY,
      sentence: 'Deny the tool "write" on the connector "files".',
      problems: [],
      findings: [],
      weakens: false,
    });
    const allow = await checked({ ...DENY, effect: 'allow', tool: 'Read', note: 'n' });
    expect(allow).toMatchObject({ ok: true, weakens: true });
    expect(allow.findings).toEqual(['This rule allows "Read" letter for letter, and so not "read".']);
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'The text is empty.'],
    ['half of it', '{"effect":', 'The text is no JSON at line 1, column 11.'],
    ['a key twice', '{"effect":"deny","effect":"allow"}', 'holds the key "effect" twice'],
    ['without end', '['.repeat(100), 'is nested more than 64 levels deep'],
    ['far too long', `"${'x'.repeat(70_000)}"`, 'It is too long: one rule may take 16 KiB.'],
    [
      'too long',
      JSON.stringify({
        ...DENY,
        when: { at: '/a', in: Array.from({ length: 900 }, (_none, n) => `${'x'.repeat(20)}${n}`) },
      }),
      'It is too long',
    ],
    [
      'too many expressions',
      JSON.stringify({
        ...DENY,
        when: { or: Array.from({ length: 90 }, () => ({ at: '/a', regex: '(a{1000}){2}' })) },
      }),
      'more, or larger, expressions',
    ],
    ['two things', JSON.stringify({ ...DENY, prompt: 'p' }), 'Name one thing only'],
  ])('%s is a problem and no failure', async (_title, text, words) => {
    const answer = await checked(text);
    expect(answer).toMatchObject({ ok: false, sentence: '', findings: [], weakens: false });
    expect(answer.problems[0]?.text).toContain(words);
  });

  it('that is there already cannot be saved, but by whoever edits it', async () => {
    expect(await checked({ ...DENY, note: 'again' }, [KNOWN])).toMatchObject({
      ok: false,
      same: 'r1',
      problems: [{ path: '', text: 'The rule r1 says the same already.' }],
    });
    expect(await checked({ ...DENY, note: 'again' }, [KNOWN], 'r1')).toMatchObject({ ok: true, weakens: false });
    expect(await checked({ ...DENY, effect: 'ask' }, [KNOWN], 'r1')).toMatchObject({ ok: true, weakens: true });
    expect(await checked(DENY, [], 'r1')).toMatchObject({
      ok: false,
      problems: [{ text: 'The rule that you are changing is gone. Save this as a new one.' }],
    });
  });

  it('is held against the rules in force: what covers it, and what it covers', async () => {
    const wide: Rule = { ...aRule('deny', 'files', '*'), id: 'r2' };
    expect((await checked(DENY, [wide])).findings).toEqual([
      'This rule never decides, because r2 covers all of it: Deny every tool on the connector "files".',
    ]);
    expect((await checked({ ...DENY, tool: '*' }, [KNOWN])).findings).toEqual([
      'Rule r1 never decides, because this rule covers all of it: Deny every tool on the connector "files".',
    ]);
  });

  it('opens something where it asks about what is denied', async () => {
    expect(await checked({ ...DENY, effect: 'ask', connector: 'shut' })).toMatchObject({ weakens: true });
    expect(await checked({ ...DENY, effect: 'ask' })).toMatchObject({ weakens: false });
  });

  it('never throws, and says yes exactly to what can be added', async () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new RandomPolicy(seed);
      const { id: _id, createdAt: _at, ...rule } = random.rule();
      const { handlers } = bench([KNOWN]);
      const answer = await checked(rule, [KNOWN]);
      const added = await (async () => handlers['policy.add'](rule, CLI))().then(
        () => true,
        () => false,
      );
      expect(answer.ok || answer.same !== undefined, JSON.stringify(rule)).toBe(added);
    }
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        for (const kind of ['rule', 'chain'] as const) {
          const { handlers } = bench();
          const answer = await handlers['policy.validate']({ kind, text }, CLI);
          expect(answer.ok || answer.problems.length > 0).toBe(true);
        }
      }),
    );
  });
});

describe('a chain while it is typed', () => {
  it('is said in words', async () => {
    const chain = {
      effect: 'ask',
      after: { connector: 'mail', tool: '*', holding: 'secret' },
      before: { connector: 'web', tool: 'post' },
    };
    const { handlers } = bench();
    const check = async (given: unknown): Promise<CheckedRule> =>
      handlers['policy.validate']({ kind: 'chain', text: JSON.stringify(given) }, CLI);
    expect(await check(chain)).toMatchObject({
      ok: true,
      chain,
      weakens: false,
      sentence: expect.stringMatching(/^Ask before/) as string,
    });
    expect(await check({ ...chain, effect: 'allow' })).toMatchObject({ ok: false, problems: [{ path: 'effect' }] });
  });
});
