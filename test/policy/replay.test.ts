import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../main/audit/shape.ts';
import { compilePolicy } from '../../main/policy/decide.ts';
import { replay, ruledBefore, type RecordedCall } from '../../main/policy/replay.ts';
import type { Condition, DefaultMode, Rule } from '../../preload/contract/index.ts';
import { RandomPolicy } from './random-policy.ts';

const AT = '2026-01-01T00:00:00.000Z';
const rule = (effect: Rule['effect'], when?: Condition): Rule => ({
  id: 'r1',
  effect,
  connector: 'files',
  tool: 'read',
  ...(when === undefined ? {} : { when }),
  createdAt: AT,
});
const call = (args: unknown, more: Partial<RecordedCall> = {}): RecordedCall => ({
  time: AT,
  connector: 'files',
  client: { name: 'cursor', isProven: false },
  tool: 'read',
  decision: { effect: 'allow', code: 'default_allow' },
  arguments: args,
  taints: [],
  ...more,
});
const under = (rules: Rule[], mode: DefaultMode = 'allow') => ({ rules, chains: [], defaultOf: () => mode });
const after = (when: Condition, args: unknown, effect: Rule['effect'] = 'deny'): string =>
  replay(under([rule(effect, when)]), [call(args)]).changes[0]?.after ?? 'same';

describe('a replay', () => {
  it('says which calls would be decided otherwise, and by what', () => {
    const calls = [
      call({ path: '/etc/a' }),
      call({ path: '/tmp/a' }),
      call({}),
      call({ path: '/etc/a' }, { tool: 'other' }),
    ];
    expect(replay(under([rule('deny', { at: '/path', glob: '/etc/*' })]), calls)).toEqual({
      calls: 4,
      same: 2,
      unknown: 0,
      changes: [
        {
          time: AT,
          connector: 'files',
          client: 'cursor',
          tool: 'read',
          before: 'allow',
          after: 'deny',
          because: 'Deny the tool "read" on the connector "files" when "/path" looks like "/etc/*".',
          arguments: '{"path":"/etc/a"}',
        },
        expect.objectContaining({ after: 'deny', arguments: '{}' }),
      ],
      isCut: false,
    });
  });

  it.each<[string, Condition, unknown, string]>([
    ['a text that was not kept', { at: '/a', glob: 'x*' }, { a: { $bytes: 900 } }, 'unknown'],
    ['one that was redacted', { at: '/a', eq: 'x' }, { a: 'x[redacted]' }, 'unknown'],
    ['is there all the same', { at: '/a', exists: false }, { a: { $bytes: 900 } }, 'same'],
    ['and is no number', { at: '/a', gt: 5 }, { a: { $bytes: 900 } }, 'deny'],
    ['nor null', { at: '/a', eq: null }, { a: { $bytes: 900 } }, 'same'],
    ['a number beyond all limits', { at: '/a', gt: 5 }, { a: { $number: 'Infinity' } }, 'deny'],
    ['members that were left out', { at: '/z', eq: 1 }, { a: 1, $more: 7 }, 'unknown'],
    ['whether they exist', { at: '/z', exists: true }, { a: 1, $more: 7 }, 'unknown'],
    ['what was kept beside them', { at: '/a', eq: 2 }, { a: 1, $more: 7 }, 'same'],
    ['a key that was too long', { at: '/z', exists: true }, { '$bytes:200': 1 }, 'unknown'],
    ['elements that were left out', { at: '/a', contains: 'q' }, { a: ['x', { $more: 3 }] }, 'unknown'],
    ['unless one that was kept decides', { at: '/a', contains: 'x' }, { a: ['x', { $more: 3 }] }, 'deny'],
    ['the length of what was cut', { at: '/a', length: { max: 1 } }, { a: ['x', { $more: 3 }] }, 'unknown'],
    ['what was too deep', { at: '/a/b', eq: 1 }, { a: { $more: 3 } }, 'unknown'],
    [
      'something that decides it anyway',
      {
        or: [
          { at: '/a', eq: 'x' },
          { at: '/b', eq: 1 },
        ],
      },
      { a: { $bytes: 9 }, b: 1 },
      'deny',
    ],
    [
      'something that rules it out',
      {
        and: [
          { at: '/a', eq: 'x' },
          { at: '/b', eq: 2 },
        ],
      },
      { a: { $bytes: 9 }, b: 1 },
      'same',
    ],
    ['a key of the client that looks like ours', { at: '/a/$bytes', eq: 9 }, { a: { $$bytes: 9 } }, 'deny'],
  ])('never guesses: %s', (_title, when, args, expected) => {
    expect(after(when, args)).toBe(expected);
  });

  it('is not unknown where every outcome is the same', () => {
    const when: Condition = { at: '/a', eq: 'x' };
    const both = [rule('deny', when), { ...rule('deny', { not: when }), id: 'r2' }, { ...rule('deny'), id: 'r3' }];
    expect(replay(under(both), [call({ a: { $bytes: 9 } })]).changes[0]?.after).toBe('deny');
    expect(replay(under([rule('allow', when)]), [call({ a: { $bytes: 9 } })])).toMatchObject({ same: 1, unknown: 0 });
  });

  it('of a default that goes by what the server says is unknown without that', () => {
    expect(replay(under([], 'read-only'), [call({})])).toMatchObject({ unknown: 1 });
    const facts = { name: 'read', claimsReadOnly: true, schemaWords: [] };
    expect(replay(under([], 'read-only'), [call({}, { facts })])).toMatchObject({ same: 1 });
  });

  it('of a chain is unknown where nobody knows what came before', () => {
    const chain = {
      id: 'c',
      effect: 'deny',
      after: { connector: '*', tool: '*', holding: 'secret' },
      before: { connector: '*', tool: '*' },
      createdAt: AT,
    } as const;
    const candidate = { ...under([]), chains: [chain] };
    expect(replay(candidate, [call({}, { taints: undefined })]).unknown).toBe(1);
    expect(replay(candidate, [call({})]).same).toBe(1);
    const taints = [{ connector: 'w', tool: 't', labels: ['anything', 'secret'] }] as const;
    expect(replay(candidate, [call({}, { taints })]).changes[0]).toMatchObject({ after: 'deny' });
  });

  it('lists no more than asked, and still counts', () => {
    const calls = [call({ a: { $bytes: 9 } }), call({ a: 'x' }), call({ a: 'x' }), call({ a: 'y' })];
    const report = replay(under([rule('deny', { at: '/a', eq: 'x' })]), calls, 2);
    expect(report).toMatchObject({ calls: 4, same: 1, unknown: 1, isCut: true });
    expect(report.changes.map(({ after }) => after)).toEqual(['deny', 'deny']);
  });

  it('compares with what rules had said, not with what came of it', () => {
    expect(ruledBefore({ effect: 'allow', code: 'approval_granted' })).toBe('ask');
    expect(ruledBefore({ effect: 'deny', code: 'approval_timeout' })).toBe('ask');
    expect(ruledBefore({ effect: 'allow', code: 'grant_allow' })).toBe('ask');
    expect(ruledBefore({ effect: 'deny', code: 'tenant_deny' })).toBe('allow');
    expect(ruledBefore({ effect: 'deny', code: 'rule_deny' })).toBe('deny');
    for (const code of ['guard_block', 'pin_changed', 'lockdown', 'protected_path', 'unknown_tool'] as const)
      expect(ruledBefore({ effect: 'deny', code })).toBeUndefined();
    const report = replay(under([rule('deny')]), [call({}, { decision: { effect: 'deny', code: 'lockdown' } })]);
    expect(report).toMatchObject({ same: 1, changes: [] });
  });

  it('never contradicts the policy: what it knows is what is decided, of values that were cut too', () => {
    let known = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
        const random = new RandomPolicy(seed);
        const rules = random.some(4, () => random.rule());
        const [mode, connector, tool] = [random.mode(), random.word(), random.word()];
        const args: Record<string, unknown> = { ...Object(random.arguments()) };
        if (random.below(2) === 0) args['a'] = 'a'.repeat(300);
        if (random.below(4) === 0) for (let i = 0; i < 300; i++) args[`k${i}`] = i;
        const facts = { ...random.facts(), taints: [] };
        const { effect } = compilePolicy({ connector, default: mode, rules }).decideCall(
          { name: tool, claimsReadOnly: false, schemaWords: [] },
          args,
          facts,
        );
        const recorded = call(
          shapeOf(args, (text) => text.replace('i', '[redacted]')),
          {
            connector,
            tool,
            client: facts.client,
            decision: { effect: 'allow', code: 'default_allow' },
            facts: { name: tool, claimsReadOnly: false, schemaWords: [] },
          },
        );
        const { changes } = replay({ rules, chains: [], defaultOf: () => mode }, [recorded]);
        const replayed = changes[0]?.after ?? 'allow';
        if (replayed === 'unknown') return;
        known++;
        expect(replayed).toBe(effect);
      }),
      { numRuns: 5000 },
    );
    expect(known).toBeGreaterThan(2500);
  });
});
