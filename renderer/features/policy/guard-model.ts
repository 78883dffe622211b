/** What the guard does, in the words of its table. */
import type { GuardAction, GuardCategory } from '../../../preload/contract/guard.ts';
import type { GuardView } from '../../../preload/contract/policy-page.ts';
import { ACTION_WORDS } from './policy-words.ts';

/** No connector has an empty name. */
export const EVERYWHERE = '';

export const GUARD_TITLES: Readonly<Record<GuardCategory, string>> = {
  live_secret: 'Secrets that are in use',
  canary: 'Planted values',
  secret: 'Keys and tokens',
  pii: 'Card and identity numbers',
  contact: 'Addresses and telephone numbers',
  hidden_text: 'Hidden characters',
  injection: 'Text that gives orders',
  poisoning: 'Tools that reach too far',
  unscannable: 'What could not be read in time',
};

/** What a person chose; undefined where nobody did. */
export function choiceOf({ settings }: GuardView, on: string, category: GuardCategory): GuardAction | undefined {
  if (on === EVERYWHERE) return settings.all[category];
  return Object.hasOwn(settings.connectors, on) ? settings.connectors[on]?.[category] : undefined;
}

/** One text where it is the same for all, else one for each kind of text. */
export function builtInText({ builtIn }: GuardView['categories'][number]): string {
  const { input, output, 'tool-definition': definition } = builtIn;
  if (input === output && output === definition) return ACTION_WORDS[input];
  const said = (where: string, action: GuardAction): string => `${where}: ${ACTION_WORDS[action].toLowerCase()}`;
  return [said('sent', input), said('answered', output), said('about tools', definition)].join('; ');
}
