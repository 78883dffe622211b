import { expect, it } from 'vitest';
import { firstRunHandlers } from '../../main/operations/first-run-handlers.ts';
import { CLI } from './fakes.ts';

it('the first steps are offered until they were taken or left out', async () => {
  let done = false;
  const handlers = firstRunHandlers({ areDone: () => done, finish: () => void (done = true) });
  expect(handlers['firstRun.state']({}, CLI)).toEqual({ done: false });
  expect(await handlers['firstRun.finish']({}, CLI)).toEqual({});
  expect(handlers['firstRun.state']({}, CLI)).toEqual({ done: true });
});
