import { describe, expect, it } from 'vitest';
import type { PinView, Rule } from '../../preload/contract/index.ts';
import { aConnector, aRule, CLI, memorySettings, NOW } from './fakes.ts';
import { aCall, memoryIndex, policyBench } from './policy-bench.ts';

const at = NOW.toISOString();
const SUGGESTED: Rule = { ...aRule('allow', 'files', 'read'), id: 's0123456789' };

describe('policy.view', () => {
  it('says each rule in words, where it is from, and what stands out about it', async () => {
    const wide: Rule = { ...aRule('deny', 'files', '*'), note: 'why' };
    const covered = aRule('deny', 'files', 'read');
    const long: Rule = { ...aRule('deny', 'files', 'x'), when: { at: '/path', eq: 'y'.repeat(200) } };
    const settings = memorySettings({
      connectors: [aConnector('files', { default: 'ask', enabled: false })],
      rules: [wide, covered, SUGGESTED, long],
      chains: [
        {
          id: 'c1',
          effect: 'ask',
          after: { connector: 'nowhere', tool: '*', holding: 'anything' },
          before: { connector: 'files', tool: 'send' },
          createdAt: at,
        },
      ],
      newItems: 'ask',
      policyBefore: { rules: [], chains: [], defaults: {}, at },
    });
    const view = await policyBench({ settings }).handlers['policy.view']({}, CLI);
    expect(view.rules.map(({ sentence, from }) => [sentence.slice(0, 60), from])).toEqual([
      ['Deny every tool on the connector "files".', 'person'],
      ['Deny the tool "read" on the connector "files".', 'person'],
      ['Allow the tool "read" on the connector "files".', 'suggestion'],
      ['Deny the tool "x" on the connector "files" when "/path" is "', 'person'],
    ]);
    expect(view.rules[1]?.findings).toEqual([expect.stringContaining('never decides')]);
    expect(view.rules[3]?.full).toContain('y'.repeat(200));
    expect(view.rules[0]).not.toHaveProperty('full');
    expect(view.chains).toMatchObject([{ findings: [expect.stringContaining('names no connector')] }]);
    expect(view).toMatchObject({
      connectors: [{ name: 'files', default: 'ask', enabled: false }],
      newItems: 'ask',
      canUndo: true,
      findings: [],
    });
    expect(settings.writes).toEqual([]);
  });

  it('keeps what stands out until something is another, and looks at so many rules only', async () => {
    const settings = memorySettings({ rules: [aRule('deny', 'files', 'read')], connectors: [aConnector('files')] });
    const { handlers } = policyBench({ settings });
    expect((await handlers['policy.view']({}, CLI)).rules[0]?.findings).toEqual([]);
    await handlers['policy.add']({ effect: 'deny', connector: 'files', tool: '*' }, CLI);
    expect((await handlers['policy.view']({}, CLI)).rules[0]?.findings).toHaveLength(1);
    const many = Array.from({ length: 1001 }, (_none, at) => aRule('deny', 'files', `t${at}`));
    const view = await policyBench({ settings: memorySettings({ rules: many }) }).handlers['policy.view']({}, CLI);
    expect(view.rules).toHaveLength(1001);
    expect(view.findings).toEqual([expect.stringContaining('runlayer policy lint')]);
  });

  it('of nothing is empty', async () => {
    expect(await policyBench().handlers['policy.view']({}, CLI)).toEqual({
      rules: [],
      chains: [],
      findings: [],
      connectors: [],
      newItems: 'pin',
      canUndo: false,
    });
  });
});

describe('policy.decided', () => {
  it('counts what decided in the last seven days', async () => {
    const old = { time: new Date(NOW.getTime() - 8 * 86_400_000).toISOString(), ruleId: 'r1' };
    const calls = [aCall({ ruleId: 'r1' }), aCall({ ruleId: 'r1' }), aCall(), aCall(old)];
    const counts = await policyBench({ index: memoryIndex(calls) }).handlers['policy.decided']({}, CLI);
    expect(counts).toMatchObject({
      since: '2026-11-14T08:00:00.000Z',
      calls: 3,
      isCut: false,
      rules: [{ id: 'r1', times: 2 }],
    });
  });
});

describe('policy.names', () => {
  it('names connectors and what they were seen to offer', async () => {
    const pin = (connector: string, kind: PinView['kind'], name: string): PinView => ({
      connector,
      kind,
      name,
      state: 'pinned',
      firstSeenAt: at,
    });
    const pins = [
      pin('files', 'tool', 'write'),
      pin('files', 'tool', 'read'),
      pin('files', 'prompt', 'p'),
      pin('gone', 'tool', 'x'),
    ];
    const settings = memorySettings({ connectors: [aConnector('files'), aConnector('mail')] });
    const bench = policyBench({ settings, pins: { list: () => pins } });
    expect(await bench.handlers['policy.names']({}, CLI)).toEqual({
      connectors: [
        { name: 'files', tools: ['read', 'write'], prompts: ['p'] },
        { name: 'mail', tools: [], prompts: [] },
      ],
    });
  });
});
