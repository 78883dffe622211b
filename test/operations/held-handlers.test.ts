import { describe, expect, it } from 'vitest';
import type { HeldQuestion } from '../../preload/contract/index.ts';
import type { Caller } from '../../preload/contract/operation.ts';
import { eventForPage } from '../../main/operations/held-for-page.ts';
import { heldHandlers } from '../../main/operations/held-handlers.ts';
import { CLI } from './fakes.ts';

const question: HeldQuestion = {
  id: 'q1',
  hash: 'h',
  operation: 'clients.bringIn',
  title: 'Let AI clients start "x"?',
  detail: 'x --api-key hunter2',
  from: 'interface',
  createdAt: '2026-11-21T08:00:00.000Z',
  expiresAt: '2026-11-21T08:05:00.000Z',
};

const notUsed = (): never => {
  throw new Error('not used');
};
const held = {
  ask: notUsed,
  list: () => [question],
  answer: notUsed,
  refuse: (...no: unknown[]) => noes.push(no),
  close: notUsed,
};
const noes: unknown[] = [];
const { 'held.list': list, 'held.refuse': refuse } = heldHandlers({ held, openReview: notUsed, leave: notUsed });
const listed = (caller: Caller): unknown => list({}, { ...CLI, caller });

describe('what waits for an answer', () => {
  it('is whole in the approval window, and a title everywhere else', () => {
    expect(listed('window')).toEqual([question]);
    for (const caller of ['ui', 'shell'] as const)
      expect(listed(caller)).toEqual([{ ...question, hash: '', detail: '' }]);
  });

  it('is refused by a person in the approval window and the tray, and not by a page', () => {
    for (const caller of ['ui', 'shell', 'window'] as const) void refuse({ id: 'q1' }, { ...CLI, caller });
    const { by } = CLI;
    expect(noes).toEqual([false, true, true].map((isPerson) => ['q1', { by, isPerson }]));
  });

  it('is announced to a page without what it is about', () => {
    expect(JSON.stringify(eventForPage({ type: 'held_waiting', question }))).not.toContain('hunter2');
    expect(eventForPage({ type: 'status_changed' })).toEqual({ type: 'status_changed' });
  });
});
