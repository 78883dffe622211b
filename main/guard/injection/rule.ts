/**
 * One family of phrases, as structure: verbs, what stands between, nouns. Patterns run over lower-case text. They are linear in
 * practice and bounded in principle: every gap has a limit and stops at the end of a sentence, no quantifier stands inside another
 * without one, and each runs only in windows round its anchors.
 */
import type { ScanKind } from '../../../preload/contract/index.ts';

export interface PhraseRule {
  /** Stable name, `[a-z0-9-]{1,64}`. */
  readonly rule: string;
  readonly weight: 1 | 2 | 3;
  /** Lower-case; each match of the pattern holds at least one of them. */
  readonly anchors: readonly string[];
  readonly pattern: RegExp;
  /** Where it is looked for; everywhere if absent. */
  readonly kinds?: readonly ScanKind[];
}

/** What may stand between two words of one phrase: spaces, quotes, light marks; never the end of a sentence. */
const BETWEEN = `(?:[\\s"'\`*_,:()\\[\\]>-]{1,4})`;
const MEANING: Readonly<Record<string, string>> = {
  ' ': BETWEEN,
  '…': '(?:[^.!?]{0,40}?)',
  '‥': '(?:[^.!?]{0,16}?)',
  '’': "(?:['’]?)",
};
/** An escape, a class, or one character. */
const TOKEN = /\\.|\[(?:\\.|[^\\\]])*\]|[^]/gu;

/**
 * Compiles a phrase: outside of classes, a space is "between two words", `…` up to forty characters of the same sentence, `‥` up to
 * sixteen, `’` an apostrophe of any kind or none.
 */
export function phrase(source: string): RegExp {
  return new RegExp(
    source.replaceAll(TOKEN, (token) => MEANING[token] ?? token),
    'gu',
  );
}
