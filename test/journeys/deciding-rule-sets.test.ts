/** Rules as files: out and in again, all or nothing; what lint says of them, and what explain says of a call. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Chain, Explanation, LintFinding, Rule, RuleSet } from '../../preload/contract/index.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome, type Ended } from './companion-home.ts';
import { connect, textOf } from './deciding-steps.ts';

const SET: RuleSet = {
  version: 1,
  rules: [
    { effect: 'deny', connector: 'tools', tool: 'write_*', note: 'nothing is written' },
    { effect: 'ask', connector: 'tools', tool: 'echo', when: { at: '/text', contains: 'secret' } },
    { effect: 'deny', connector: '*', resource: 'file:///etc/*' },
    { effect: 'ask', client: 'window', connector: 'tools', prompt: 'p?' },
  ],
  chains: [
    {
      effect: 'ask',
      after: { connector: 'pages', tool: '*', holding: 'anything' },
      before: { connector: 'tools', tool: 'slow' },
    },
  ],
};

describeJourney('deciding: sets of rules', () => {
  let home: CompanionHome;

  const file = (name: string, content: string | object): string => {
    const path = join(home.path, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const exported = async (): Promise<RuleSet> => JSON.parse(await home.must(['policy', 'export'])) as RuleSet;
  /** Everything that is in force, with its ids. */
  const inForce = async (): Promise<{ rules: Rule[]; chains: Chain[] }> => ({
    rules: await home.json<Rule[]>(['policy', 'list']),
    chains: await home.json<Chain[]>(['policy', 'chain', 'list']),
  });
  const take = async (name: string, content: string | object, ...options: string[]): Promise<Ended> =>
    await home.runlayer(['policy', 'import', file(name, content), ...options]);

  beforeAll(async () => {
    home = await openHome();
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
    await home.add('pages', [node, fixtureServer('tools.mjs')]);
  });
  afterAll(async () => {
    await home?.close();
  });

  it('a set goes in whole and comes out the same, to the screen and to a new file that only its owner reads', async () => {
    const dry = await take('set.json', SET, '--dry-run');
    expect(dry.out.match(/^\+ /gm)).toHaveLength(5);
    expect(await exported()).toEqual({ version: 1, rules: [], chains: [] });
    await home.must(['policy', 'import', file('set.json', SET)]);
    expect(await exported()).toEqual(SET);
    const out = join(home.path, 'out.json');
    await home.must(['policy', 'export', out]);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(SET);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const again = await home.runlayer(['policy', 'export', out]);
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toContain('exists already');
    // What is there already is not there twice.
    const before = await inForce();
    expect((await take('twice.json', SET)).out).toContain('changes nothing');
    expect(await inForce()).toEqual(before);
  });

  it('a set that was taken in decides about the next call', async () => {
    const client = await connect(home, 'tools', 'window');
    expect((await client.call(1, 'write_note')).error?.message).toBe('Unknown tool: write_note');
    expect(textOf(await client.call(2, 'echo', { text: 'plain' }))).toBe('plain');
    await client.close();
  });

  it('a set that opens something waits for a yes, and so does one that takes rules away', async () => {
    const before = await inForce();
    const opening = { version: 1, rules: [{ effect: 'allow', connector: 'tools', tool: 'echo' }] };
    for (const ended of [
      await take('opening.json', opening),
      await take('empty.json', { version: 1, rules: [] }, '--replace'),
    ]) {
      expect(ended.code).toBe(2);
      expect(ended.err).toContain('-y');
    }
    expect(await inForce()).toEqual(before);
  });

  it('--replace leaves what is in the file and nothing else; what stays keeps its id', async () => {
    const before = await inForce();
    const [kept] = before.rules;
    const next: RuleSet = {
      version: 1,
      rules: [...SET.rules.slice(0, 1), { effect: 'deny', connector: 'pages', tool: 'crash' }],
      chains: [],
    };
    const done = await take('next.json', next, '--replace', '-y', '--json');
    expect(JSON.parse(done.out)).toMatchObject({ removed: 4 });
    expect(await exported()).toEqual(next);
    const after = await inForce();
    expect(after.rules[0]?.id).toBe(kept?.id);
    await take('back.json', SET, '--replace', '-y');
    expect(new Set((await exported()).rules.map((rule) => JSON.stringify(rule)))).toEqual(
      new Set(SET.rules.map((rule) => JSON.stringify(rule))),
    );
  });

  it('a file that is not wholly right changes nothing at all and says where', async () => {
    const before = await inForce();
    const settings = readFileSync(join(home.home, 'settings.json'));
    const good = { effect: 'deny', connector: 'tools', tool: 'slow' };
    const bad: readonly (readonly [string | object, RegExp])[] = [
      ['', /is empty/],
      ['{"version":1,"rules":[', /JSON/],
      [{ version: 2, rules: [good] }, /version/],
      [{ version: 1, rules: [good, { ...good, effect: 'block' }] }, /rules.*1.*effect/s],
      [{ version: 1, rules: [good, { ...good, when: { at: '/x', equals: 1 } }] }, /rules.*1.*when/s],
      [{ version: 1, rules: [good, { ...good, when: { at: '/x', regex: '(' } }] }, /expression/],
      [{ version: 1, rules: [good, { ...good, prompt: 'both' }] }, /exactly one/],
      [{ version: 1, rules: [good], allow: ['*'] }, /allow/],
      ['{"version":1,"rules":[],"rules":[{"effect":"deny","connector":"tools","tool":"slow"}]}', /rules/],
    ];
    for (const [at, [content, said]] of bad.entries()) {
      for (const options of [['-y'], ['--replace', '-y']]) {
        const ended = await take(`bad-${at}.json`, content, ...options);
        expect([at, ended.code, ended.out]).toEqual([at, 2, '']);
        expect(ended.err).toMatch(said);
      }
    }
    expect((await home.runlayer(['policy', 'import', join(home.path, 'none.json'), '-y'])).code).not.toBe(0);
    expect(existsSync(join(home.path, 'none.json'))).toBe(false);
    expect(await inForce()).toEqual(before);
    expect(readFileSync(join(home.home, 'settings.json')).equals(settings)).toBe(true);
  });

  it('lint names a rule that never matches, one that another covers, one that is wider, and a name that nothing has', async () => {
    const odd = {
      version: 1,
      rules: [
        { effect: 'deny', connector: 'tools', tool: 'e*' },
        { effect: 'allow', connector: 'tools', tool: 'echo' },
        {
          effect: 'allow',
          connector: 'tools',
          tool: 'slow',
          when: {
            and: [
              { at: '/n', gt: 5 },
              { at: '/n', lt: 3 },
            ],
          },
        },
        { effect: 'allow', connector: 'tools', tool: 'wait', when: { at: '/u', regex: 'example\\.com' } },
        { effect: 'deny', connector: 'nowhere', tool: 'x' },
      ],
    };
    const before = await inForce();
    const findings = JSON.parse(await home.must(['policy', 'lint', file('odd.json', odd), '--json'])) as LintFinding[];
    const kinds = (rule: string): string[] => findings.filter(({ rules }) => rules[0] === rule).map(({ kind }) => kind);
    expect(kinds('#2')).toContain('shadowed');
    expect(findings.find(({ kind }) => kind === 'shadowed')?.rules).toEqual(['#2', '#1']);
    expect(kinds('#3')).toContain('never_matches');
    expect(kinds('#4')).toContain('wider_than_it_looks');
    expect(kinds('#5')).toContain('unknown_name');
    expect(kinds('#1')).toEqual([]);
    const text = await home.must(['policy', 'lint', join(home.path, 'odd.json')]);
    expect(text.match(/^! /gm)).toHaveLength(findings.length);
    expect(await inForce()).toEqual(before);
    expect(await home.must(['policy', 'lint', file('fine.json', { version: 1, rules: [odd.rules[0]] })])).toBe(
      'Nothing stands out.\n',
    );
  });

  it('explain names the rule that decides, its source and every rule that was considered', async () => {
    const explain = async (args: string): Promise<Explanation> =>
      JSON.parse(
        await home.must(['policy', 'explain', 'tools', 'echo', '--client', 'window', '--arguments', '-', '--json'], {
          input: args,
        }),
      ) as Explanation;
    const asks = (await inForce()).rules.find(({ effect, tool }) => effect === 'ask' && tool === 'echo');
    const asked = await explain('{"text":"a secret"}');
    expect(asked.decision.effect).toBe('ask');
    expect([asked.rule?.id, asked.source]).toEqual([asks?.id, 'local rule']);
    expect(asked.considered.map(({ rule, says }) => [rule.id, says])).toEqual([[asks?.id, 'true']]);
    expect(asked.notAbout).toBe(3);
    const free = await explain('{"text":"plain"}');
    expect([free.decision.effect, free.rule, free.source]).toEqual(['allow', undefined, 'default of the connector']);
    expect(free.considered.map(({ says }) => says)).toEqual(['false']);
    for (const args of ['{"text":[1]}', '{}']) {
      const { decision, considered } = await explain(args);
      expect([args, decision.effect, considered[0]?.says]).toEqual([args, 'ask', 'undecidable']);
    }
    const page = await home.must(['policy', 'explain', 'tools', 'write_note']);
    expect(page).toMatch(/tool write_note on "tools" would be denied\.\nWhy: .*write_\*/);
    const resource = await home.must(['policy', 'explain', 'pages', '--resource', 'file:///etc/passwd']);
    expect(resource).toContain('would be denied');
    // Nothing that is explained is called or recorded.
    expect(home.records().some((record) => record.kind === 'intent' && record['gen_ai.tool.name'] === 'wait')).toBe(
      false,
    );
  });

  it('every call left an intent and one outcome', () => {
    expect(home.openIntents()).toEqual([]);
  });
});
