/** What a person is asked about the guard. */
import {
  ScanKind,
  type GuardAction,
  type GuardCategory,
  type GuardSettings,
  type OperationInput,
} from '../../preload/contract/index.ts';
import { displayText } from '../connectors/display.ts';
import { resolveActions } from '../guard/actions.ts';
import { withChoice } from './guard-choices.ts';

type GuardSet = OperationInput<'guard.set'>;

/** What each category is about, for people. */
export const CATEGORY_TEXTS: Readonly<Record<GuardCategory, string>> = {
  live_secret: 'the value of a secret that a running server holds',
  canary: 'a planted value that nothing may ever show',
  secret: 'keys, tokens and private keys of a known format',
  pii: 'cards, IBANs and national numbers',
  contact: 'addresses and telephone numbers',
  hidden_text: 'characters that a person does not see',
  injection: 'text that gives the model orders',
  poisoning: 'definitions that reach for what is not theirs',
  unscannable: 'what could not be looked at whole in time',
};

const DONE: Readonly<Record<GuardAction, string>> = {
  off: 'It is not looked for any more.',
  alert: 'It is recorded and goes through.',
  mask: 'It is taken out, and the rest goes through.',
  block: 'What holds it does not go through.',
};

const KINDS: Readonly<Record<ScanKind, string>> = {
  input: 'in what goes to a server',
  output: 'in what a server answers',
  'tool-definition': 'in what a server says of its tools',
};

/** No connector has an empty name: what holds for all of those without choices of their own. */
const ANY = '';

/** Each kind of text for which it will be another action than it is. */
function changes(guard: GuardSettings, input: GuardSet): string[] {
  const on = input.connector ?? ANY;
  const after = withChoice(guard, input);
  return ScanKind.options.flatMap((kind) => {
    const was = resolveActions(guard, on, kind)[input.category];
    const is = resolveActions(after, on, kind)[input.category];
    return was === is ? [] : [`  ${KINDS[kind]}: ${was} → ${is}. ${DONE[is]}`];
  });
}

/** `guard`: as it is now, so that what changes is shown as it was and as it would be. */
export function describeGuardSet(input: GuardSet, guard: GuardSettings): { title: string; detail: string } {
  const { connector, category, action } = input;
  return {
    title: `Guard less against ${category} ${connector === null ? 'everywhere' : `on "${displayText(connector)}"`}?`,
    detail: [
      `${category}: ${CATEGORY_TEXTS[category]}.`,
      `Chosen: ${action ?? 'as built in'}.`,
      ...changes(guard, input),
      ...(connector === null ? ['Connectors with a choice of their own for it stay as they are.'] : []),
    ].join('\n'),
  };
}
