import { expect, it } from 'vitest';
import { grantCondition } from '../../main/approval/grant-condition.ts';
import type { Condition } from '../../preload/contract/index.ts';
import { aRequest, rig } from './rig.ts';

const fits = grantCondition();

it.each<readonly [Condition, unknown, boolean]>([
  [{ at: '/repo', eq: 'a/b' }, { repo: 'a/b' }, true],
  [{ at: '/repo', eq: 'a/b' }, { repo: 'A/B' }, false],
  [{ at: '/repo', eq: 'a/b' }, { repo: ['a/b'] }, false],
  [{ at: '/repo', eq: 'a/b' }, {}, false],
  [{ at: '/repo', eq: 'a/b' }, undefined, false],
  [{ not: { at: '/repo', eq: 'a/b' } }, { repo: 'c' }, true],
  [{ not: { at: '/repo', eq: 'a/b' } }, {}, false],
  [{ not: { at: '/repo', eq: 'a/b' } }, { repo: 'A/B' }, false],
  [{ at: '/n', lt: 10 }, { n: 9 }, true],
  [{ at: '/n', lt: 10 }, { n: '9' }, false],
  [{ at: '/repo', regex: '(' }, { repo: '(' }, false],
  [{ at: '/path', path_under: ['/data'] }, { path: '/data/x' }, false],
])('%j of %j: %s', (when, args, expected) => {
  expect(fits(when, args)).toBe(expected);
  expect(fits(when, args)).toBe(expected);
});

it('narrows a grant: what cannot be told waits for a person', async () => {
  const r = rig({ fits });
  const answer = r.ask(aRequest({ repo: 'a/b', text: 'x' }));
  r.approvals.answer('a1', 'approved', 'person', { scope: 'hour', when: { at: '/repo', eq: 'a/b' } });
  await answer;
  expect((await r.ask(aRequest({ repo: 'a/b', text: 'y' }))).code).toBe('grant_allow');
  void r.ask(aRequest({ repo: ['a/b'], text: 'y' }));
  void r.ask(aRequest({ text: 'y' }));
  expect(r.approvals.list()).toHaveLength(2);
});
