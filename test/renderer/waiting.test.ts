import { describe, expect, it } from 'vitest';
import type { ApprovalView } from '../../preload/contract/approval.ts';
import type { HeldQuestion } from '../../preload/contract/held.ts';
import { waitingOf } from '../../renderer/approval/waiting.ts';

const held: HeldQuestion = {
  id: 'q1',
  hash: 'h1',
  operation: 'policy.add',
  title: 'Add this rule?',
  detail: 'allow files/*',
  from: 'interface',
  createdAt: '2026-11-21T10:00:01.000Z',
  expiresAt: '2026-11-21T10:05:01.000Z',
};
const call: ApprovalView = {
  id: 'a1',
  hash: 'h2',
  connector: 'files',
  tool: 'write',
  client: 'Cursor',
  about: 'call',
  arguments: '{}',
  reason: 'A rule asks.',
  createdAt: '2026-11-21T10:00:00.000Z',
  expiresAt: '2026-11-21T10:05:00.000Z',
  state: 'waiting',
};

describe('what waits', () => {
  it('stands in the order in which it began, each with its hash and all of it', () => {
    expect(waitingOf([held], [call])).toEqual([
      {
        key: 'call:a1',
        kind: 'call',
        id: 'a1',
        hash: 'h2',
        title: 'Cursor wants to call write',
        reason: 'A rule asks.',
        from: 'files',
        client: 'Cursor',
        detail: '{}',
        changes: [],
        expiresAt: call.expiresAt,
        scopes: ['once', 'session', 'hour'],
      },
      {
        key: 'question:q1',
        kind: 'question',
        id: 'q1',
        hash: 'h1',
        title: 'Add this rule?',
        reason: '',
        from: 'interface',
        client: undefined,
        detail: 'allow files/*',
        changes: [],
        expiresAt: held.expiresAt,
        scopes: ['once'],
      },
    ]);
  });

  it('leaves out what was approved, keeps what its client will call again', () => {
    const states = (['approved', 'pending', 'waiting'] as const).map((state) => ({ ...call, id: state, state }));
    expect(waitingOf([], states).map(({ id }) => id)).toEqual(['pending', 'waiting']);
  });

  it('remembers no yes to an answer', () => {
    expect(waitingOf([], [{ ...call, about: 'answer' }])).toMatchObject([
      { title: 'Cursor is to get an answer of write', scopes: ['once'] },
    ]);
  });
});
