/** A chain as a form. */
import type { NewChain, TaintLabel } from '../../../preload/contract/policy.ts';

export const EMPTY_CHAIN: NewChain = {
  effect: 'ask',
  after: { connector: '*', tool: '*', holding: 'anything' },
  before: { connector: '*', tool: '' },
};

export const HOLDING_WORDS: Readonly<Record<TaintLabel, string>> = {
  anything: 'gave any answer',
  secret: 'gave an answer in which a secret was found',
  injection: 'gave an answer with text that gives orders',
};

/** What is asked of the companion: names without spaces around them, a note only where there is one. */
export function chainToText({ effect, after, before, note }: NewChain): string {
  return JSON.stringify({
    effect,
    after: { connector: after.connector.trim(), tool: after.tool.trim(), holding: after.holding },
    before: { connector: before.connector.trim(), tool: before.tool.trim() },
    ...(note === undefined || note.trim() === '' ? {} : { note }),
  });
}
