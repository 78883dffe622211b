import { expect, it } from 'vitest';
import { answeredDetail } from '../../main/approval/question-end.ts';
import { aRequest, rig } from './rig.ts';

it('the record of an answer says what was answered, never what was in it', () => {
  const r = rig();
  void r.ask(aRequest({ text: 'hunter2' }));
  const [view] = r.approvals.list();
  if (view === undefined) throw new Error('nothing waits');
  expect(answeredDetail(view, 'approved', 'cli, process 1', { key: '0123456789abcdef', scope: 'hour' })).toEqual({
    approval: 'a1',
    tool: 'write',
    client: 'cursor',
    about: 'call',
    answer: 'approved',
    by: 'cli, process 1',
    key: '0123456789abcdef',
    scope: 'hour',
  });
  const denied = answeredDetail(view, 'timeout', 'nobody', { key: '0' });
  expect(JSON.stringify(denied)).not.toContain('hunter2');
  expect(denied).not.toHaveProperty('scope');
});
