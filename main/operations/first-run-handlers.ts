import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers } from './dispatch.ts';

/** Whether the first steps are still offered; kept with the settings, so that it holds for every window and browser. */
export function firstRunHandlers(settings: SettingsStore): Pick<Handlers, 'firstRun.state' | 'firstRun.finish'> {
  return {
    'firstRun.state': () => ({ done: settings.read().firstRun.done }),
    'firstRun.finish': (_input, { by }) => {
      if (!settings.read().firstRun.done)
        settings.update('firstRun.finish', by, (current) => ({ ...current, firstRun: { done: true } }));
      return {};
    },
  };
}
