import { describe, expect, it } from 'vitest';
import { describeApproval } from '../../main/operations/describe-approval.ts';

const call = (id: string): string => `call ${id}`;

describe('what the window asks about a call that waits', () => {
  it('is about the very call, and that one alone unless more was asked for', () => {
    expect(describeApproval({ id: 'abc' }, call)).toEqual({
      title: 'Let exactly this call through?',
      detail: 'call abc',
    });
  });

  it.each([
    ['session', 'until its session ends'],
    ['hour', 'for an hour'],
  ] as const)('for the %s says how long, and for which calls', (scope, words) => {
    const { title, detail } = describeApproval({ id: 'abc', scope }, call);
    expect(title).toContain(words);
    expect(title).toMatch(/every other call of this tool by this client, with any arguments\?$/);
    expect(detail).toMatch(/^Its rules are looked at again each time;/);
    expect(detail).toMatch(/\n\ncall abc$/);
  });

  it('shows the whole condition, and nothing unseen in it', () => {
    const when = {
      and: [
        { at: '/path', glob: '/data/\u202e*' },
        { at: '/n', lt: 3 },
      ],
    };
    const { title, detail } = describeApproval({ id: 'abc', scope: 'hour', when }, call);
    expect(title).toMatch(/by this client whose arguments fit the condition below\?$/);
    expect(detail).toContain(String.raw`fit {"and":[{"at":"/path","glob":"/data/\u{202e}*"},{"at":"/n","lt":3}]}.`);
  });
});
