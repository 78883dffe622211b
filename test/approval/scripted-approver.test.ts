import { expect, it } from 'vitest';
import { aRequest, rig } from './rig.ts';
import { scriptedApprover } from './scripted-approver.ts';

it('answers as it is told to, and leaves the rest waiting', async () => {
  const person = scriptedApprover({ write: 'approve', remove: 'deny', move: { approve: 'session' } });
  const r = rig({ announce: person.announce });
  person.attach(r.approvals);
  expect((await r.ask()).code).toBe('approval_granted');
  expect((await r.ask(aRequest({}, { tool: 'remove' }))).code).toBe('approval_denied');
  expect((await r.ask(aRequest({}, { tool: 'move' }))).code).toBe('approval_granted');
  expect((await r.ask(aRequest({ other: 1 }, { tool: 'move' }))).code).toBe('grant_allow');
  const read = r.ask(aRequest({}, { tool: 'read' }));
  expect(await person.asked(4)).toMatchObject({ tool: 'read' });
  r.approvals.close();
  expect((await read).code).toBe('approval_quit');
  expect(person.seen.map(({ tool }) => tool)).toEqual(['write', 'remove', 'move', 'read']);
});

it('by a function; what was taken back meanwhile gets no answer', async () => {
  const person = scriptedApprover(({ arguments: text }) => (text.includes('yes') ? 'approve' : 'deny'));
  const r = rig({ announce: person.announce });
  person.attach(r.approvals);
  const second = person.asked(2);
  expect((await r.ask(aRequest('yes'))).effect).toBe('allow');
  const controller = new AbortController();
  const answer = r.ask(aRequest('no'), controller.signal);
  controller.abort();
  expect((await answer).code).toBe('approval_cancelled');
  expect((await second).id).toBe('a2');
  expect(r.recorded).toEqual(['a1 approved script', 'a2 cancelled nobody']);
});
