import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordedDecider } from '../../../main/policy/suggest/decider.ts';
import type { PastCall } from '../../../main/policy/suggest/history.ts';
import { propose, type PastEffect, type Proposal, type ProposeParts } from '../../../main/policy/suggest/propose.ts';
import type { PathReader } from '../../../main/policy/path-test.ts';
import type { Condition, NewRule, Rule } from '../../../preload/contract/index.ts';

const AT = '2026-11-21T08:00:00.000Z';
const HOME = '/home/ann';

/** No links, no encodings: `..` is resolved in the text. */
const paths: PathReader = {
  separator: '/',
  foldsCase: false,
  resolve: (text) => {
    const whole = text.startsWith('~/') ? `${HOME}${text.slice(1)}` : text;
    const parts: string[] = [];
    for (const part of whole.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    return [`/${parts.join('/')}`];
  },
};

let seconds = 0;
function call(over: Partial<PastCall> = {}): PastCall {
  seconds += 1;
  return {
    time: new Date(Date.parse(AT) + seconds * 1000).toISOString(),
    connector: 'files',
    client: 'cursor',
    kind: 'tool',
    name: 'read_file',
    arguments: { path: '/home/ann/p/a' },
    effect: 'allow',
    fate: 'made',
    isAnswered: true,
    ruleId: undefined,
    ...over,
  };
}
const refused = (over: Partial<PastCall> = {}): PastCall => call({ effect: 'deny', fate: 'refused', ...over });
const reads = (...names: string[]): PastCall[] =>
  names.map((name) => call({ arguments: { path: `/home/ann/p/${name}` } }));
const rule = (id: string, given: NewRule): Rule => ({ id, ...given, createdAt: AT });

const decider: ProposeParts['decider'] = (base) => recordedDecider(base, paths);

function proposed(calls: readonly PastCall[], over: Partial<ProposeParts> = {}): Proposal {
  const steps = propose({
    calls,
    rules: [],
    chains: [],
    connectors: [{ name: 'files', default: 'allow' }],
    home: HOME,
    knownTools: () => undefined,
    decider,
    at: AT,
    ...over,
  });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** What the engine says of these calls once a proposal is in force. */
function after({ next, defaults }: Proposal, calls: readonly PastCall[]): PastEffect[] {
  const modes = new Map(defaults.map(({ connector, to }) => [connector, to]));
  return calls.map(decider({ rules: next, chains: [], defaultOf: (name) => modes.get(name) ?? 'deny' }));
}

describe('propose', () => {
  it('says nothing of an empty history', () => {
    const none = proposed([]);
    expect(none).toMatchObject({ rules: [], defaults: [], dropped: [], next: [], isEmpty: true });
    expect(none.id).toBe(proposed([]).id);
  });

  it('makes one rule of what was used, and asks about everything else', () => {
    const calls = reads('a', 'b', 'c/d');
    const made = proposed(calls, { knownTools: () => ['write_file', 'read_file', 'list'] });
    expect(made.rules).toMatchObject([
      {
        rule: { effect: 'allow', connector: 'files', tool: 'read_file', when: { at: '/path', path_under: ['~/p'] } },
        calls: 3,
        clients: ['cursor'],
      },
    ]);
    expect(made.defaults).toEqual([{ connector: 'files', from: 'allow', to: 'ask' }]);
    expect(made.unusedTools).toEqual([{ connector: 'files', tools: ['list', 'write_file'] }]);
    expect(after(made, calls)).toEqual(['allow', 'allow', 'allow']);
    expect(after(made, [call({ arguments: { path: '/home/ann/.ssh/id' } })])).toEqual(['ask']);
    expect(after(made, [call({ name: 'write_file' })])).toEqual(['ask']);
  });

  it('never makes a default milder', () => {
    const made = proposed(reads('a', 'b', 'c'), { connectors: [{ name: 'files', default: 'deny' }] });
    expect(made.defaults).toEqual([]);
    expect(made.rules).toHaveLength(1);
  });

  it('keeps deny, ask and one client\u2019s rules, and drops allow rules that it does without', () => {
    const rules = [
      rule('d', { effect: 'deny', connector: 'files', tool: 'delete' }),
      rule('q', { effect: 'ask', connector: '*', tool: 'send' }),
      rule('c', { effect: 'allow', connector: 'files', tool: '*', client: 'ci' }),
      rule('w', { effect: 'allow', connector: '*', tool: '*' }),
      rule('n', { effect: 'allow', connector: 'none', tool: '*' }),
    ];
    const made = proposed(reads('a', 'b', 'c'), { rules });
    expect(made.dropped.map(({ id }) => id)).toEqual(['w']);
    expect(made.next.map(({ id }) => id).slice(0, 4)).toEqual(['d', 'q', 'c', 'n']);
    expect(made.next).toHaveLength(5);
  });

  it('leaves a rule alone that other connectors use, where only one is looked at', () => {
    const rules = [rule('w', { effect: 'allow', connector: '*', tool: 'read_*' })];
    const connectors = [
      { name: 'files', default: 'ask' as const },
      { name: 'git', default: 'ask' as const },
    ];
    const made = proposed(reads('a', 'b', 'c'), { rules, connectors, only: ['files'] });
    expect([made.dropped, made.rules, made.isEmpty]).toEqual([[], [], true]);
    expect(proposed(reads('a', 'b', 'c'), { rules, others: ['web'] }).dropped).toEqual([]);
    expect(proposed(reads('a', 'b', 'c'), { rules }).dropped).toEqual(rules);
  });

  it('is the same rule the second time, under the same id, and then changes nothing', () => {
    const calls = reads('a', 'b', 'c');
    const first = proposed(calls);
    const again = proposed(calls, { rules: first.next, connectors: [{ name: 'files', default: 'ask' }] });
    expect(again.isEmpty).toBe(true);
    expect(again.next).toEqual(first.next);
    expect(proposed(calls.toReversed()).id).toBe(first.id);
  });

  it('proposes nothing that an ask or deny rule stands before', () => {
    const rules = [rule('q', { effect: 'ask', connector: 'files', tool: 'read_*' })];
    expect(proposed(reads('a', 'b', 'c'), { rules })).toMatchObject({ rules: [], defaults: [], isEmpty: true });
  });

  it('takes the exact calls where what they have in common was refused', () => {
    const calls = [...reads('a', 'b', 'c'), refused({ arguments: { path: '/home/ann/p/secret' } })];
    const made = proposed(calls);
    expect(after(made, calls)).toEqual(['allow', 'allow', 'allow', 'ask']);
    expect(JSON.stringify(made.rules)).not.toContain('path_under');
  });

  it('takes nothing where what was refused cannot be told from what was made', () => {
    const rules = [rule('d', { effect: 'deny', connector: 'files', tool: 'x' })];
    const one = { arguments: { q: 'a' } };
    expect(proposed([call(one)], { rules }).rules).toHaveLength(1);
    // A refused call whose value was not kept may have been the same.
    expect(proposed([call(one), refused({ arguments: { q: { $bytes: 1000 } } })], { rules }).rules).toEqual([]);
  });

  it('opens no shell: texts that were approved one by one are allowed as they were', () => {
    const run = (command: unknown): PastCall => call({ name: 'run_command', arguments: { command } });
    const calls = [run('ls -l'), run('npm test'), run('git status')];
    const made = proposed(calls);
    expect(made.rules).toHaveLength(1);
    expect(after(made, calls)).toEqual(['allow', 'allow', 'allow']);
    expect(after(made, [run('rm -rf ~'), run('ls'), run(['ls -l'])])).toEqual(['ask', 'ask', 'ask']);
  });

  it('opens no tool by a value that was not kept, and does by those that were', () => {
    const run = (command: unknown): PastCall => call({ name: 'run_command', arguments: { command } });
    expect(proposed([run({ $bytes: 4000 })]).rules).toEqual([]);
    expect(proposed([call({ arguments: { $bytes: 4000 } })]).rules).toEqual([]);
    const made = proposed([run({ $bytes: 4000 }), run('ls')]);
    expect(made.rules).toMatchObject([{ calls: 1 }]);
    expect(after(made, [run('ls'), run('x')])).toEqual(['allow', 'ask']);
  });

  it('makes no rule that is longer than one may be', () => {
    const long = (n: number): PastCall =>
      call({
        arguments: {
          text: `${n} ${'x'.repeat(240)}`,
          more: 'y z'.repeat(80),
          than: 'y z'.repeat(80),
          that: 'y z'.repeat(80),
        },
      });
    expect(proposed([long(1)]).rules).toHaveLength(1);
    expect(proposed(Array.from({ length: 20 }, (_none, n) => long(n))).rules).toEqual([]);
  });

  it.each([
    ['a yes after a no', [refused(), call()], 1],
    ['a no after a yes', [call(), refused()], 0],
    ['a yes, and nobody there the next time', [call(), refused({ isAnswered: false })], 1],
  ])('of the same call counts the last word: %s', (_title, calls, rules) => {
    expect(proposed(calls).rules).toHaveLength(rules);
  });

  it('takes no rule from what failed, or was never answered', () => {
    expect(proposed([call({ fate: 'other' })]).isEmpty).toBe(true);
  });

  it('does not repeat what a rule for one client allowed as a rule for all', () => {
    const rules = [rule('c', { effect: 'allow', connector: 'files', tool: '*', client: 'ci' })];
    expect(proposed([call({ client: 'ci', ruleId: 'c' })], { rules }).rules).toEqual([]);
  });

  it('names resources and prompts where the default would close them', () => {
    const connectors = [{ name: 'files', default: 'deny' as const }];
    const calls = [
      call({ kind: 'resource', name: 'file:///a', arguments: undefined }),
      call({ kind: 'prompt', name: 'review', arguments: undefined }),
      call({ kind: 'resource', name: 'file:///*', arguments: undefined }),
      call({ kind: 'prompt', name: 'code review', arguments: undefined }),
      call({ kind: 'prompt', name: 'p'.repeat(200), arguments: undefined }),
    ];
    expect(proposed(calls, { connectors }).rules.map(({ rule: one }) => one.prompt ?? one.resource)).toEqual([
      'review',
      'file:///a',
    ]);
    expect(proposed(calls).rules).toEqual([]);
  });
});

describe('whatever was used', () => {
  const argument = fc.oneof(
    fc.record({
      path: fc.constantFrom('/home/ann/p/a', '/home/ann/p/b', '/home/ann/q', '/etc/x', '/home/ann/p/../.ssh/k'),
    }),
    fc.record({ repo: fc.constantFrom('acme/site', 'acme/api', 'evil/x') }, { requiredKeys: [] }),
    fc.record({ url: fc.constantFrom('https://a.example/', 'https://b.example/x', 'https://a@c.example/') }),
    fc.record({ text: fc.constantFrom('one two', { $bytes: 400 }, 'x [redacted] y', null, 3) }),
    fc.record({ list: fc.array(fc.constantFrom('/srv/x/a', '/srv/x/b', '/etc/passwd'), { maxLength: 3 }) }),
    fc.constant(undefined),
  );
  const anyCall = fc
    .record({
      connector: fc.constantFrom('files', 'git'),
      client: fc.constantFrom('cursor', 'ci', undefined),
      name: fc.constantFrom('read', 'write'),
      arguments: argument,
      fate: fc.constantFrom('made' as const, 'made' as const, 'made' as const, 'refused' as const, 'other' as const),
    })
    .map((over) => call({ ...over, effect: over.fate === 'refused' ? 'deny' : 'allow' }));
  const anyRule = fc
    .record({
      effect: fc.constantFrom('deny' as const, 'ask' as const, 'allow' as const),
      connector: fc.constantFrom('files', 'g*', '*'),
      tool: fc.constantFrom('read', 'w*', '*'),
      when: fc.constantFrom<(Condition | undefined)[]>(
        undefined,
        { at: '/path', path_under: ['/etc'] },
        { at: '/repo', eq: 'evil/x' },
        { at: '/text', exists: true },
      ),
    })
    .map(({ when, ...one }): NewRule => ({ ...one, ...(when === undefined ? {} : { when }) }));
  const history = fc.record({
    calls: fc.array(anyCall, { maxLength: 25 }),
    rules: fc.array(anyRule, { maxLength: 4 }).map((all) => all.map((one, at) => rule(`r${at}`, one))),
    mode: fc.constantFrom('allow' as const, 'ask' as const, 'deny' as const),
  });
  const connectorsOf = (mode: 'allow' | 'ask' | 'deny') => [
    { name: 'files', default: mode },
    { name: 'git', default: mode },
  ];

  it('each rule allows what it was made for, no refused call that was not allowed, nothing that rules deny', () => {
    let rules = 0;
    fc.assert(
      fc.property(history, ({ calls, rules: present, mode }) => {
        const connectors = connectorsOf(mode);
        const made = proposed(calls, { rules: present, connectors });
        rules += made.rules.length;
        const before = calls.map(decider({ rules: present, chains: [], defaultOf: () => mode }));
        const modes = new Map(made.defaults.map(({ connector, to }) => [connector, to]));
        const effects = calls.map(
          decider({ rules: made.next, chains: [], defaultOf: (name) => modes.get(name) ?? mode }),
        );
        const sum = made.rules.reduce((total, { calls: count }) => total + count, 0);
        const allowed = calls.filter((one, at) => one.fate === 'made' && effects[at] === 'allow').length;
        expect(allowed).toBeGreaterThanOrEqual(sum);
        calls.forEach((one, at) => {
          // What rules deny stays denied; a value that was not kept may leave it open either way.
          if (before[at] === 'deny' && mode !== 'deny') expect(effects[at]).toBe('deny');
          const same = calls.some(
            (other) =>
              other.fate === 'made' &&
              other.name === one.name &&
              JSON.stringify(other.arguments) === JSON.stringify(one.arguments),
          );
          if (one.fate === 'refused' && !same && before[at] !== 'allow') expect(effects[at]).not.toBe('allow');
        });
        for (const strict of present.filter(({ effect }) => effect !== 'allow'))
          expect(made.next).toContainEqual(strict);
      }),
      { seed: 11, numRuns: 400 },
    );
    expect(rules).toBeGreaterThan(300);
  });
});
