/**
 * Whether one rule decides about everything that another one decides about. Never wrongly true: what cannot be told counts as
 * not covered, so a change of rules that is judged by it is put to a person once too often and never too seldom.
 */
import type { NewRule } from '../../preload/contract/index.ts';
import { foldName } from './fold.ts';
import { globCovers } from './lint/glob-covers.ts';

/** Names are read as they stand and folded, by deny and ask in both ways: each must be covered. */
function covers(outer: string, inner: string): boolean {
  return outer === inner || outer === '*' || (globCovers(outer, inner) && globCovers(foldName(outer), foldName(inner)));
}

/** Addresses have many readings; only what is surely the same, or everything, covers. */
function coversAddress(outer: string, inner: string): boolean {
  return outer === inner || outer === '*';
}

function subjectCovered(outer: NewRule, inner: NewRule): boolean {
  if (outer.resource !== undefined)
    return inner.resource !== undefined && coversAddress(outer.resource, inner.resource);
  if (outer.prompt !== undefined) return inner.prompt !== undefined && covers(outer.prompt, inner.prompt);
  return inner.resource === undefined && inner.prompt === undefined && covers(outer.tool ?? '*', inner.tool ?? '*');
}

/** Effects are not looked at: of two rules with the same effect, or of a stricter outer one. */
export function surelyCovers(outer: NewRule, inner: NewRule): boolean {
  if (outer.client !== undefined && outer.client !== inner.client) return false;
  if (outer.when !== undefined && JSON.stringify(outer.when) !== JSON.stringify(inner.when)) return false;
  return subjectCovered(outer, inner) && covers(outer.connector, inner.connector);
}
