/** What is opened to the page was judged, one operation after the other: a script in it may be anybody's. */
import { describe, expect, it } from 'vitest';
import { operations } from '../../preload/contract/index.ts';
import { UI_OPERATIONS } from './ui-operations.ts';

const open = Object.entries(operations).filter(([, { callers }]) => (callers as readonly string[]).includes('ui'));

describe('the operations of the interface', () => {
  it('are those that were judged', () => {
    expect(open.map(([name]) => name).toSorted()).toEqual(Object.keys(UI_OPERATIONS).toSorted());
  });

  it.each(open)(
    '%s is held where it always weakens, and held or judged otherwise where it may',
    (name, { weakens }) => {
      const judged = (UI_OPERATIONS as Readonly<Record<string, string>>)[name];
      if (weakens !== 'never') expect(judged).toBe('held');
      else expect(judged).not.toBe('held');
    },
  );

  it('give no secret: neither a new token nor a canary', () => {
    const names = open.map(([name]) => name);
    for (const secret of ['hub.bind', 'hub.rotate', 'guard.canary', 'interface.link', 'connectors.definition'])
      expect(names).not.toContain(secret);
  });

  it('never answer what is held', () => {
    for (const name of ['held.answer', 'approvals.approve'] as const)
      expect(operations[name].callers).not.toContain('ui');
  });
});
