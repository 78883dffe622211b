import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chain, DefaultMode, Rule } from '../../preload/contract/index.ts';
import { NO_FACTS, type CallFacts } from '../../main/policy/call-facts.ts';
import { compilePolicy, compileRuleSet, hidesTool, type Policy } from '../../main/policy/decide.ts';
import type { PathReader } from '../../main/policy/path-test.ts';
import { RandomPolicy } from './random-policy.ts';

const AT = '2026-01-01T00:00:00.000Z';
const rule = (effect: Rule['effect'], more: Partial<Rule> = {}): Rule => ({
  id: 'r1',
  effect,
  connector: '*',
  ...(more.resource === undefined && more.prompt === undefined ? { tool: '*' } : {}),
  createdAt: AT,
  ...more,
});
const tool = (name: string) => ({ name, claimsReadOnly: false, schemaWords: [] });
const policy = (mode: DefaultMode, rules: readonly Rule[], chains: readonly Chain[] = [], paths?: PathReader): Policy =>
  compilePolicy({ connector: 'files', default: mode, rules, chains, ...(paths === undefined ? {} : { paths }) });
const as = (name: string | undefined, isProven = false): CallFacts => ({ ...NO_FACTS, client: { name, isProven } });

describe('a rule with a condition', () => {
  const when = { at: '/path', glob: '/etc/*' };

  it('denies only such calls, and never hides the tool', () => {
    const p = policy('allow', [rule('deny', { when })]);
    expect(p.decideCall(tool('read'), { path: '/etc/passwd' }, NO_FACTS)).toEqual({
      effect: 'deny',
      decidedBy: 'local',
      code: 'argument_deny',
      reason: 'Rule r1 denies "*" on "*" with these arguments.',
      ruleId: 'r1',
    });
    expect(p.decideCall(tool('read'), { path: '/tmp/x' }, NO_FACTS).effect).toBe('allow');
    expect(p.decideTool(tool('read')).effect).toBe('allow');
  });

  it('on a path that is given as an array is denied, and says why without the value', () => {
    const decided = policy('allow', [rule('deny', { when })]).decideCall(tool('read'), { path: ['/etc/x'] }, NO_FACTS);
    expect(decided).toMatchObject({ effect: 'deny', code: 'argument_deny', ruleId: 'r1' });
    expect(decided.reason).toBe(
      'Rule r1 denies "*" on "*", and counts because it could not be evaluated: "/path" is an array, not text.',
    );
    expect(hidesTool(decided)).toBe(false);
  });

  it('allows only what surely fits, and shows the tool under a closed default', () => {
    const p = policy('deny', [rule('allow', { when })]);
    expect(p.decideCall(tool('read'), { path: '/etc/passwd' }, NO_FACTS).code).toBe('rule_allow');
    for (const args of [{ path: '/tmp' }, { path: ['/etc/x'] }, {}, undefined])
      expect(p.decideCall(tool('read'), args, NO_FACTS).code).toBe('default_deny');
    expect(hidesTool(p.decideTool(tool('read')))).toBe(false);
    expect(hidesTool(policy('deny', [rule('ask', { when })]).decideTool(tool('read')))).toBe(false);
  });

  it('that is unknown here closes and never opens', () => {
    const document: unknown = JSON.parse('{"at":"/a","resembles":"x"}');
    const odd = { when: document } as Partial<Rule>;
    expect(policy('allow', [rule('deny', odd)]).decideCall(tool('t'), {}, NO_FACTS).code).toBe('argument_deny');
    expect(policy('deny', [rule('allow', odd)]).decideCall(tool('t'), {}, NO_FACTS).code).toBe('default_deny');
  });
});

describe('a rule about a client', () => {
  it.each<[Rule['effect'], CallFacts, string]>([
    ['deny', as('cursor'), 'deny'],
    ['deny', as('CURSOR'), 'deny'],
    ['deny', as('claude'), 'ask'],
    ['deny', as(undefined), 'deny'],
    ['allow', as('cursor'), 'ask'],
    ['allow', as('cursor', true), 'allow'],
    ['allow', as('Cursor', true), 'ask'],
    ['allow', as(undefined), 'ask'],
  ])('%s, asked as %j', (effect, facts, expected) => {
    expect(policy('ask', [rule(effect, { client: 'cursor' })]).decideCall(tool('t'), {}, facts).effect).toBe(expected);
  });

  it('hides only from who it surely is about', () => {
    const p = policy('allow', [rule('deny', { client: 'cursor' })]);
    const hidden = (facts?: CallFacts): boolean => hidesTool(p.decideTool(tool('t'), facts?.client));
    expect([hidden(as('cursor')), hidden(as('claude')), hidden(as(undefined)), hidden()]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    // And a call that is denied unseen is refused as one of a tool that is there.
    expect(hidesTool(p.decideCall(tool('t'), {}, as(undefined)))).toBe(false);
    expect(hidesTool(p.decideCall(tool('t'), {}, as('cursor')))).toBe(true);
  });

  it('one client never gets what was decided for another', () => {
    const p = policy('ask', [rule('allow', { client: 'hub' })]);
    const same = tool('t');
    const effects = [as('hub', true), as('x', true), as('hub', true), as('hub')].map(
      (facts) => p.decideCall(same, {}, facts).effect,
    );
    expect(effects).toEqual(['allow', 'ask', 'allow', 'ask']);
  });
});

describe('a chain', () => {
  const chain = (effect: Chain['effect'], holding: Chain['after']['holding'] = 'anything'): Chain => ({
    id: 'c1',
    effect,
    after: { connector: 'web', tool: 'fetch_*', holding },
    before: { connector: 'files', tool: 'send' },
    createdAt: AT,
  });
  const after = (...labels: ('anything' | 'secret')[]): CallFacts => ({
    ...NO_FACTS,
    taints: [{ connector: 'Web', tool: 'fetch_page', labels }],
  });

  it('asks or denies after such a result, and only then', () => {
    const p = policy('allow', [], [chain('ask')]);
    expect(p.decideCall(tool('send'), {}, after('anything'))).toEqual({
      effect: 'ask',
      decidedBy: 'local',
      code: 'chain_ask',
      reason: 'Chain c1 asks before this call, because a result came from "fetch_page" on "Web".',
      ruleId: 'c1',
    });
    expect(p.decideCall(tool('read'), {}, after('anything')).effect).toBe('allow');
    expect(p.decideCall(tool('send'), {}, NO_FACTS).effect).toBe('allow');
    expect(policy('allow', [], [chain('deny')]).decideCall(tool('send'), {}, after('anything')).code).toBe(
      'chain_deny',
    );
    expect(p.decideTool(tool('send')).effect).toBe('allow');
  });

  it('about a secret holds only where one was found', () => {
    const p = policy('allow', [], [chain('deny', 'secret')]);
    expect(p.decideCall(tool('send'), {}, after('anything')).effect).toBe('allow');
    expect(p.decideCall(tool('send'), {}, after('anything', 'secret')).effect).toBe('deny');
  });

  it('only tightens: it opens no closed connector to a question, and a deny wins', () => {
    expect(policy('deny', [], [chain('ask')]).decideCall(tool('send'), {}, after('anything')).code).toBe(
      'default_deny',
    );
    const both = policy('allow', [], [chain('ask'), { ...chain('deny'), id: 'c2' }]);
    expect(both.decideCall(tool('send'), {}, after('anything')).ruleId).toBe('c2');
    const asked = policy('allow', [rule('ask')], [chain('ask')]);
    expect(asked.decideCall(tool('send'), {}, after('anything')).code).toBe('chain_ask');
    const byDefault = policy('ask', [], [chain('ask')]);
    expect(byDefault.decideCall(tool('send'), {}, after('anything'))).toMatchObject({
      code: 'chain_ask',
      ruleId: 'c1',
    });
    expect(byDefault.decideCall(tool('send'), {}, NO_FACTS).code).toBe('default_ask');
    expect(asked.decideCall(tool('send'), {}, NO_FACTS).code).toBe('rule_ask');
  });
});

describe('resources and prompts', () => {
  const paths: PathReader = {
    separator: '/',
    foldsCase: false,
    resolve: (text) => {
      if (text.includes('boom')) throw new Error('too many links');
      return [decodeURIComponent(text.replace('file://', '')).replace('/data/link', '/etc')];
    },
  };
  const read = (p: Policy, uri: string) => p.decideRequest({ uri }, { kind: 'resource', uri }, NO_FACTS);

  it.each([
    'file:///etc/passwd',
    'FILE:///etc/passwd',
    'file:///etc/%70asswd',
    'file:///etc/%2570asswd',
    'file:///tmp/../etc/passwd',
    'file:///tmp/%2e%2e/etc/passwd',
    'file:///tmp%2f..%2fetc/passwd',
    'file:///data/link/passwd',
    'file:///еtc/passwd',
    'file:///tmp/boom',
    `file:///etc/${'a'.repeat(9000)}`,
  ])('a deny catches every way to write the address, and an allow none of them: %s', (uri) => {
    const deny = policy('allow', [rule('deny', { resource: 'file:///etc/*' })], [], paths);
    expect(read(deny, uri)).toMatchObject({ effect: 'deny', code: 'rule_deny' });
    const open = policy(
      'deny',
      [rule('allow', { resource: 'file:///tmp/*' }), rule('allow', { resource: 'file:///data/*' })],
      [],
      paths,
    );
    expect(read(open, uri).code).toBe('method_denied');
    expect(read(open, 'file:///tmp/a').code).toBe('rule_allow');
    expect(read(open, 'file:///tmp/a%20b').code).toBe('rule_allow');
  });

  it.each<[string, string]>([
    ['db://prod/*', 'db://user@prod/x'],
    ['db://prod/*', 'db://prod:5432/x'],
    ['db://prod/*', 'db://u:pw@PROD.:5432/x'],
    ['https://a.com/*', 'https://u@a.com/x'],
    ['file:///etc/*', '/etc/passwd'],
    ['file:///etc/*', '/data/link/passwd'],
    ['repo://x/secret', 'repo://x/docs/..%5csecret'],
  ])('a deny of %s catches %s', (resource, uri) => {
    expect(read(policy('allow', [rule('deny', { resource })], [], paths), uri).code).toBe('rule_deny');
  });

  it.each<[string, string, boolean]>([
    ['repo://x/docs/*', 'repo://x/docs/a', true],
    ['repo://x/docs/*', 'repo://x/docs/..%5c..%5csecret', false],
    ['repo://x/docs/*', 'repo://x/docs/..\\..\\secret', false],
    ['https://a.com*', 'https://a.com@evil.com/', false],
    ['https://me@a.com/*', 'https://me@a.com/x', true],
    ['db://prod:5432/*', 'db://prod:5432/x', true],
    ['/data/*', '/data/a', true],
    ['/data/*', '/data/../etc/passwd', false],
    ['/data/*', '/data/%2e%2e/etc/passwd', false],
  ])('an allow of %s, asked for %s', (resource, uri, allowed) => {
    const found = read(policy('deny', [rule('allow', { resource })], [], paths), uri).code;
    expect(found).toBe(allowed ? 'rule_allow' : 'method_denied');
  });

  it('are not about tools, and tools not about them', () => {
    const p = policy('allow', [rule('deny', { resource: '*' }), rule('ask', { id: 'r2', prompt: 'p*' })]);
    expect(p.decideCall(tool('x'), {}, NO_FACTS).effect).toBe('allow');
    expect(p.decideRequest({}, undefined, NO_FACTS).effect).toBe('allow');
    const prompt = { kind: 'prompt', name: 'P1', arguments: {} } as const;
    expect(p.decideRequest({}, prompt, NO_FACTS)).toMatchObject({ effect: 'ask', ruleId: 'r2' });
    expect(p.decideListed(prompt).effect).toBe('ask');
    expect(p.decideListed({ kind: 'resource', uri: 'x:y' }).code).toBe('rule_deny');
    const closed = policy('deny', [rule('allow', { prompt: 'p', when: { at: '/a', eq: 1 } })]);
    expect(closed.decideListed({ kind: 'prompt', name: 'p', arguments: undefined }).effect).toBe('allow');
    expect(closed.decideListed({ kind: 'prompt', name: 'q', arguments: undefined }).effect).toBe('deny');
    expect(closed.decideRequest({}, { kind: 'prompt', name: 'p', arguments: { a: 2 } }, NO_FACTS).effect).toBe('deny');
    expect(closed.decideRequest({}, { kind: 'prompt', name: 'p', arguments: { a: 1 } }, NO_FACTS).effect).toBe('allow');
  });

  it('in a protected path are denied whatever the rules say', () => {
    const protectedPaths = { ...paths, roots: ['/home/me/.runlayer'], homes: ['/home/me'] };
    const p = compilePolicy({
      connector: 'files',
      default: 'allow',
      rules: [rule('allow', { resource: '*' })],
      protectedPaths,
    });
    const uri = 'file:///home/me/.runlayer/x';
    expect(p.decideRequest(undefined, { kind: 'resource', uri }, NO_FACTS).code).toBe('protected_path');
  });
});

describe('laws', () => {
  const RANK = { allow: 0, ask: 1, deny: 2 };
  const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
  const setting = (seed: number) => {
    const random = new RandomPolicy(seed);
    const rules = random.some(5, () => random.rule());
    const chains = random.some(2, () => random.chain());
    const [mode, connector, name] = [random.mode(), random.word(), random.word()];
    const [args, facts] = [random.arguments(), random.facts()];
    const decide = (rules: readonly Rule[], chains: readonly Chain[], asked: unknown = args) =>
      compilePolicy({ connector, default: mode, rules, chains }).decideCall(tool(name), asked, facts).effect;
    return { random, rules, chains, mode, args, facts, decide, connector, name };
  };

  it('one deny, ask or chain more never allows more', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { random, rules, chains, mode, decide } = setting(seed);
        const before = decide(rules, chains);
        expect(RANK[decide([...rules, random.rule('deny')], chains)]).toBeGreaterThanOrEqual(RANK[before]);
        expect(RANK[decide(rules, [...chains, random.chain()])]).toBeGreaterThanOrEqual(RANK[before]);
        const asked = decide([...rules, random.rule('ask')], chains);
        // An ask rule opens a closed connector to the question, and only to it.
        if (mode === 'deny') expect(asked === 'allow' && before !== 'allow').toBe(false);
        else expect(RANK[asked]).toBeGreaterThanOrEqual(RANK[before]);
      }),
      { numRuns: 20_000 },
    );
  });

  it('order does not matter', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { rules, chains, decide } = setting(seed);
        expect(decide(rules.toReversed(), chains.toReversed())).toBe(decide(rules, chains));
      }),
      { numRuns: 10_000 },
    );
  });

  it('an unknown field never turns deny into allow', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom('zz', '__proto__', 'constructor', 'A', '$bytes'), (seed, key) => {
        const { rules, chains, args, decide } = setting(seed);
        // A test of the whole is about every field of it.
        fc.pre(!JSON.stringify(rules).includes('"at":""'));
        const more = Object.assign(JSON.parse(`{"${key}":{"a":"b"}}`), args);
        expect(decide(rules, chains, more)).toBe(decide(rules, chains));
      }),
      { numRuns: 10_000 },
    );
  });

  it('what is hidden is denied for every call', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { random, rules, mode, connector, name, facts } = setting(seed);
        const p = compilePolicy({ connector, default: mode, rules });
        if (!hidesTool(p.decideTool(tool(name), facts.client))) return;
        for (let i = 0; i < 5; i++) expect(p.decideCall(tool(name), random.arguments(), facts).effect).toBe('deny');
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('the version', () => {
  const version = (rules: readonly Rule[], mode: DefaultMode = 'allow', connector = 'files'): string =>
    compilePolicy({ connector, default: mode, rules }).version;

  it('is another one for whatever decides, and only for that', () => {
    const one = rule('deny', { tool: 'a' });
    const base = version([one]);
    expect(version([{ ...one, note: 'why', createdAt: '2026-02-02T00:00:00.000Z' }])).toBe(base);
    expect(version([one, rule('deny', { connector: 'other' })])).toBe(base);
    expect(version([rule('allow', { id: 'x' }), one])).toBe(version([one, rule('allow', { id: 'x' })]));
    const others = [
      version([]),
      version([one], 'ask'),
      version([one], 'allow', 'files2'),
      version([rule('ask', { tool: 'a' })]),
      version([rule('deny', { tool: 'b' })]),
      version([rule('deny', { tool: 'a', client: 'x' })]),
      version([rule('deny', { tool: 'a', when: { at: '/a', eq: 1 } })]),
      version([one, one]),
    ];
    expect(new Set([base, ...others]).size).toBe(others.length + 1);
  });
});

describe('ten thousand rules', () => {
  it('are found by what they name', () => {
    const rules = Array.from({ length: 10_000 }, (_, n) =>
      rule('deny', { id: `r${n}`, connector: `c${n % 100}`, tool: `t${n}` }),
    );
    const set = compileRuleSet(rules, []);
    expect(set.index.of('c7').all.length).toBe(100);
    const p = set.ofConnector({ connector: 'c7', default: 'allow' });
    expect(p.decideCall(tool('T4207'), {}, NO_FACTS).ruleId).toBe('r4207');
    expect(p.decideCall(tool('t4208'), {}, NO_FACTS).effect).toBe('allow');
  });
});
