/** What a person is asked about canaries. */
import { displayText } from '../connectors/display.ts';
import type { Descriptions } from './describe.ts';

export const CANARY_DESCRIPTIONS = {
  'guard.removeCanary': ({ name }) => ({
    title: 'Let a planted value pass?',
    detail: [
      displayText(name),
      '',
      'Nothing looks for it any more, wherever it still is; it cannot be shown again.',
    ].join('\n'),
  }),
} satisfies Descriptions;
