import { describe, expect, it } from 'vitest';
import type { Decision } from '../../preload/contract/index.ts';
import { call, harness, listTools, policyOf, rule, tool, decision } from './harness.ts';

describe('when everything is stopped', () => {
  it('what the server works at is taken back, and its late answer finds nobody', () => {
    const h = harness();
    listTools(h, [tool('read')]);
    h.fromClient(call(1, 'read'), call('two', 'read'), { id: 3, method: 'ping' });
    h.server.take();
    expect(h.session.lockDown()).toBe(2);
    expect(h.server.messages()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: 1 } },
      { method: 'notifications/cancelled', params: { requestId: 'two' } },
    ]);
    const answers = h.client.messages();
    expect(answers.map(({ id }) => id)).toEqual([1, 'two']);
    expect(answers[0]?.result?._meta?.['com.runlayer/decision'].code).toBe('lockdown');
    expect(h.trail().slice(-2)).toEqual(['outcome cancelled read', 'outcome cancelled read']);
    h.fromServer({ id: 1, result: { content: [] } }, { id: 3, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 3 }]);
  });

  it('what waits for a person is refused, and the question is withdrawn', async () => {
    const h = harness({ policy: policyOf('allow', [rule('ask', 'read')]) });
    listTools(h, [tool('read')]);
    h.fromClient(call(1, 'read'));
    expect(h.questions).toHaveLength(1);
    expect(h.session.lockDown()).toBe(1);
    expect(h.questions[0]?.signal.aborted).toBe(true);
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { isError: true } }]);
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.trail()).toEqual(['intent deny lockdown read', 'outcome refused read']);
  });

  it('nothing that a server says meanwhile reaches the client, and nothing is asked of it', () => {
    const stopped: Decision = { ...decision('deny', 'lockdown'), decidedBy: 'engine' };
    const h = harness();
    listTools(h, [tool('read')]);
    h.policy = { ...h.policy, decideRequest: () => stopped, decideCall: () => stopped };
    h.fromServer(
      { method: 'notifications/progress', params: { progressToken: 1, progress: 1, message: 'still at it' } },
      { method: 'notifications/message', params: { level: 'info', data: 'x' } },
      { id: 9, method: 'sampling/createMessage', params: {} },
      { method: 'notifications/tools/list_changed' },
    );
    expect(h.client.messages()).toMatchObject([{ method: 'notifications/tools/list_changed' }]);
    expect(h.server.messages()).toMatchObject([{ id: 9, error: { code: -31001 } }]);
  });

  it('nothing under way is nothing to end', () => {
    const h = harness();
    expect(h.session.lockDown()).toBe(0);
    expect(h.client.take() + h.server.take()).toBe('');
  });
});
