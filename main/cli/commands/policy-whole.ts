/**
 * Rules as a person agrees to them: the sentence, and where it leaves anything out the whole rule as it is kept. A sentence that
 * sums up must never be all that somebody saw before a yes.
 */
import type { NewChain, NewRule, Rule } from '../../../preload/contract/index.ts';
import { inFull } from '../../operations/policy-in-full.ts';
import { chainSentence, ruleSentence } from '../../policy/sentence.ts';
import { hang, shown } from './render.ts';

function whole(sentence: string, one: NewRule | NewChain): string {
  const full = inFull(sentence, one);
  return full === undefined ? sentence : `${sentence} In full: ${full}`;
}

/** One line, for a question. */
export const wholeRule = (rule: NewRule | Rule): string => whole(ruleSentence(rule), rule);
export const wholeChain = (chain: NewChain): string => whole(chainSentence(chain), chain);

/** The rest of a sentence, on a line of its own that is never folded; nothing where the sentence says it all. */
export function restOf(indent: string, sentence: string, one: NewRule | NewChain): string {
  const full = inFull(sentence, one);
  return full === undefined ? '' : `${indent}in full: ${shown(full)}\n`;
}

export function ruleLines(mark: string, rule: NewRule | Rule): string {
  const sentence = ruleSentence(rule);
  const note = rule.note === undefined ? '' : hang('    note: ', rule.note);
  return `${hang(mark, sentence)}${restOf('    ', sentence, rule)}${note}`;
}

export function chainLines(mark: string, chain: NewChain): string {
  const sentence = chainSentence(chain);
  return `${hang(mark, sentence)}${restOf('    ', sentence, chain)}`;
}

interface Identified {
  readonly id: string;
}

/** Those of the one list that the other lacks. */
export function lacking<T extends Identified>(all: readonly T[], others: readonly Identified[]): T[] {
  const known = new Set(others.map(({ id }) => id));
  return all.filter(({ id }) => !known.has(id));
}
