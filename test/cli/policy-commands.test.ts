import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  Chain,
  ConnectorView,
  Explanation,
  LintFinding,
  ReplayReport,
  Rule,
  RuleSet,
  Suggestion,
} from '../../preload/contract/index.ts';
import { tell, type Scene, type Told } from './fake-io.ts';

const AT = '2026-11-21T08:00:00.000Z';
const rule: Rule = { id: 'r1', effect: 'allow', connector: 'files', tool: 'read_*', createdAt: AT };
const when = { at: '/path', path_under: ['~/p'] };
const chain: Chain = {
  id: 'c1',
  effect: 'ask',
  after: { connector: 'mail', tool: 'read_*', holding: 'secret' },
  before: { connector: 'web', tool: 'post' },
  createdAt: AT,
};
const finding: LintFinding = { kind: 'shadowed', rules: ['r1', 'r0'], text: 'Rule r1 never decides.' };
const connectors = [{ name: 'files' } as ConnectorView];
const answers: Scene['answers'] = {
  'policy.add': rule,
  'policy.remove': rule,
  'policy.list': [rule],
  'policy.lint': [],
  'connectors.list': connectors,
};
const SENTENCE = 'Allow the tool "read_*" on the connector "files".';
const call = (told: Told, name: string): unknown => {
  const found = told.calls.find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}! `));
  return found === undefined ? undefined : JSON.parse(found.slice(found.indexOf(' ') + 1));
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rl-policy-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
function file(name: string, text: string | Buffer): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe('a rule', () => {
  it('is asked about only where the companion says that it weakens', async () => {
    const allow = await tell(['policy', 'allow', 'files', 'read_*'], {
      answers,
      weakens: ['policy.add'],
      tty: true,
      typed: ['y'],
    });
    expect(allow.asked).toEqual([`Let it through without asking: ${SENTENCE} [y/N] `]);
    expect(allow.calls.slice(0, 2)).toEqual([
      'policy.add {"effect":"allow","connector":"files","tool":"read_*"}',
      'policy.add! {"effect":"allow","connector":"files","tool":"read_*"}',
    ]);
    expect(allow.out).toBe(`Rule r1: ${SENTENCE}\n`);
    const deny = await tell('policy deny files x', { answers, tty: true });
    expect([deny.asked, deny.code]).toEqual([[], 0]);
    const ask = await tell('policy ask files x', { answers, weakens: ['policy.add'], tty: true, typed: ['n'] });
    expect([ask.code, ask.failure?.code]).toEqual([2, 'E_DECLINED']);
  });

  it('without a terminal needs -y', async () => {
    const scene: Scene = { answers, weakens: ['policy.add', 'policy.remove'] };
    for (const line of ['policy allow files x', 'policy remove r1']) {
      expect((await tell(line, scene)).failure?.code).toBe('E_CONFIRMATION');
      expect((await tell(`${line} -y`, scene)).code).toBe(0);
    }
  });

  it('is said to be wrong where it is, and to be for nobody', async () => {
    const told = await tell('policy deny fiels x', {
      answers: {
        ...answers,
        'policy.add': { ...rule, effect: 'deny', connector: 'fiels', tool: 'x' },
        'policy.lint': [finding, { ...finding, kind: 'unknown_name' }, { ...finding, rules: ['r7'], text: 'Other.' }],
      },
    });
    expect(told.out).toBe(
      'Rule r1: Deny the tool "x" on the connector "fiels".\n! Rule r1 never decides.\nNo connector has such a name yet; see "runlayer connectors list".\n',
    );
  });

  it.each<[string[], object, string]>([
    [
      ['deny', 'files', '--resource', 'file:///etc/*'],
      { effect: 'deny', connector: 'files', resource: 'file:///etc/*' },
      '',
    ],
    [['deny', 'files', '--prompt', 'p*'], { effect: 'deny', connector: 'files', prompt: 'p*' }, ''],
    [
      ['ask', 'files', 'x', '--client', 'ci', '--note', 'why', '--when', JSON.stringify(when)],
      { effect: 'ask', connector: 'files', tool: 'x', client: 'ci', when, note: 'why' },
      '',
    ],
    [
      ['deny', 'files', 'x', '--when-file', '-'],
      { effect: 'deny', connector: 'files', tool: 'x', when },
      JSON.stringify(when),
    ],
  ])('%j', async (words, expected, stdin) => {
    expect(call(await tell(['policy', ...words], { answers, stdin }), 'policy.add')).toEqual(expected);
  });

  it.each<[string[], string, string]>([
    [['deny', 'files'], 'E_USAGE', 'about one thing'],
    [['deny', 'files', 'x', '--prompt', 'p'], 'E_USAGE', 'about one thing'],
    [['deny', 'files', 'x', '--when', '{}', '--when-file', 'f'], 'E_USAGE', 'given together'],
    [['deny', 'files', '--resource', 'x', '--when', JSON.stringify(when)], 'E_INPUT', 'exactly one of'],
    [['deny', 'files', 'x', '--when', '{"at":"/a"'], 'E_JSON', 'no JSON'],
    [['deny', 'files', 'x', '--when', '{"at":"/a","eq":1,"eq":2}'], 'E_JSON', 'the key "eq" twice'],
    [['deny', 'files', 'x', '--when', '{"at":"a","eq":1}'], 'E_INPUT', '"when.at"'],
    [
      ['deny', 'files', 'x', '--when', '{"at":"/path","path_undr":["~/p"]}'],
      'E_INPUT',
      '"path_undr" is no test. Give one of: eq, in, glob, regex, gt, gte, lt, lte, length, contains, exists, path_under, url_host.',
    ],
    [['deny', 'files', 'x', '--when', '{"not":{"or":[{"at":"/a","ex":{"x":1}}]}}'], 'E_INPUT', '"ex" is no test.'],
    [['deny', 'files', 'x', '--when', '{"at":"/a","exists":{"x":1}}'], 'E_INPUT', '"when.exists"'],
    [['deny', 'fi les', 'x'], 'E_INPUT', '"connector"'],
    [['show', 'nope'], 'E_RULE_UNKNOWN', 'no rule "nope"'],
    [['remove', 'nope', '-y'], 'E_RULE_UNKNOWN', 'no rule "nope"'],
  ])('that means nothing is refused, and nothing is changed: %j', async (words, code, text) => {
    const told = await tell(['policy', ...words], { answers: { 'policy.list': [rule] } });
    expect([told.code, told.failure?.code, told.out]).toEqual([2, code, '']);
    expect(told.failure?.message).toContain(text);
  });

  it('is listed, shown and removed as a sentence', async () => {
    const rules = [rule, { ...rule, id: 'r2', when, note: 'mine' }];
    const scene: Scene = { answers: { ...answers, 'policy.list': rules } };
    expect((await tell('policy list', scene)).out).toBe(
      `r1  ${SENTENCE}\nr2  Allow the tool "read_*" on the connector "files" when "/path" is a path\n    below "~/p".\n`,
    );
    expect((await tell('policy list', { answers: { 'policy.list': [] } })).out).toContain('No rules');
    expect((await tell('policy show r2', scene)).out).toContain(`Note: mine\nCondition: ${JSON.stringify(when)}\n`);
    expect(JSON.parse((await tell('policy show r2 --json', scene)).out)).toEqual(rules[1]);
    const removed = await tell('policy remove r1', { ...scene, weakens: ['policy.remove'], tty: true, typed: ['Y'] });
    expect(removed.asked).toEqual([`Remove the rule: ${SENTENCE} [y/N] `]);
    expect(removed.out).toBe('Removed rule r1.\n');
  });
});

describe('a chain', () => {
  it('is added without a question, listed and removed', async () => {
    const scene: Scene = {
      answers: { 'policy.addChain': chain, 'policy.chains': [chain], 'policy.removeChain': chain },
      weakens: ['policy.removeChain'],
    };
    const words = 'policy chain add --after mail read_* --holding secret --before web post --note why'.split(' ');
    const added = await tell(words, scene);
    expect(call(added, 'policy.addChain')).toEqual({
      effect: 'ask',
      after: { connector: 'mail', tool: 'read_*', holding: 'secret' },
      before: { connector: 'web', tool: 'post' },
      note: 'why',
    });
    expect(added.out).toContain('Chain c1: Ask before the tool "post"');
    const denied = await tell('policy chain add --before web post --deny --after mail *', scene);
    expect(call(denied, 'policy.addChain')).toMatchObject({
      effect: 'deny',
      after: { tool: '*', holding: 'anything' },
    });
    expect((await tell('policy chain list', scene)).out).toMatch(/^c1 {2}Ask before/);
    expect((await tell('policy chain remove c1', scene)).failure?.code).toBe('E_CONFIRMATION');
    expect((await tell('policy chain remove c1 -y', scene)).out).toBe('Removed chain c1.\n');
    expect((await tell('policy chain remove c9 -y', scene)).failure?.code).toBe('E_CHAIN_UNKNOWN');
  });

  it.each([
    ['policy chain add --after mail --before web post', 'E_USAGE'],
    ['policy chain add --after mail a b --before web post', 'E_USAGE'],
    ['policy chain add --after mail a', 'E_USAGE'],
    ['policy chain add --after mail a --before web b --holding pii', 'E_INPUT'],
  ])('that means nothing is refused: %s', async (line, code) => {
    const told = await tell(line);
    expect([told.code, told.failure?.code, told.calls]).toEqual([2, code, []]);
  });
});

describe('a file of rules', () => {
  const { id: _id, createdAt: _at, ...plain } = rule;
  const set: RuleSet = { version: 1, rules: [plain, { effect: 'deny', connector: 'a', tool: '*' }], chains: [] };
  const present: Scene['answers'] = { 'policy.list': [rule], 'policy.chains': [chain], 'policy.lint': [] };

  it('goes to the screen, or to a new file that only this user reads', async () => {
    const scene: Scene = { answers: { 'policy.export': set }, cwd: folder };
    expect(JSON.parse((await tell('policy export', scene)).out)).toEqual(set);
    expect((await tell('policy export out.json', scene)).out).toBe('Wrote 2 rules and 0 chains to "out.json".\n');
    expect(JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'))).toEqual(set);
    expect(statSync(join(folder, 'out.json')).mode & 0o777).toBe(0o600);
    const again = await tell('policy export out.json', scene);
    expect([again.code, again.failure?.message]).toEqual([
      2,
      'The file "out.json" exists already; it was not touched.',
    ]);
  });

  it('is shown before it is taken in, and only then', async () => {
    const scene: Scene = {
      answers: { ...present, 'policy.import': { rules: [{ ...rule, id: 'n1' }], chains: [], removed: 1 } },
      weakens: ['policy.import'],
      cwd: folder,
      tty: true,
      typed: ['y'],
    };
    const name = file('in.json', JSON.stringify(set));
    const dry = await tell(`policy import ${name} --replace --dry-run`, scene);
    const shown = /^\+ Deny every tool on the connector "a"\.\n- c1 Ask before the tool "post"/;
    expect(dry.out).toMatch(shown);
    expect(dry.calls.some((one) => one.startsWith('policy.import'))).toBe(false);
    const done = await tell(`policy import ${name} --replace`, scene);
    expect(done.out).toMatch(shown);
    expect(done.asked).toEqual(['Replace the rules like that? [y/N] ']);
    expect(call(done, 'policy.import')).toEqual({ set, replace: true });
    expect(done.out).toContain('Added 1 rule and 0 chains, removed 1.');
    const piped = await tell('policy import - -y --json', { ...scene, tty: false, stdin: JSON.stringify(set) });
    expect(call(piped, 'policy.import')).toEqual({ set, replace: false });
    expect(JSON.parse(piped.out)).toMatchObject({ removed: 1 });
  });

  const rules = (text: string): string => `{"version":1,"rules":[${text}]}`;
  it.each<[string, string | Buffer, string, string]>([
    ['is no JSON', '{"version":1,', 'E_JSON', 'The file "bad.json" is no JSON at line 1'],
    [
      'holds a key twice',
      rules('{"effect":"deny","effect":"allow","connector":"a","tool":"b"}'),
      'E_JSON',
      '"effect" twice',
    ],
    ['is of another version', '{"version":2,"rules":[]}', 'E_INPUT', '"version"'],
    ['holds an unknown member', rules('{"effect":"deny","connector":"a","tool":"b","wen":{}}'), 'E_INPUT', '"rules.0"'],
    [
      'holds a number for a name',
      rules('{"effect":"deny","connector":1,"tool":"b"}'),
      'E_INPUT',
      '"rules.0.connector"',
    ],
    ['names nothing', rules('{"effect":"deny","connector":"a"}'), 'E_INPUT', 'exactly one of'],
    ['holds an unknown effect', rules('{"effect":"block","connector":"a","tool":"b"}'), 'E_INPUT', '"rules.0.effect"'],
    [
      'holds an expression that is none',
      rules('{"effect":"deny","connector":"a","tool":"b","when":{"at":"/x","regex":"("}}'),
      'E_INPUT',
      'RE2',
    ],
    [
      'holds a word that is no test',
      rules('{"effect":"deny","connector":"a","tool":"b","when":{"at":"/x","blob":"y"}}'),
      'E_INPUT',
      'in "rules.0.when", "blob" is no test. Give one of: eq,',
    ],
    [
      'is wide',
      rules(`{"effect":"deny","connector":"a","tool":"b","when":{"and":[${'1,'.repeat(300_000)}{"blob":1}]}}`),
      'E_INPUT',
      '"blob" is no test.',
    ],
    ['is no text', Buffer.from([0x7b, 0xff, 0x7d]), 'E_FILE', 'UTF-8'],
    ['is huge', Buffer.alloc(8 * 1024 * 1024 + 1, 0x20), 'E_FILE', 'too large'],
    ['is empty', '', 'E_JSON', 'is empty'],
  ])('that %s is refused with the place, and nothing is changed', async (_title, text, code, words) => {
    file('bad.json', text);
    for (const line of ['policy import bad.json -y', 'policy lint bad.json', 'policy replay bad.json']) {
      const told = await tell(line, { cwd: folder });
      expect([told.code, told.failure?.code, told.calls]).toEqual([2, code, []]);
      expect(told.failure?.message).toContain(words);
    }
  });

  it.each([
    ['missing.json', 'does not exist'],
    ['.', 'is no file'],
  ])('that is none is refused: %s', async (name, words) => {
    const told = await tell(`policy import ${name}`, { cwd: folder });
    expect([told.code, told.failure?.code]).toEqual([2, 'E_FILE']);
    expect(told.failure?.message).toContain(words);
  });

  it('is looked through', async () => {
    const scene: Scene = { answers: { 'policy.lint': [finding] }, cwd: folder };
    expect((await tell('policy lint', scene)).out).toBe('! Rule r1 never decides.\n');
    const told = await tell(`policy lint ${file('lint.json', JSON.stringify(set))}`, scene);
    expect(call(told, 'policy.lint')).toEqual({ set });
    expect((await tell('policy lint', { answers: { 'policy.lint': [] } })).out).toBe('Nothing stands out.\n');
  });

  const report: ReplayReport = {
    since: AT,
    calls: 4,
    unknown: 1,
    same: 2,
    isCut: true,
    changes: [
      {
        time: AT,
        connector: 'files',
        client: 'cursor',
        tool: 'x',
        before: 'allow',
        after: 'deny',
        because: 'Deny it.',
        arguments: `{"a":"${'y'.repeat(300)}"}`,
      },
    ],
  };
  it('is replayed over what was recorded', async () => {
    const scene: Scene = { answers: { 'policy.replay': report }, cwd: folder };
    const told = await tell(`policy replay ${file('set.json', JSON.stringify(set))} --since 2026-11-20`, scene);
    expect(call(told, 'policy.replay')).toEqual({ set, since: '2026-11-20T00:00:00.000Z' });
    expect(told.out).toContain('2026-11-21 08:00:00Z  cursor → files.x\n  was allowed, denied then: Deny it.\n');
    expect(told.out).toContain('Of 4 calls since 2026-11-21 08:00Z, 2 would be decided as they were and 1');
    expect(told.out.length).toBeLessThan(700);
    const bad = await tell('policy replay set.json --since soon', scene);
    expect([bad.code, bad.failure?.code, bad.calls]).toEqual([2, 'E_INPUT', []]);
  });
});

describe('explain', () => {
  const explanation: Explanation = {
    connector: 'files',
    subject: 'tool read_file',
    decision: { effect: 'deny', decidedBy: 'local', code: 'rule_deny', reason: 'Rule r1 denies it.', ruleId: 'r1' },
    rule,
    source: 'local rule',
    considered: [{ rule, says: 'true', because: 'It is about this.' }],
    notAbout: 2,
    also: ['The guard looks at it.'],
  };
  it('says what, why, and what every rule says', async () => {
    const told = await tell(['policy', 'explain', 'files', 'read_file', '--arguments', '-', '--client', 'cursor'], {
      answers: { 'policy.explain': explanation },
      stdin: '{"path":"/x"}',
    });
    expect(call(told, 'policy.explain')).toEqual({
      connector: 'files',
      subject: { tool: 'read_file', arguments: '{"path":"/x"}' },
      client: 'cursor',
    });
    expect(told.out).toBe(`tool read_file on "files" would be denied.
Why: Rule r1 denies it.
Source: local rule r1

Rules that are about this:
  r1 allow: holds. It is about this.
2 rules are about something else.

What else decides:
- The guard looks at it.
`);
  });

  it.each<[string, object]>([
    ['policy explain files x', { tool: 'x', arguments: '{}' }],
    ['policy explain files --resource file:///x', { resource: 'file:///x' }],
    ['policy explain files --prompt p --arguments {"a":1}', { prompt: 'p', arguments: '{"a":1}' }],
  ])('%s', async (line, subject) => {
    const told = await tell(line, { answers: { 'policy.explain': explanation } });
    expect(call(told, 'policy.explain')).toEqual({ connector: 'files', subject });
  });

  it.each(['policy explain files', 'policy explain files x --prompt p'])('is about one thing: %s', async (line) => {
    expect((await tell(line)).failure?.code).toBe('E_USAGE');
  });
});

describe('suggest', () => {
  const replay: ReplayReport = { since: AT, calls: 3, unknown: 0, same: 3, changes: [], isCut: false };
  const suggestion: Suggestion = {
    id: 's1',
    since: AT,
    calls: 3,
    rules: [{ rule, sentence: SENTENCE, calls: 3 }],
    defaults: [{ connector: 'files', from: 'allow', to: 'ask' }],
    dropped: [{ ...rule, id: 'r9', tool: '*' }],
    unusedTools: [{ connector: 'files', tools: ['write_file'] }],
    replay,
  };
  const scene: Scene = {
    answers: { 'policy.suggest': suggestion, 'policy.apply': { rules: 1 } },
    weakens: ['policy.apply'],
  };

  it('reads as sentences and changes nothing', async () => {
    const told = await tell('policy suggest --since 2026-11-20 --connector files', scene);
    expect(told.calls).toEqual(['policy.suggest {"since":"2026-11-20T00:00:00.000Z","connectors":["files"]}']);
    expect(told.out).toBe(`What was used since 2026-11-21 08:00Z (3 calls) comes down to 1 rule:
  Allow the tool "read_*" on the connector "files". (3 calls)

Everything else there:
  "files": asked about from then on, now allowed.

Rules that go:
  r9: Allow every tool on the connector "files".

Tools that nobody used:
  "files": write_file

The same calls under these rules:
Of 3 calls since 2026-11-21 08:00Z, 3 would be decided as they were and 0
otherwise.

Nothing was changed. Add --apply to put it in force.
`);
  });

  it('is put in force by exactly what was shown, after a question', async () => {
    const line = 'policy suggest --since 2026-11-20 --apply';
    const told = await tell(line, { ...scene, tty: true, typed: ['y'] });
    expect(call(told, 'policy.apply')).toEqual({ id: 's1', since: '2026-11-20T00:00:00.000Z' });
    expect(told.out).toContain('1 rule is in force.');
    expect((await tell(line, scene)).failure?.code).toBe('E_CONFIRMATION');
    expect((await tell(`${line} -y`, scene)).code).toBe(0);
    expect(JSON.parse((await tell(`${line} -y --json`, scene)).out)).toMatchObject({ id: 's1', applied: true });
  });

  it('of nothing says so and applies nothing', async () => {
    const empty = { ...suggestion, rules: [], defaults: [], dropped: [], calls: 0 };
    const told = await tell('policy suggest --apply -y', { answers: { 'policy.suggest': empty } });
    expect([told.code, told.calls.length]).toEqual([0, 1]);
    expect(told.out).toContain('Nothing to suggest');
  });

  const undoing: Scene = {
    answers: {
      'policy.list': [rule],
      'policy.chains': [],
      'connectors.list': [{ name: 'files', default: 'ask' }],
      'policy.undoes': {
        rules: [
          { ...rule, id: 'r9' },
          { ...rule, id: 'r8' },
        ],
        chains: [],
        defaults: { files: 'allow' },
      },
      'policy.undo': { rules: 2 },
    },
    weakens: ['policy.undo'],
  };

  it('is undone in one step, after what comes back and goes was shown', async () => {
    const told = await tell('policy undo -y', undoing);
    expect(told.out).toContain(`+ r9 ${SENTENCE}\n+ r8 ${SENTENCE}\n- r1 ${SENTENCE}\n`);
    expect(told.out).toContain('  default of "files": ask → allow\n');
    expect(told.out.replaceAll('\n', ' ')).toContain('2 rules in force.');
    const asked = await tell('policy undo', { ...undoing, tty: true, typed: ['n'] });
    expect(asked.out).toContain(`+ r9 ${SENTENCE}`);
    expect(asked.code).not.toBe(0);
  });
});

describe('what a connector does with the rest', () => {
  const view = { name: 'files', default: 'ask' } as ConnectorView;
  const scene = { answers: { 'connectors.list': [view], 'connectors.get': view, 'policy.setDefault': {} } };

  it('is shown', async () => {
    expect((await tell('policy default', scene)).out).toContain('files      ask');
    expect((await tell('policy default', { answers: { 'connectors.list': [] } })).out).toContain('No connectors yet');
  });

  it('is changed, with a yes where that weakens', async () => {
    const told = await tell('policy default files allow', {
      ...scene,
      weakens: ['policy.setDefault'],
      tty: true,
      typed: ['y'],
    });
    expect(told.asked).toEqual(['Let "files" do this with tools that no rule names: allow? [y/N] ']);
    expect(call(told, 'policy.setDefault')).toEqual({ connector: 'files', default: 'allow' });
    expect((await tell('policy default files maybe', scene)).code).toBe(2);
  });
});
