import { describe, expect, it } from 'vitest';
import { callSentence, taskSteps, taskSummary } from '../../../main/audit/story/task-story.ts';
import type { LogEntry } from '../../../preload/contract/audit.ts';

const call = (id: string, extra: Partial<LogEntry> = {}): LogEntry => ({
  id,
  time: '2026-01-02T03:04:05.000Z',
  kind: 'call',
  connector: 'web',
  client: 'Cursor',
  session: 's',
  method: 'tools/call',
  tool: 'read_page',
  effect: 'allow',
  decidedBy: 'local',
  code: 'rule_allow',
  reason: 'A rule allows it.',
  outcome: 'ok',
  arguments: { url: 'https://example.com/' },
  ...extra,
});
const denied = { effect: 'deny', code: 'rule_deny', outcome: 'refused' };
const { arguments: _, outcome: __, ...bare } = call('x');

describe('a call as a sentence', () => {
  it.each([
    [call('1'), 'read page "https://example.com/"'],
    [call('1', { code: 'approval_granted' }), 'read page "https://example.com/", as a person allowed'],
    [call('1', { arguments: { $bytes: 4000 } }), 'read page'],
    [call('1', { tool: 'send_file', arguments: { path: '~/x' }, ...denied }), 'tried to send file "~/x": stopped'],
    [call('1', { ...denied, code: 'approval_denied' }), 'tried to read page "https://example.com/": a person said no'],
    [call('1', { ...denied, code: 'approval_timeout' }), 'tried to read page "https://example.com/": nobody answered'],
    [call('1', { outcome: 'withheld' }), 'read page "https://example.com/": its answer was kept back'],
    [
      call('1', { outcome: 'tool_error' }),
      'tried to read page "https://example.com/": the tool answered with an error',
    ],
    [call('1', { outcome: 'unknown' }), 'tried to read page "https://example.com/": how it ended is not known'],
    [call('1', { outcome: 'later' }), 'tried to read page "https://example.com/": later'],
    [{ ...bare }, 'asked to read page'],
    [{ ...bare, effect: 'ask', code: 'rule_ask' }, 'wants to read page: waits for an answer'],
    [call('1', { method: 'resources/read', tool: 'file:///a' }), 'read the resource "file:///a"'],
    [call('1', { method: 'prompts/get', tool: 'review' }), 'used the prompt "review"'],
    [call('1', { method: 'x/y', tool: undefined as unknown as string }), 'sent "x/y"'],
    [call('1', { arguments: { path: '"\n' } }), 'read page "\\"\\n"'],
  ])('%#: %s', (entry, sentence) => {
    expect(callSentence(entry)).toBe(sentence);
  });
});

describe('a task', () => {
  const reason = 'Chain c1 denies this call, because injected instructions came from "read_page" on "web".';
  const story = [
    call('1', { findings: [{ category: 'injection', rule: 'ignore-before', tier: 'hard', at: '', action: 'alert' }] }),
    call('2', { tool: 'list_files', arguments: {} }),
    call('3', {
      tool: 'send_file',
      connector: 'mail',
      arguments: { path: '~/x' },
      ...denied,
      code: 'chain_deny',
      reason,
    }),
  ];

  it('points from a stop to what led to it', () => {
    const steps = taskSteps(story);
    expect(steps.map(({ sentence }) => sentence)).toEqual([
      'read page "https://example.com/"',
      'listed files',
      'tried to send file "~/x": stopped',
    ]);
    expect(steps[0]?.notes).toEqual(['The guard found text that speaks to the model (ignore-before): noted.']);
    expect(steps[1]).not.toHaveProperty('because');
    expect(steps[2]).toMatchObject({ because: '1', decision: 'denied', notes: [reason] });
    expect(taskSummary(steps)).toBe(
      'Read page "https://example.com/", then tried to send file "~/x": stopped. 3 calls, 1 stopped.',
    );
  });

  it('says so where what led to it is not here', () => {
    const [only] = taskSteps(story.slice(2));
    expect(only).not.toHaveProperty('because');
    expect(only?.notes).toEqual([
      reason,
      'What it speaks of came before these calls, or in another session of this client.',
    ]);
  });

  it.each([
    [[], '0 calls, none was stopped.'],
    [[call('1')], '1 call, none was stopped.'],
    [[call('1', denied)], 'Tried to read page "https://example.com/": stopped. 1 call, 1 stopped.'],
  ])('%#: in one sentence', (entries, summary) => {
    expect(taskSummary(taskSteps(entries))).toBe(summary);
  });
});
