/** The operations of the hub. */
import { weakensConfig } from '../hub/weakening.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers, WeakeningTests } from './dispatch.ts';
import { hubBindingHandlers } from './hub-binding-handlers.ts';
import { hubConfigHandlers } from './hub-config-handlers.ts';
import { hubListenerHandlers } from './hub-listener-handlers.ts';
import type { HubParts } from './hub-parts.ts';

type HubHandlers = Pick<Handlers, Extract<keyof Handlers, `hub.${string}`>>;

export function hubHandlers(parts: HubParts): HubHandlers {
  return { ...hubConfigHandlers(parts), ...hubBindingHandlers(parts), ...hubListenerHandlers(parts) };
}

export function hubWeakeningTests(settings: SettingsStore): WeakeningTests {
  return {
    // A config of a connector opens nothing until it is bound; an address is agreed to with its config. A page could take one away
    // and put another in its place, which a person then binds by its name: what a page makes is looked at first.
    // One that is there already, or below is not, is refused by the handler, which says so.
    'hub.configs.create': ({ name, target }, { caller }) =>
      (caller === 'ui' || 'endpoint' in target) && !settings.read().hub.configs.some((config) => config.name === name),
    'hub.configs.update': ({ name, ...change }) => {
      const config = settings.read().hub.configs.find((candidate) => candidate.name === name);
      return config !== undefined && weakensConfig(config, change);
    },
  };
}
