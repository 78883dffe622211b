import { describe, expect, it } from 'vitest';
import type { ChangePreview, LogEntry, NewRule, PolicyChange } from '../../preload/contract/index.ts';
import { aConnector, aRule, CLI, memorySettings } from './fakes.ts';
import { aCall, memoryIndex, policyBench } from './policy-bench.ts';

const WRITES = aRule('deny', 'files', 'write_*');
function bench(calls: readonly LogEntry[]) {
  const settings = memorySettings({ connectors: [aConnector('files', { default: 'allow' })], rules: [WRITES] });
  return policyBench({ settings, index: memoryIndex(calls) });
}
async function previewed(calls: readonly LogEntry[], change: PolicyChange, count = 200): Promise<ChangePreview> {
  const { handlers, settings } = bench(calls);
  const preview = await handlers['policy.preview']({ change, calls: count }, CLI);
  expect(settings.writes).toEqual([]);
  return preview;
}
const ETC: NewRule = { effect: 'deny', connector: 'files', tool: '*', when: { at: '/path', path_under: ['/etc'] } };

describe('what a change would do', () => {
  it('is said of the newest calls, and only what it does itself', async () => {
    const calls = [
      aCall(),
      aCall({ arguments: { path: '/etc/passwd' } }),
      aCall({ arguments: { path: { $bytes: 900 } } }),
      // Was allowed then and is denied by now, with the change and without it.
      aCall({ tool: 'write_file', arguments: { path: '/etc/x' } }),
      aCall({ method: 'resources/read', tool: 'file:///x' }),
      aCall({ effect: 'deny', decidedBy: 'guard', code: 'guard_block', arguments: { path: '/etc/x' } }),
    ];
    const preview = await previewed(calls, { add: ETC });
    expect(preview).toMatchObject({ calls: 5, same: 3, changed: 1, unknown: 1, isCut: false, since: calls[0]?.time });
    expect(preview.rows).toMatchObject([
      { id: calls[1]?.id, before: 'allow', after: 'deny', tool: 'read_file', arguments: '{"path":"/etc/passwd"}' },
      { id: calls[2]?.id, before: 'allow', after: 'unknown' },
    ]);
    expect(preview.rows[0]?.because).toContain('Deny every tool');
  });

  it.each<[string, PolicyChange, Partial<LogEntry>, unknown[]]>([
    ['a rule that goes', { remove: WRITES.id }, { tool: 'write_x' }, [{ before: 'deny', after: 'allow' }]],
    ['one that is not there', { remove: 'nope' }, { tool: 'write_x' }, []],
    [
      'a rule that is changed',
      { replace: { id: WRITES.id, rule: { effect: 'ask', connector: 'files', tool: 'write_*' } } },
      { tool: 'write_x' },
      [{ before: 'deny', after: 'ask' }],
    ],
    ['a default', { default: { connector: 'files', mode: 'ask' } }, {}, [{ before: 'allow', after: 'ask' }]],
    ['a default of what is gone', { default: { connector: 'gone', mode: 'allow' } }, { connector: 'gone' }, []],
    [
      'a file in place of the rules',
      { import: { set: { version: 1, rules: [], chains: [] }, replace: true } },
      { tool: 'write_x' },
      [{ before: 'deny', after: 'allow' }],
    ],
    [
      'an empty file',
      { import: { set: { version: 1, rules: [], chains: [] }, replace: false } },
      { tool: 'write_x' },
      [],
    ],
  ])('%s', async (_title, change, over, rows) => {
    expect((await previewed([aCall(over)], change)).rows).toMatchObject(rows);
  });

  it('looks at so many calls, and lists a hundred', async () => {
    const calls = Array.from({ length: 300 }, () => aCall({ arguments: { path: '/etc/x' } }));
    expect(await previewed(calls, { add: ETC })).toMatchObject({ calls: 200, changed: 200, isCut: true });
    expect((await previewed(calls, { add: ETC }, 1000)).rows).toHaveLength(100);
    expect(await previewed([], { add: ETC })).toMatchObject({ calls: 0, since: null });
  });

  it('refuses what could not be saved', async () => {
    const { handlers } = bench([]);
    const change = { add: { ...ETC, when: { at: '/a', regex: '(' } } };
    await expect(handlers['policy.preview']({ change, calls: 1 }, CLI)).rejects.toMatchObject({ code: 'E_INPUT' });
  });
});

describe('what taking in a file would do', () => {
  const read = async (text: string, replace = false) => {
    const { handlers, settings } = bench([]);
    const preview = await handlers['policy.previewImport']({ text, replace }, CLI);
    expect(settings.writes).toEqual([]);
    return preview;
  };
  const file = (rules: readonly unknown[], chains: readonly unknown[] = []): string =>
    JSON.stringify({ version: 1, rules, chains });

  it('is said line by line', async () => {
    const allow = { effect: 'allow', connector: 'files', tool: 'run_x', note: 'n' };
    const preview = await read(file([allow]), true);
    expect(preview).toMatchObject({
      problems: [],
      weakens: true,
      set: { rules: [allow], chains: [] },
      lines: [
        { mark: '+', sentence: 'Allow the tool "run_x" on the connector "files".', note: 'n' },
        { mark: '-', sentence: 'Deny the tool "write_*" on the connector "files".' },
      ],
    });
    expect(preview.findings.join(' ')).toContain('runs what it is given');
    expect(await read(file([ETC]))).toMatchObject({ weakens: false, lines: [{ mark: '+' }] });
  });

  it.each<[string, string, string, string]>([
    ['no JSON', '{', '', 'The file is no JSON'],
    ['something else', '{"a":1}', 'version', 'It must be 1.'],
    ['another version', '{"version":2,"rules":[]}', 'version', 'It must be 1.'],
    ['a rule that does not fit', file([ETC, { ...ETC, effect: 'x' }]), 'rules.1.effect', 'It must be "deny"'],
    ['a condition that is none', file([{ ...ETC, when: { at: '/a', like: 1 } }]), 'rules.0.when', '"like" is no test'],
    ['a chain that does not fit', file([], [{}]), 'chains.0.effect', 'It must be "ask" or "deny".'],
    ['an expression that is none', file([{ ...ETC, when: { at: '/a', regex: '(' } }]), '', 'none in RE2 syntax'],
    ['a key twice', '{"version":1,"version":1,"rules":[]}', '', 'holds the key "version" twice'],
  ])('%s is said to be none', async (_title, text, path, words) => {
    const preview = await read(text);
    expect(preview).toMatchObject({ lines: [], weakens: false });
    expect(preview).not.toHaveProperty('set');
    expect(preview.problems[0]).toMatchObject({ path, text: expect.stringContaining(words) as string });
  });
});
