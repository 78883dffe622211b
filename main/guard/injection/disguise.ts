/** Where in a text words look disguised: letters apart, or digits between letters. The rest need not be read a second time. */
import { Literals } from '../literals.ts';

export interface Region {
  readonly start: number;
  readonly end: number;
}

/** Seven single letters with a mark or space after each. */
const APART =
  /(?<![a-z0-9])[a-z0-9@$][ \t._\-*|/~^+·•]{1,4}(?:[a-z0-9@$][ \t._\-*|/~^+·•]{1,4}){5}[a-z0-9@$](?![a-z0-9])/giu;
/** A digit that stands for a letter, between letters. */
const DIGIT_INSIDE = /[a-z][0134579@$!]{1,2}[a-z]/giu;
const WORD_CHARACTER = /[a-z0-9@$!]/iu;
/** Identifiers and encoded runs are longer, or hold digits that stand for nothing. */
const MAX_WORD = 24;
const NO_LETTER = /[268]/u;
const AROUND = 240;

/** Frequent words, read from right to left, or thirteen letters further on. */
const TURNED = new Literals([
  ' eht ',
  ' ruoy ',
  ' uoy ',
  'erongi',
  'noitcurtsni',
  'tpmorp',
  'drowssap',
  'yek terces',
  'senilediug',
]);
const SHIFTED = new Literals([
  ' gur ',
  ' lbhe ',
  ' lbh ',
  'vtaber',
  'vafgehpgvba',
  'cebzcg',
  'cnffjbeq',
  'frperg xrl',
  'thvqryvar',
]);

/** @param lower text in lower case */
export function looksTurned(lower: string): boolean {
  return TURNED.isIn(lower);
}

/** @param lower text in lower case */
export function looksShifted(lower: string): boolean {
  return SHIFTED.isIn(lower);
}

export function turned(text: string): string {
  let result = '';
  for (let at = text.length - 1; at >= 0; at -= 1) result += text.charAt(at);
  return result;
}

export function shifted(lower: string): string {
  return lower.replaceAll(/[a-z]/gu, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97));
}

/** Cheap sign that {@link disguisedRegions} would find something. */
export function mayBeDisguised(text: string): boolean {
  return !places(text).next().done;
}

/** @param lower text in lower case */
export function disguisedRegions(lower: string): readonly Region[] {
  const regions: { start: number; end: number }[] = [];
  let last: { start: number; end: number } | undefined;
  const found = [...places(lower)].sort((a, b) => a.start - b.start);
  for (const place of found) {
    const start = Math.max(0, place.start - AROUND);
    const end = Math.min(lower.length, place.end + AROUND);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else regions.push((last = { start, end }));
  }
  return regions;
}

function* places(text: string): Generator<Region> {
  for (const { index, 0: found } of text.matchAll(APART)) yield { start: index, end: index + found.length };
  for (const { index, 0: found } of text.matchAll(DIGIT_INSIDE)) {
    if (isShortWord(text, index)) yield { start: index, end: index + found.length };
  }
}

function isShortWord(text: string, inside: number): boolean {
  let start = inside;
  let end = inside;
  while (start > 0 && inside - start <= MAX_WORD && WORD_CHARACTER.test(text.charAt(start - 1))) start -= 1;
  while (end < text.length && end - start <= MAX_WORD && WORD_CHARACTER.test(text.charAt(end))) end += 1;
  return end - start <= MAX_WORD && !NO_LETTER.test(text.slice(start, end));
}
