/** Rules that never decide because another one, as strict or stricter, always does. */
import type { LintFinding, Rule } from '../../../preload/contract/index.ts';
import { hasWildcard } from '../glob.ts';
import { ruleSentence } from '../sentence.ts';
import { globCovers, globCoversWide, readGlob, type ReadGlob } from './glob-covers.ts';
import { LintWork } from './lint-work.ts';

const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const;
/** More would take long. */
const MAX_COMPARISONS = 2_000_000;

interface Item {
  readonly rule: Rule;
  readonly strictness: number;
  readonly kind: 'tool' | 'resource' | 'prompt';
  readonly glob: ReadGlob;
  readonly connector: ReadGlob;
  readonly when: string | undefined;
}

/** Rules are never changed in place: what was read of one stays true. */
const known = new WeakMap<Rule, Item>();

function itemOf(rule: Rule): Item {
  const before = known.get(rule);
  if (before !== undefined) return before;
  const made = read(rule);
  known.set(rule, made);
  return made;
}

function read(rule: Rule): Item {
  return {
    rule,
    strictness: STRICTNESS[rule.effect],
    kind: rule.resource !== undefined ? 'resource' : rule.prompt !== undefined ? 'prompt' : 'tool',
    glob: readGlob(rule.tool ?? rule.resource ?? rule.prompt ?? '*'),
    connector: readGlob(rule.connector),
    when: rule.when === undefined ? undefined : JSON.stringify(rule.when),
  };
}

const A_COMPARISON = 10;

/** What a table of both takes, where one is needed. */
function costOf(outer: ReadGlob, inner: ReadGlob): number {
  return outer.raw === inner.raw || outer.raw === '*' ? 1 : 2 * outer.raw.length * inner.raw.length;
}

/** False as well where nothing is left to spend on it. */
function covers(outer: Item, inner: Item, work: LintWork): boolean {
  if (!work.spend(A_COMPARISON)) return false;
  if (outer.strictness < inner.strictness || outer.kind !== inner.kind) return false;
  // An allow with a client needs its proof; a strict rule with one does not hold for another.
  if (outer.rule.client !== undefined && outer.rule.client !== inner.rule.client) return false;
  if (outer.when !== undefined && outer.when !== inner.when) return false;
  if (!work.spend(costOf(outer.glob, inner.glob) + costOf(outer.connector, inner.connector))) return false;
  if (outer.strictness > 0) {
    return globCoversWide(outer.glob, inner.glob) && globCoversWide(outer.connector, inner.connector);
  }
  return globCovers(outer.glob.raw, inner.glob.raw) && globCovers(outer.connector.raw, inner.connector.raw);
}

/** What names exactly one thing covers only what names the same. */
function keyOf({ kind, glob, connector }: Item): string | undefined {
  const parts = [glob.raw, glob.folded, connector.raw, connector.folded];
  return parts.some(hasWildcard) ? undefined : JSON.stringify([kind, glob.folded, connector.folded]);
}

function finding(inner: Item, outer: Item): LintFinding {
  return {
    kind: 'shadowed',
    rules: [inner.rule.id, outer.rule.id],
    text: `Rule ${inner.rule.id} never decides, because ${outer.rule.id} covers all of it: ${ruleSentence(outer.rule)}`,
  };
}

/** Of one rule that comes after all others: what covers it first, and else what it covers. */
export function shadowsOf(rule: Rule, others: readonly Rule[], work: LintWork = new LintWork()): LintFinding[] {
  const mine = itemOf(rule);
  const items = others.map(itemOf);
  const outer = items.find((one) => covers(one, mine, work));
  if (outer !== undefined) return [finding(mine, outer)];
  return items.filter((one) => covers(mine, one, work)).map((one) => finding(one, mine));
}

export interface Shadowed {
  readonly findings: LintFinding[];
  /** Each was compared with each. */
  readonly isWhole: boolean;
}

/** Step by step, so that everything else can have its turn. */
export function* shadowed(rules: readonly Rule[], work: LintWork): Generator<undefined, Shadowed> {
  const items: Item[] = [];
  for (const rule of rules) {
    items.push(itemOf(rule));
    work.spend(A_COMPARISON * A_COMPARISON);
    if (work.isTurn()) yield undefined;
  }
  const places = new Map(items.map((one, place) => [one, place]));
  const byKey = new Map<string | undefined, Item[]>();
  for (const one of items) {
    const key = keyOf(one);
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [one]);
    else list.push(one);
  }
  const patterns = byKey.get(undefined) ?? [];
  let left = MAX_COMPARISONS;
  const findings: LintFinding[] = [];
  for (const inner of items) {
    const key = keyOf(inner);
    const alike = key === undefined ? [] : (byKey.get(key) ?? []);
    search: for (const candidates of [patterns, alike]) {
      for (const outer of candidates) {
        if (outer === inner) continue;
        if (--left < 0 || work.isSpent) return { findings, isWhole: false };
        if (work.isTurn()) yield undefined;
        if (!covers(outer, inner, work)) continue;
        // Of two that cover each other the later one is spoken of.
        if (covers(inner, outer, work) && (places.get(outer) ?? 0) >= (places.get(inner) ?? 0)) continue;
        findings.push(finding(inner, outer));
        break search;
      }
    }
  }
  return { findings, isWhole: !work.isSpent };
}
