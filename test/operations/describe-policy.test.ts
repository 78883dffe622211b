import { describe, expect, it } from 'vitest';
import { describeWeakening } from '../../main/operations/describe.ts';
import { policyDescriptions } from '../../main/operations/describe-policy.ts';
import type { Chain, OperationName, Rule } from '../../preload/contract/index.ts';
import { aConnector, aRule, CLI, memorySettings, NOW } from './fakes.ts';
import { aCall, memoryIndex, policyBench } from './policy-bench.ts';

const at = NOW.toISOString();
const DENY: Rule = {
  ...aRule('deny', 'files', 'x\u202ey'),
  id: 'r1',
  when: { at: '/path', eq: 'a\u001bb' },
  note: 'be\u0007ep',
};
const CHAIN: Chain = {
  id: 'c1',
  effect: 'deny',
  after: { connector: 'mail', tool: '*', holding: 'secret' },
  before: { connector: 'web', tool: 'post' },
  createdAt: at,
};
const settings = memorySettings({
  connectors: [aConnector('files', { default: 'ask' })],
  rules: [DENY],
  chains: [CHAIN],
  policyBefore: { rules: [aRule('allow', 'files', '*')], chains: [], defaults: { files: 'allow' }, at },
});
const words = policyDescriptions({ settings, suggestion: () => undefined });
const asked = (name: OperationName, input: unknown): string => {
  const { title, detail } = describeWeakening(name, input, () => '', undefined, words);
  return `${title}\n${detail}`;
};

describe('what a person is asked about rules', () => {
  it.each<[OperationName, unknown, string[]]>([
    [
      'policy.add',
      { ...DENY, effect: 'allow' },
      ['Allow the tool', '"/path"', String.raw`a\u001bb`, String.raw`be\u{7}ep`],
    ],
    ['policy.remove', { id: 'r1' }, ['- r1 Deny the tool', String.raw`x\u{202e}y`, 'may go through']],
    [
      'policy.update',
      { id: 'r1', was: DENY, rule: { effect: 'allow', connector: 'files', tool: 'z\u200by', note: 'b\u0007' } },
      [
        'Change the rule r1?',
        '- r1 Deny the tool',
        String.raw`x\u{202e}y`,
        '+ Allow',
        String.raw`z\u{200b}y`,
        String.raw`b\u{7}`,
      ],
    ],
    [
      'policy.setDefault',
      { connector: 'files', default: 'allow' },
      ['"files"', 'It is now: ask.', 'It would be: allow. Every call of such a tool goes through.'],
    ],
    ['policy.removeChain', { id: 'c1' }, ['- c1 Deny the tool "post"', 'secret', '"web"']],
    [
      'policy.import',
      { set: { version: 1, rules: [{ effect: 'allow', connector: '*', tool: '*' }], chains: [] }, replace: true },
      ['Replace the rules', '+ Allow every tool on every connector.', '- r1 Deny', '- c1 Deny'],
    ],
    [
      'policy.add',
      { effect: 'allow', connector: 'files', resource: `x:${'a'.repeat(90)}/*` },
      ['Allow the resource', `"resource":"x:${'a'.repeat(90)}/*"`],
    ],
    ['policy.undo', {}, ['+ ', 'Allow every tool on the connector "files"', 'default of "files": ask → allow']],
    ['policy.apply', { id: 's1', since: at }, ['suggestion s1', 'not shown']],
  ])('%s shows the whole of it, escaped', (name, input, parts) => {
    const text = asked(name, input);
    for (const part of parts) expect(text).toContain(part);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/u);
  });

  it('says what opens first, and counts it', () => {
    const rules = [
      ...Array.from({ length: 400 }, (_, at) => ({ effect: 'deny', connector: 'files', tool: `t${at}` })),
      { effect: 'allow', connector: '*', tool: '*', note: 'ours' },
    ];
    const text = asked('policy.import', { set: { version: 1, rules, chains: [] }, replace: false });
    const [title = '', ...lines] = text.split('\n');
    expect(title).toBe('Take in the rules of a file? 1 change opens something, 400 close.');
    expect(lines.slice(0, 4)).toEqual(['opens:', '+ Allow every tool on every connector.', '', 'closes:']);
    expect(lines.at(-1)).toBe('note (written by whoever made the rule): ours');
  });

  it('puts notes last, as somebody else’s words', () => {
    const lines = asked('policy.remove', { id: 'r1' }).split('\n');
    expect(lines.at(-2)).toBe('');
    expect(lines.at(-1)).toBe(String.raw`note (written by whoever made the rule): be\u{7}ep`);
    expect(lines.filter((line) => line.includes('ep'))).toHaveLength(1);
  });

  it('of an undo names nothing that stays', () => {
    expect(asked('policy.undo', {})).not.toMatch(/r1|c1/);
  });

  it('of a rule that is not there still asks', () => {
    expect(asked('policy.remove', { id: 'nope' })).toContain('Remove the rule nope?');
  });

  it('shows the rules of a suggestion that is put in force', async () => {
    const calls = [aCall(), aCall(), aCall()];
    const bench = policyBench({
      settings: memorySettings({
        connectors: [aConnector('files', { default: 'allow' })],
        rules: [aRule('allow', '*', '*')],
      }),
      index: memoryIndex(calls),
    });
    const since = '2026-11-14T08:00:00.000Z';
    const { id } = await bench.handlers['policy.suggest']({ since }, CLI);
    const { detail } = describeWeakening('policy.apply', { id, since }, () => '', undefined, bench.descriptions);
    expect(detail.split('\n')).toEqual([
      expect.stringMatching(/^\+ s[0-9a-f]{10} Allow the tool "read_file" on the connector "files" when/) as string,
      '    when {"at":"/path","path_under":["~/p"]}',
      expect.stringContaining('Allow every tool on every connector.') as string,
      '  default of "files": allow → ask',
    ]);
  });
});
