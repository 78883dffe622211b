/** What a test of one value is made of, and the words for why it could not be made. */
import { NotKept } from './recorded-value.ts';
import { ANY, FALSE, TRUE, UNDECIDABLE, type Truth } from './truth.ts';
import type { Work } from './work.ts';

export interface Leaf {
  /** What the value has to be, in words: `a number`. */
  readonly needs: string;
  /** Of a value that is there and was kept. */
  judge(value: unknown, work: Work): Truth;
  /** Of a text that was there and not kept. */
  readonly ofUnkeptText: Truth;
  /** Why `judge` could not tell, where it is not the type. */
  why?(value: unknown): string | undefined;
}

export function judge(leaf: Leaf, value: unknown, work: Work): Truth {
  if (value === undefined) return UNDECIDABLE;
  if (value instanceof NotKept) return value.kind === 'text' ? leaf.ofUnkeptText : ANY;
  return leaf.judge(value, work);
}

/** Whether something is there at all; the one test that a missing value answers. */
export function judgeExists(isWanted: boolean, value: unknown): Truth {
  if (value instanceof NotKept && value.kind === 'perhaps') return TRUE | FALSE;
  return (value !== undefined) === isWanted ? TRUE : FALSE;
}

export function typeWord(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : 'a number beyond all limits';
  return typeof value === 'boolean' ? 'true or false' : 'an object';
}

/** How the value is called; a pointer is the rule's own text. */
export function nameOf(at: string): string {
  return at === '' ? 'the arguments as a whole' : JSON.stringify(at);
}

/** Why the test gave no answer for this value; never holds the value. */
export function whyNot(leaf: Leaf, at: string, value: unknown): string {
  if (value === undefined) return `${nameOf(at)} is missing`;
  const own = leaf.why?.(value);
  return own === undefined ? `${nameOf(at)} is ${typeWord(value)}, not ${leaf.needs}` : `${nameOf(at)} ${own}`;
}
