import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../preload/contract/index.ts';
import { aConnector, aRule, CLI, memorySettings, NOW } from './fakes.ts';
import { HOME, policyBench, type PolicyBench } from './policy-bench.ts';

const RULES = [
  aRule('deny', 'files', 'delete_*'),
  { ...aRule('allow', 'files', 'read_file'), when: { at: '/path', path_under: ['~/p'] } },
  aRule('ask', 'git', '*'),
];
const base = {
  connectors: [aConnector('files', { default: 'ask' }), aConnector('off', { enabled: false })],
  rules: RULES,
};
const ask = async (bench: PolicyBench, tool: string, args: unknown = {}, connector = 'files'): Promise<Explanation> =>
  bench.handlers['policy.explain']({ connector, subject: { tool, arguments: JSON.stringify(args) } }, CLI);

describe('policy.explain', () => {
  it('names the rule, its source and every rule that was looked at', async () => {
    const bench = policyBench({ settings: memorySettings(base) });
    const told = await ask(bench, 'read_file', { path: `${HOME}/p/a` });
    expect(told).toMatchObject({
      decision: { effect: 'allow', code: 'rule_allow' },
      source: 'local rule',
      rule: RULES[1],
      considered: [{ says: 'true' }],
      notAbout: 2,
    });
    expect((await ask(bench, 'delete_file')).decision).toMatchObject({ effect: 'deny', code: 'rule_deny' });
    expect(await ask(bench, 'read_file', { path: ['a'] })).toMatchObject({
      decision: { code: 'default_ask' },
      source: 'default of the connector',
      considered: [{ says: 'undecidable' }],
    });
    expect((await ask(bench, 'read_file', { path: `${HOME}/.runlayer/settings.json` })).source).toBe('built in');
  });

  it('says what else decides', async () => {
    const stopped = { ...base, lockdown: { since: NOW.toISOString(), by: 'x' } };
    const bench = policyBench({ settings: memorySettings(stopped), also: () => ['The guard looks at it.'] });
    const { also } = await ask(bench, 'read_file');
    expect(also).toHaveLength(3);
    expect(also[0]).toContain('lockdown off');
    expect(also[1]).toContain('definition of this tool is not known');
    expect(also[2]).toBe('The guard looks at it.');
    const off = await ask(bench, 'read_file', {}, 'off');
    expect([off.decision.effect, off.also[1]]).toEqual([
      'deny',
      'The connector is switched off: nothing of it is called.',
    ]);
  });

  it('knows what a server says of its tool, where that was seen', async () => {
    const readOnly = { connectors: [aConnector('files', { default: 'read-only' })] };
    const definition = { name: 'get', annotations: { readOnlyHint: true } };
    const known = policyBench({ settings: memorySettings(readOnly), definitionOf: () => definition });
    expect((await ask(known, 'get')).decision).toMatchObject({ effect: 'allow', code: 'default_read_only' });
    expect((await ask(policyBench({ settings: memorySettings(readOnly) }), 'get')).decision.effect).toBe('ask');
  });

  it.each([
    ['{"a":1,"a":2}', 'E_JSON', 'the key "a" twice'],
    ['{"a":', 'E_JSON', 'is no JSON at line 1'],
    ['[]', 'E_INPUT', 'no JSON object'],
    [`${'['.repeat(70)}${']'.repeat(70)}`, 'E_JSON', 'nested more than 64'],
  ])('refuses arguments that mean nothing: %s', async (text, code, words) => {
    const { handlers } = policyBench({ settings: memorySettings(base) });
    const asked = async (): Promise<Explanation> =>
      handlers['policy.explain']({ connector: 'files', subject: { tool: 'x', arguments: text } }, CLI);
    await expect(asked()).rejects.toMatchObject({
      code,
      exitCode: 2,
      message: expect.stringContaining(words) as unknown,
    });
  });

  it('refuses a connector that is not there', async () => {
    await expect(ask(policyBench(), 'x', {}, 'nope')).rejects.toMatchObject({ code: 'E_CONNECTOR_UNKNOWN' });
  });

  it('explains resources and prompts', async () => {
    const settings = memorySettings({
      ...base,
      rules: [
        { id: 'r1', effect: 'deny', connector: 'files', resource: 'file:///etc/*', createdAt: NOW.toISOString() },
      ],
    });
    const { handlers } = policyBench({ settings });
    expect(
      await handlers['policy.explain']({ connector: 'files', subject: { resource: 'file:///etc/passwd' } }, CLI),
    ).toMatchObject({ subject: 'resource file:///etc/passwd', decision: { effect: 'deny' } });
    expect(
      await handlers['policy.explain']({ connector: 'files', subject: { prompt: 'p', arguments: '{}' } }, CLI),
    ).toMatchObject({ subject: 'prompt p', decision: { effect: 'allow' } });
  });
});
