import type { Pins } from '../connectors/pins/pins-host.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers, WeakeningByInput } from './dispatch.ts';

export interface PinParts {
  readonly settings: Pick<SettingsStore, 'read' | 'update'>;
  readonly pins: Pick<Pins, 'list' | 'diff' | 'accept' | 'reset'>;
}

/** What servers offer, against what was agreed to. */
export function pinHandlers({ settings, pins }: PinParts): Pick<Handlers, `pins.${string}` & keyof Handlers> {
  return {
    'pins.list': (filter) => pins.list(filter),
    'pins.diff': (which) => pins.diff(which),
    'pins.accept': ({ connector, items }, { by }) => pins.accept(connector, items, by),
    'pins.reset': (which, { by }) => ({ forgotten: pins.reset(which, by) }),
    'pins.newItems': ({ mode }, { by }) => {
      if (settings.read().newItems !== mode)
        settings.update('pins.newItems', by, (current) => ({ ...current, newItems: mode }));
      return {};
    },
  };
}

/** To ask about what is new only tightens. */
export function pinWeakeningTests(settings: Pick<SettingsStore, 'read'>): WeakeningByInput {
  return { 'pins.newItems': ({ mode }) => mode === 'pin' && settings.read().newItems !== 'pin' };
}
