import { describe, expect, it } from 'vitest';
import type { ApprovalView, LogEntry, RuleDraft } from '../../preload/contract/index.ts';
import { aConnector, aRule, CLI, memorySettings, NOW } from './fakes.ts';
import { aCall, HOME, memoryIndex, policyBench, type PolicyBench } from './policy-bench.ts';

const rules = [aRule('deny', 'files', 'delete')];
function bench(calls: readonly LogEntry[], approvals: readonly ApprovalView[] = []): PolicyBench {
  return policyBench({
    settings: memorySettings({ connectors: [aConnector('files', { default: 'ask' })], rules }),
    index: memoryIndex(calls),
    approvals: { list: () => [...approvals] },
  });
}
async function drafted(entry: LogEntry, effect: 'allow' | 'ask' | 'deny' = 'allow'): Promise<RuleDraft> {
  const { handlers, settings } = bench([entry]);
  const draft = await handlers['policy.fromCall']({ id: entry.id, effect }, CLI);
  expect(settings.writes).toEqual([]);
  return draft;
}

describe('a rule from a call of the journal', () => {
  it('comes in choices, each with its sentence and what would then be decided', async () => {
    const entry = aCall({
      effect: 'deny',
      decidedBy: 'approval',
      code: 'approval_denied',
      reason: 'no',
      arguments: { path: `${HOME}/projects/a` },
    });
    const draft = await drafted(entry);
    expect(draft.about).toEqual({
      kind: 'call',
      id: entry.id,
      time: entry.time,
      connector: 'files',
      client: 'cursor',
      subject: 'tool',
      name: 'read_file',
      effect: 'deny',
      reason: 'no',
      arguments: `{\n  "path": "${HOME}/projects/a"\n}`,
    });
    expect(draft.choices.map(({ width, outcome }) => [width, outcome])).toEqual([
      ['these_arguments', 'allow'],
      ['like_these', 'allow'],
      ['any_arguments', 'allow'],
    ]);
    expect(draft.choices[1]?.sentence).toBe(
      'Allow the tool "read_file" on the connector "files" when "/path" is a path below "~/projects".',
    );
    expect(draft.notes).toEqual([expect.stringContaining('What a client calls itself is no proof')]);
  });

  it('says that another rule still decides', async () => {
    const draft = await drafted(aCall({ tool: 'delete', effect: 'deny', code: 'rule_deny', arguments: {} }));
    expect(draft.choices).toMatchObject([{ width: 'any_arguments', outcome: 'deny' }]);
    expect(draft.stoppedBy).toEqual({ rule: rules[0], sentence: 'Deny the tool "delete" on the connector "files".' });
    expect(await drafted(aCall({ tool: 'delete' }), 'deny')).not.toHaveProperty('stoppedBy');
    expect(await drafted(aCall({ tool: 'read' }))).not.toHaveProperty('stoppedBy');
  });

  it('says what was not kept, and makes nothing of it', async () => {
    const draft = await drafted(aCall({ arguments: { path: { $bytes: 900 }, n: 1 }, client: undefined as never }));
    expect(draft.choices).toMatchObject([{ width: 'any_arguments', leavesOpen: ['/path', '/n'] }]);
    expect(draft.notes).toEqual(['The journal did not keep the value of "/path", so no rule can be made of it.']);
  });

  it.each<[string, Partial<LogEntry>, string]>([
    [
      'what the guard stopped',
      { effect: 'deny', decidedBy: 'guard', code: 'guard_block' },
      'Rules did not decide this',
    ],
    ['what runs things', { tool: 'run_shell' }, 'By its name this tool runs what it is given'],
    ['a name that a rule cannot hold', { tool: 'a b' }, 'A rule cannot name this'],
    ['a name with something unseen', { tool: 'a\u202eb\u0007' }, 'A rule cannot name this'],
    ['arguments that were cut off', { arguments: { $more: 5, a: 1 } }, 'did not keep all of the arguments'],
  ])('warns about %s', async (_title, over, words) => {
    expect((await drafted(aCall(over))).notes.join(' ')).toContain(words);
  });

  it('denies as well, and by the client then', async () => {
    const draft = await drafted(aCall({ arguments: {} }), 'deny');
    expect(draft.choices.map(({ width, outcome }) => [width, outcome])).toEqual([
      ['this_client', 'deny'],
      ['any_arguments', 'deny'],
      ['whole_connector', 'deny'],
    ]);
    expect(draft.notes).toEqual([]);
  });

  it.each<[string, Partial<LogEntry>]>([
    ['tools/list', { method: 'tools/list' }],
    ['an event', { kind: 'event', method: '' }],
  ])('is refused for %s', async (_title, over) => {
    await expect(drafted(aCall(over))).rejects.toMatchObject({ code: 'E_NO_RULE' });
  });

  it('is refused for what is not there', async () => {
    await expect(bench([]).handlers['policy.fromCall']({ id: 'x', effect: 'allow' }, CLI)).rejects.toMatchObject({
      code: 'E_CALL_UNKNOWN',
    });
  });

  it('of a resource and a prompt', async () => {
    const resource = await drafted(
      aCall({ method: 'resources/read', tool: 'file:///home/ann/projects/a', arguments: undefined }),
    );
    expect(resource.choices.map(({ width, outcome }) => [width, outcome])).toEqual([
      ['these_arguments', 'allow'],
      ['like_these', 'allow'],
    ]);
    const prompt = await drafted(aCall({ method: 'prompts/get', tool: 'review', arguments: { a: 'b' } }));
    expect(prompt.about.subject).toBe('prompt');
    expect(prompt.choices[0]?.rule).toMatchObject({ prompt: 'review' });
  });
});

describe('a rule from a call that waits', () => {
  const approval: ApprovalView = {
    id: 'a1',
    hash: 'h',
    connector: 'files',
    tool: 'write',
    client: 'cursor',
    about: 'call',
    arguments: `{\n  "path": "${HOME}/projects/x"\n}`,
    reason: 'asked',
    createdAt: NOW.toISOString(),
    expiresAt: NOW.toISOString(),
    state: 'waiting',
  };
  const from = async (over: Partial<ApprovalView>): Promise<RuleDraft> =>
    bench([], [{ ...approval, ...over }]).handlers['policy.fromApproval']({ id: 'a1', effect: 'allow' }, CLI);

  it('uses what it is called with', async () => {
    const draft = await from({});
    expect(draft.choices.map(({ width, outcome }) => [width, outcome])).toEqual([
      ['these_arguments', 'allow'],
      ['like_these', 'allow'],
      ['any_arguments', 'allow'],
    ]);
  });

  it.each<[string, string]>([
    ['what was taken out', '{"path":"[redacted]"}'],
    ['what cannot be seen', '{"path":"a\\u{202e}b"}'],
  ])('never makes a rule of %s', async (_title, args) => {
    const draft = await from({ arguments: args });
    expect(draft.choices.map(({ width }) => width)).toEqual(['any_arguments']);
    expect(draft.notes.length).toBeGreaterThan(1);
  });

  it('does not take an answer for arguments', async () => {
    const draft = await from({ about: 'answer', arguments: '{"content":[]}' });
    expect(draft.about.arguments).toBe('');
    expect(draft.choices.map(({ width }) => width)).toEqual(['any_arguments']);
  });

  it('is refused for one that is over', async () => {
    await expect(
      (async () => bench([]).handlers['policy.fromApproval']({ id: 'a1', effect: 'allow' }, CLI))(),
    ).rejects.toMatchObject({ code: 'E_APPROVAL_UNKNOWN' });
  });
});
