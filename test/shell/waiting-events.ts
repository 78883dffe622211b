import type { ApprovalView } from '../../preload/contract/approval.ts';
import type { CompanionEvent } from '../../preload/contract/events.ts';

/** A call that waits, as the companion tells of it. */
export function approvalWaiting(id: string, change: Partial<ApprovalView> = {}): CompanionEvent {
  return {
    type: 'approval_waiting',
    approval: {
      id,
      hash: `hash-${id}`,
      connector: 'git',
      tool: 'push',
      client: 'Cursor',
      about: 'call',
      arguments: '{}',
      reason: 'A rule asks.',
      createdAt: '2026-11-21T08:00:00.000Z',
      expiresAt: '2026-11-21T08:05:00.000Z',
      state: 'waiting',
      ...change,
    },
  };
}

export function heldWaiting(id: string, title = 'Let calls through again?'): CompanionEvent {
  return {
    type: 'held_waiting',
    question: {
      id,
      hash: `hash-${id}`,
      operation: 'lockdown.off',
      title,
      detail: 'all of it',
      from: 'tray',
      createdAt: '2026-11-21T08:00:00.000Z',
      expiresAt: '2026-11-21T08:05:00.000Z',
    },
  };
}
