/**
 * Tests of a whole text: globs and regular expressions. `wide` (deny and ask) also reads the text as a person would: without
 * case, invisible characters and look-alikes. Regular expressions are RE2's and linear; what would still take long, or is
 * none, is undecidable.
 */
import type { RE2JS } from 're2js';
import { compiledExpression } from './expressions.ts';
import { foldText, isAscii } from './fold.ts';
import { longGlobMatches } from './glob.ts';
import type { Leaf } from './leaf.ts';
import { MAX_FOLDED, TOO_LONG } from './scalar-tests.ts';
import { ANY, FALSE, or, TRUE, truthOf, UNDECIDABLE, type Truth } from './truth.ts';
import { SLOWER, type Work } from './work.ts';

/** Of text characters times states of the expression; about 20 ms at the worst. */
const MAX_STEPS = 20_000_000;

function textLeaf(judge: (text: string, work: Work) => Truth, problem?: string): Leaf {
  return {
    needs: 'text',
    ofUnkeptText: ANY,
    judge: (value, work) => (typeof value === 'string' && problem === undefined ? judge(value, work) : UNDECIDABLE),
    why: (value) => {
      if (problem !== undefined) return `is compared with something that cannot be used: ${problem}`;
      if (typeof value !== 'string') return undefined;
      return value.length > MAX_FOLDED ? TOO_LONG : 'is too long for what it is compared with';
    },
  };
}

export function globbed(glob: string, wide: boolean): Leaf {
  const folded = foldText(glob);
  const factor = glob.includes('?') ? glob.length : 1;
  return textLeaf((text, work) => {
    if (!work.spend(text.length * factor)) return UNDECIDABLE;
    const raw = longGlobMatches(glob, text);
    if (raw === true || (!wide && raw === false)) return truthOf(raw);
    if (!wide || text.length > MAX_FOLDED) return UNDECIDABLE;
    const plain = work.fold(text);
    if (plain === undefined || !work.spend(plain.length * factor)) return UNDECIDABLE;
    const read = plain === text && folded === glob ? raw : longGlobMatches(folded, plain);
    if (read === true) return TRUE;
    return raw === undefined || read === undefined ? UNDECIDABLE : FALSE;
  });
}

export function matched(pattern: string, wide: boolean, isUsed = true): Leaf {
  if (!isUsed) return textLeaf(() => UNDECIDABLE, 'the rules hold too many expressions');
  const exact = compiledExpression(pattern, false);
  const loose = compiledExpression(pattern, true);
  if (typeof exact === 'string') return textLeaf(() => UNDECIDABLE, exact);
  if (typeof loose === 'string') return textLeaf(() => UNDECIDABLE, loose);
  const size = Math.max(exact.programSize(), loose.programSize());
  const found = (by: RE2JS, text: string, work: Work): Truth => {
    const steps = text.length * (isAscii(text) ? 1 : SLOWER) * size;
    return steps <= MAX_STEPS && work.spend(steps) ? truthOf(by.test(text)) : UNDECIDABLE;
  };
  return textLeaf((text, work) => {
    if (text.length > MAX_FOLDED) return UNDECIDABLE;
    const asItStands = found(exact, text, work);
    if (!wide || asItStands !== FALSE) return asItStands;
    const anyCase = found(loose, text, work);
    if (anyCase !== FALSE) return anyCase;
    // Case alone was looked at; these differ from it where a look-alike or something invisible is in the text.
    const read = work.read(text);
    const folded = work.fold(text);
    if (read === undefined || folded === undefined) return UNDECIDABLE;
    return or(read === text ? FALSE : found(loose, read, work), folded === read ? FALSE : found(loose, folded, work));
  });
}
