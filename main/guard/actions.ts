/** What is done about each category: the built-in actions by kind of text, and what a person chose instead. */
import {
  GuardCategory,
  type GuardAction,
  type GuardChoices,
  type GuardSettings,
  type ScanKind,
} from '../../preload/contract/index.ts';
import type { GuardActions } from './scan-job.ts';

/** Injected instructions are soft: `block` is the most that their weights may add up to. */
const EVERYWHERE = {
  canary: 'block',
  contact: 'off',
  injection: 'block',
  poisoning: 'block',
  unscannable: 'block',
} as const;

const DEFAULTS: Readonly<Record<ScanKind, GuardActions>> = {
  // A definition stays in front of the model for a whole session, and nothing in it has a reason to be hidden.
  'tool-definition': { ...EVERYWHERE, live_secret: 'block', secret: 'block', pii: 'off', hidden_text: 'block' },
  input: { ...EVERYWHERE, live_secret: 'block', secret: 'block', pii: 'alert', hidden_text: 'alert' },
  output: { ...EVERYWHERE, live_secret: 'mask', secret: 'mask', pii: 'alert', hidden_text: 'mask' },
};

export function defaultActions(kind: ScanKind): GuardActions {
  return DEFAULTS[kind];
}

/** The actions for one connector: its own choices win over those for all, and these over the built-in ones. */
export function resolveActions(settings: GuardSettings, connector: string, kind: ScanKind): GuardActions {
  const own = Object.hasOwn(settings.connectors, connector) ? settings.connectors[connector] : undefined;
  const chosen: GuardChoices = { ...settings.all, ...own };
  const actions = { ...defaultActions(kind) };
  for (const category of GuardCategory.options) {
    const action = chosen[category];
    if (action !== undefined) actions[category] = possible(action, kind, category);
  }
  return actions;
}

/** A definition cannot be masked: a changed one is another tool. Nor can what was not looked at. */
function possible(action: GuardAction, kind: ScanKind, category: GuardCategory): GuardAction {
  return action === 'mask' && (kind === 'tool-definition' || category === 'unscannable') ? 'block' : action;
}
