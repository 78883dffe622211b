import { describe, expect, it } from 'vitest';
import { undone } from '../../main/operations/policy-suggestions.ts';
import { Settings } from '../../main/settings/schema.ts';
import type { LogEntry } from '../../preload/contract/index.ts';
import { aConnector, aRule, CLI, memorySettings, NOW } from './fakes.ts';
import { aCall, HOME, memoryIndex, policyBench } from './policy-bench.ts';

const SINCE = '2026-11-14T08:00:00.000Z';
const reads = (count: number): LogEntry[] => Array.from({ length: count }, () => aCall());
const open = aConnector('files', { default: 'allow' });

describe('from what was used to rules that hold, and back', () => {
  it('is suggested, put in force in one write, and undone in one', async () => {
    const wide = aRule('allow', 'files', '*');
    const settings = memorySettings({ connectors: [open, aConnector('git')], rules: [wide] });
    const calls = [
      ...reads(3),
      aCall({ tool: 'list', arguments: { path: `${HOME}/p` } }),
      aCall({ tool: 'delete', effect: 'deny', decidedBy: 'approval', code: 'approval_denied', outcome: 'refused' }),
    ];
    const { handlers } = policyBench({
      settings,
      index: memoryIndex(calls),
      knownTools: (name) => (name === 'files' ? ['read_file', 'list', 'delete', 'write_file'] : undefined),
    });
    const start = settings.read();
    const suggestion = await handlers['policy.suggest']({ since: SINCE }, CLI);
    expect(settings.writes).toEqual([]);
    expect(suggestion).toMatchObject({
      since: SINCE,
      calls: 5,
      rules: [
        { rule: { tool: 'list' }, calls: 1 },
        {
          rule: { tool: 'read_file' },
          calls: 3,
          sentence:
            'Allow the tool "read_file" on the connector "files" when "/path" is a path below "~/p". So far: cursor.',
        },
      ],
      defaults: [{ connector: 'files', from: 'allow', to: 'ask' }],
      dropped: [wide],
      unusedTools: [{ connector: 'files', tools: ['write_file'] }],
      replay: { calls: 5, same: 5, unknown: 0, changes: [] },
    });
    const { id } = suggestion;
    expect(await handlers['policy.apply']({ id, since: SINCE }, CLI)).toEqual({ rules: 2 });
    expect(settings.writes).toEqual(['policy.apply by a test']);
    expect(Settings.parse(settings.read())).toEqual(settings.read());
    const explained = await handlers['policy.explain'](
      { connector: 'files', subject: { tool: 'read_file', arguments: JSON.stringify({ path: '/etc/passwd' }) } },
      CLI,
    );
    expect(explained.decision).toMatchObject({ effect: 'ask', code: 'default_ask' });
    expect(explained.considered).toMatchObject([{ says: 'false' }]);

    // The second time it is in force already, and what to go back to is not overwritten.
    await expect(handlers['policy.apply']({ id, since: SINCE }, CLI)).rejects.toMatchObject({
      code: 'E_SUGGESTION_EMPTY',
      exitCode: 2,
    });
    const denied = await handlers['policy.add']({ effect: 'deny', connector: 'files', tool: 'chmod' }, CLI);
    expect(await handlers['policy.undo']({}, CLI)).toEqual({ rules: 2 });
    expect(settings.read()).toEqual({ ...start, rules: [wide, denied] });
    expect(() => handlers['policy.undo']({}, CLI)).toThrow('No suggestion is in force');
  });

  it('says what would be asked about that was not before', async () => {
    const settings = memorySettings({ connectors: [open], rules: [] });
    const calls = [...reads(3), aCall({ tool: 'upload', outcome: 'failed' })];
    const { handlers } = policyBench({ settings, index: memoryIndex(calls) });
    const { replay } = await handlers['policy.suggest']({ since: SINCE }, CLI);
    expect(replay).toMatchObject({ calls: 4, same: 3, changes: [{ tool: 'upload', before: 'allow', after: 'ask' }] });
  });

  it('of nothing is nothing', async () => {
    const { handlers } = policyBench({ settings: memorySettings({ connectors: [open] }) });
    const { id, ...rest } = await handlers['policy.suggest']({ since: SINCE }, CLI);
    expect(rest).toMatchObject({ calls: 0, rules: [], defaults: [], dropped: [], replay: { calls: 0 } });
    await expect(handlers['policy.apply']({ id, since: SINCE }, CLI)).rejects.toMatchObject({
      code: 'E_SUGGESTION_EMPTY',
    });
  });

  it.each(['policy.suggest', 'policy.apply'] as const)('%s names a connector that is not there', async (name) => {
    const { handlers } = policyBench({ settings: memorySettings({ connectors: [open] }) });
    const input = { id: 'x', since: SINCE, connectors: ['nope'] };
    await expect((async () => handlers[name](input, CLI))()).rejects.toMatchObject({ code: 'E_CONNECTOR_UNKNOWN' });
  });

  it('reads a long history page by page, whole', async () => {
    const calls = reads(2500);
    let pages = 0;
    const index = memoryIndex(calls, () => void (pages += 1));
    const { handlers } = policyBench({ settings: memorySettings({ connectors: [open] }), index });
    const { rules } = await handlers['policy.suggest']({ since: SINCE }, CLI);
    expect(rules).toMatchObject([{ calls: 2500 }]);
    expect(pages).toBeGreaterThanOrEqual(6);
  });
});

describe('a suggestion that was shown', () => {
  it('is not put in force where it would be another one by now', async () => {
    const settings = memorySettings({ connectors: [open] });
    const calls = reads(3);
    const { handlers } = policyBench({ settings, index: memoryIndex(calls) });
    const { id } = await handlers['policy.suggest']({ since: SINCE }, CLI);
    calls.push(aCall({ arguments: { path: '/etc/passwd' } }));
    const changed = { code: 'E_SUGGESTION_CHANGED', exitCode: 2 };
    await expect(handlers['policy.apply']({ id, since: SINCE }, CLI)).rejects.toMatchObject(changed);
    expect(settings.writes).toEqual([]);
  });

  it('is put in force where the same was used again meanwhile', async () => {
    const settings = memorySettings({ connectors: [open] });
    const calls = reads(3);
    const { handlers } = policyBench({ settings, index: memoryIndex(calls) });
    const { id } = await handlers['policy.suggest']({ since: SINCE }, CLI);
    calls.push(aCall());
    expect(await handlers['policy.apply']({ id, since: SINCE }, CLI)).toEqual({ rules: 1 });
  });

  it('is not put in force over rules that were changed while the calls were read', async () => {
    const settings = memorySettings({ connectors: [open] });
    const calls = reads(3);
    let isApplying = false;
    const index = memoryIndex(calls, () => {
      if (!isApplying) return;
      settings.update('test', 'x', (now) => ({ ...now, rules: [aRule('deny', 'files', '*')] }));
    });
    const { handlers } = policyBench({ settings, index });
    const { id } = await handlers['policy.suggest']({ since: SINCE }, CLI);
    isApplying = true;
    await expect(handlers['policy.apply']({ id, since: SINCE }, CLI)).rejects.toMatchObject({
      code: 'E_SUGGESTION_CHANGED',
    });
    expect(settings.read().rules).toEqual([aRule('deny', 'files', '*')]);
  });
});

describe('what is undone', () => {
  const at = NOW.toISOString();
  const before = { rules: [aRule('allow', 'files', '*')], chains: [], defaults: { files: 'allow' as const }, at };
  const modeAfter = (connector: Parameters<typeof aConnector>[1]): string | undefined => {
    const now = memorySettings({ connectors: [aConnector('files', connector)], policyBefore: before }).read();
    return undone(now, before).connectors[0]?.default;
  };

  it('leaves a default that was chosen since, and a connector that was added since, as they are', () => {
    expect(modeAfter({ default: 'ask' })).toBe('allow');
    expect(modeAfter({ default: 'deny' })).toBe('deny');
    expect(modeAfter({ default: 'ask', createdAt: '2026-11-22T00:00:00.000Z' })).toBe('ask');
  });

  it('brings back what it was made of, and takes an allow rule that was added', () => {
    const deny = aRule('deny', 'files', 'x');
    const now = memorySettings({ rules: [aRule('allow', 'git', '*'), aRule('ask', 'git', '*')] }).read();
    const next = undone(now, { ...before, rules: [deny] });
    expect(next.rules).toEqual([deny, aRule('ask', 'git', '*')]);
    expect(next.policyBefore).toBeNull();
  });
});
