/**
 * Tests of a whole text: globs and regular expressions. `wide` (deny and ask) also reads the text as a person would: without
 * case, invisible characters and look-alikes. Regular expressions are RE2's and linear; what would still take long, or is
 * none, is undecidable.
 */
import { RE2JS } from 're2js';
import { foldText, isAscii, readableText } from './fold.ts';
import { longGlobMatches } from './glob.ts';
import type { Leaf } from './leaf.ts';
import { MAX_FOLDED, TOO_LONG } from './scalar-tests.ts';
import { ANY, TRUE, truthOf, UNDECIDABLE, type Truth } from './truth.ts';

/** Of text characters times states of the expression; about 20 ms at the worst. */
const MAX_STEPS = 20_000_000;
/** How much longer a character takes that is not ASCII. */
const SLOWER = 8;

function textLeaf(judge: (text: string) => Truth, problem?: string): Leaf {
  return {
    needs: 'text',
    ofUnkeptText: ANY,
    judge: (value) => (typeof value === 'string' && problem === undefined ? judge(value) : UNDECIDABLE),
    why: (value) => {
      if (problem !== undefined) return `is compared with something that cannot be used: ${problem}`;
      if (typeof value !== 'string') return undefined;
      return value.length > MAX_FOLDED ? TOO_LONG : 'is too long for what it is compared with';
    },
  };
}

export function globbed(glob: string, wide: boolean): Leaf {
  const folded = foldText(glob);
  return textLeaf((text) => {
    const raw = longGlobMatches(glob, text);
    if (raw === true || (!wide && raw === false)) return truthOf(raw);
    if (!wide || text.length > MAX_FOLDED) return UNDECIDABLE;
    const plain = foldText(text);
    const read = plain === text && folded === glob ? raw : longGlobMatches(folded, plain);
    if (read === true) return TRUE;
    return raw === undefined || read === undefined ? UNDECIDABLE : truthOf(false);
  });
}

function compiled(pattern: string, flags: number): RE2JS | string {
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why the expression cannot be used; undefined where it can. */
export function regexProblem(pattern: string): string | undefined {
  const found = compiled(pattern, RE2JS.CASE_INSENSITIVE);
  return typeof found === 'string' ? found : undefined;
}

export function matched(pattern: string, wide: boolean): Leaf {
  const exact = compiled(pattern, 0);
  const loose = compiled(pattern, RE2JS.CASE_INSENSITIVE);
  if (typeof exact === 'string') return textLeaf(() => UNDECIDABLE, exact);
  if (typeof loose === 'string') return textLeaf(() => UNDECIDABLE, loose);
  const most = MAX_STEPS / Math.max(exact.programSize(), loose.programSize());
  const isShort = (text: string): boolean =>
    text.length <= MAX_FOLDED && text.length * (isAscii(text) ? 1 : SLOWER) <= most;
  return textLeaf((text) => {
    if (!isShort(text)) return UNDECIDABLE;
    if (!wide) return truthOf(exact.test(text));
    if (exact.test(text) || loose.test(text)) return TRUE;
    // Case alone was looked at; these differ from it where a look-alike or something invisible is in the text.
    const read = readableText(text);
    const folded = foldText(text);
    if (!isShort(read) || !isShort(folded)) return UNDECIDABLE;
    return truthOf((read !== text && loose.test(read)) || (folded !== read && loose.test(folded)));
  });
}
