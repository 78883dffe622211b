/** What the guard does about what it finds, as a person set it, and texts that a person wants looked at. */
import type { GuardAction, GuardSettings } from '../../preload/contract/index.ts';
import { GuardCategory, ScanKind } from '../../preload/contract/index.ts';
import { unknownConnector } from '../connectors/startable-connector.ts';
import { defaultActions, resolveActions } from '../guard/actions.ts';
import type { Scanner } from '../scanner/scanner.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { CATEGORY_TEXTS } from './describe-guard.ts';
import type { Handlers, WeakeningByInput } from './dispatch.ts';
import { withChoice } from './guard-choices.ts';

export interface GuardParts {
  readonly settings: Pick<SettingsStore, 'read' | 'update'>;
  readonly scan: Scanner['scan'];
}

type GuardHandlers = Pick<Handlers, 'guard.scan' | 'guard.settings' | 'guard.view' | 'guard.set'>;

/** All who ask this way are one session for the scanner: they wait for each other, and no session waits for them. */
const SCAN_KEY = 'guard.scan';
/** No connector has an empty name: what holds for all of those without choices of their own. */
const ANY = '';

export function guardHandlers({ settings, scan }: GuardParts): GuardHandlers {
  const isKnown = (name: string): boolean => settings.read().connectors.some((connector) => connector.name === name);
  return {
    'guard.scan': async ({ lines, connector }) => {
      if (connector !== undefined && !isKnown(connector)) throw unknownConnector(connector);
      const { guard } = settings.read();
      const answers = [];
      for (const { kind, text } of lines) {
        const actions = resolveActions(guard, connector ?? ANY, kind);
        const { verdict, findings } = await scan(SCAN_KEY, {
          kind,
          format: 'text',
          source: Buffer.from(text),
          actions,
        });
        answers.push({ verdict, findings: [...findings] });
      }
      return answers;
    },
    'guard.settings': () => settings.read().guard,
    'guard.view': () => ({
      categories: GuardCategory.options.map((category) => ({
        category,
        text: CATEGORY_TEXTS[category],
        builtIn: {
          input: defaultActions('input')[category],
          output: defaultActions('output')[category],
          'tool-definition': defaultActions('tool-definition')[category],
        },
      })),
      settings: settings.read().guard,
      connectors: settings.read().connectors.map(({ name }) => name),
    }),
    'guard.set': (input, context) => {
      const { connector } = input;
      // What was set for one that is gone can still be taken back.
      if (connector !== null && !isKnown(connector) && !Object.hasOwn(settings.read().guard.connectors, connector))
        throw unknownConnector(connector);
      return settings.update('guard.set', context.by, (current) => ({
        ...current,
        guard: withChoice(current.guard, input),
      })).guard;
    },
  };
}

const STRICTNESS: Readonly<Record<GuardAction, number>> = { off: 0, alert: 1, mask: 2, block: 3 };

/** Milder for any kind of text, on any connector, than it is now. */
function isMilder(before: GuardSettings, after: GuardSettings): boolean {
  const connectors = [ANY, ...Object.keys(before.connectors), ...Object.keys(after.connectors)];
  return connectors.some((connector) =>
    ScanKind.options.some((kind) => {
      const was = resolveActions(before, connector, kind);
      const is = resolveActions(after, connector, kind);
      return GuardCategory.options.some((category) => STRICTNESS[is[category]] < STRICTNESS[was[category]]);
    }),
  );
}

export function guardWeakeningTests(settings: Pick<SettingsStore, 'read'>): WeakeningByInput {
  return {
    'guard.set': (input) => {
      const { guard } = settings.read();
      return isMilder(guard, withChoice(guard, input));
    },
  };
}
