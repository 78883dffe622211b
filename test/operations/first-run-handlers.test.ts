import { expect, it } from 'vitest';
import { firstRunHandlers } from '../../main/operations/first-run-handlers.ts';
import { CLI, memorySettings } from './fakes.ts';

it('the first steps are offered until they were taken or left out, once', async () => {
  const settings = memorySettings();
  const handlers = firstRunHandlers(settings);
  expect(handlers['firstRun.state']({}, CLI)).toEqual({ done: false });
  await handlers['firstRun.finish']({}, CLI);
  await handlers['firstRun.finish']({}, CLI);
  expect(handlers['firstRun.state']({}, CLI)).toEqual({ done: true });
  expect(settings.writes).toEqual(['firstRun.finish by a test']);
});
