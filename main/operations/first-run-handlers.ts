import type { FirstSteps } from '../host/first-steps.ts';
import type { Handlers } from './dispatch.ts';

/** Whether the first steps are still offered. */
export function firstRunHandlers(steps: FirstSteps): Pick<Handlers, 'firstRun.state' | 'firstRun.finish'> {
  return {
    'firstRun.state': () => ({ done: steps.areDone() }),
    'firstRun.finish': () => {
      steps.finish();
      return {};
    },
  };
}
