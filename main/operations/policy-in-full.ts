/** Whether a sentence says all of a rule or chain; where it does not, the whole of it as it is kept. */
import type { NewChain, NewRule } from '../../preload/contract/index.ts';

/**
 * What a sentence has where something was cut, counted or nested too deep; and an escaped quotation mark, behind which a name could
 * read like the sentence itself. Too often is no harm.
 */
const MAY_BE_CUT = /…|\bor \d+ more\b|\(more conditions\)|\\"/;

/** JSON without id, time and note; undefined where the sentence says it all. */
export function inFull(sentence: string, one: NewRule | NewChain): string | undefined {
  if (!MAY_BE_CUT.test(sentence)) return undefined;
  return JSON.stringify({ ...one, id: undefined, createdAt: undefined, note: undefined });
}
