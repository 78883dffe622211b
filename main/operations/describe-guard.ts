/** What a person is asked about the guard. */
import type { GuardCategory, OperationInput } from '../../preload/contract/index.ts';

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

const DONE = {
  off: 'It is not looked for any more.',
  alert: 'It is recorded and goes through.',
  mask: 'It is taken out, and the rest goes through.',
  block: 'What holds it does not go through.',
} as const;

export const GUARD_DESCRIPTIONS: {
  readonly 'guard.set': (input: OperationInput<'guard.set'>) => { readonly title: string; readonly detail: string };
} = {
  'guard.set': ({ connector, category, action }) => ({
    title: `Guard less against ${category} ${connector === null ? 'everywhere' : `on "${connector}"`}?`,
    detail: [
      `${category}: ${CATEGORY_TEXTS[category]}.`,
      `From now on: ${action ?? 'as built in'}. ${action === null ? '' : DONE[action]}`.trim(),
    ].join('\n'),
  }),
};
