/** Runs phrase rules over a text: anchors by plain search, patterns only in windows round them, so that a long text stays cheap. */
import { Literals } from '../literals.ts';
import type { Match } from '../match.ts';
import type { PhraseRule } from './rule.ts';

/** Characters before and after an anchor in which its phrase must lie. */
const BEFORE = 240;
const AFTER = 320;
/** Matches of one rule that are reported; one already counts in full. */
const MAX_PER_RULE = 8;

interface Window {
  readonly start: number;
  readonly end: number;
}

/** The same text in lower case with the same offsets. */
export function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  // Few letters grow when lowered (İ); then only what keeps its length is.
  return lower.length === text.length
    ? lower
    : text.replaceAll(/\p{Lu}/gu, (letter) => {
        const small = letter.toLowerCase();
        return small.length === letter.length ? small : letter;
      });
}

/** Prepares rules: the result takes a text from {@link lowerCase}. */
export function prepareRules(rules: readonly PhraseRule[]): (lower: string) => readonly Match[] {
  const anchors = [...new Set(rules.flatMap((rule) => rule.anchors))];
  const index = new Literals(anchors);
  const users = anchors.map((anchor) =>
    rules.flatMap((rule, number) => (rule.anchors.includes(anchor) ? [number] : [])),
  );
  return (lower) => {
    const places = index.places(lower);
    if (places === undefined) return [];
    // In the order in which they stand, single characters last: the order in which their rules are told.
    const rank = (anchor: number, at: readonly number[]): number =>
      anchors[anchor]?.length === 1 ? lower.length : (at[0] ?? 0);
    const inOrder = [...places].sort(([a, atA], [b, atB]) => rank(a, atA) - rank(b, atB));
    const byRule = new Map<number, number[]>();
    for (const [anchor, at] of inOrder) {
      for (const number of users[anchor] ?? []) {
        const known = byRule.get(number);
        if (known === undefined) byRule.set(number, [...at]);
        else for (const place of at) known.push(place);
      }
    }
    const found: Match[] = [];
    for (const [number, at] of byRule) {
      const rule = rules[number];
      if (rule !== undefined) collect(lower, rule, windowsRound(at, lower.length), found);
    }
    return found;
  };
}

function windowsRound(at: number[], length: number): readonly Window[] {
  at.sort((a, b) => a - b);
  const windows: Window[] = [];
  let open: { start: number; end: number } | undefined;
  for (const place of at) {
    const start = Math.max(0, place - BEFORE);
    const end = Math.min(length, place + AFTER);
    if (open !== undefined && start <= open.end) open.end = end;
    else windows.push((open = { start, end }));
  }
  return windows;
}

function collect(lower: string, rule: PhraseRule, windows: readonly Window[], into: Match[]): void {
  let count = 0;
  for (const window of windows) {
    const part = lower.slice(window.start, window.end);
    rule.pattern.lastIndex = 0;
    for (let hit = rule.pattern.exec(part); hit !== null; hit = rule.pattern.exec(part)) {
      if (hit[0].length === 0) break;
      const start = window.start + hit.index;
      const end = start + hit[0].length;
      into.push({ category: 'injection', rule: rule.rule, tier: 'soft', weight: rule.weight, start, end });
      count += 1;
      if (count >= MAX_PER_RULE) return;
    }
  }
}
