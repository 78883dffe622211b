/** Rules that never decide because another one, as strict or stricter, always does. */
import type { LintFinding, Rule } from '../../../preload/contract/index.ts';
import { hasWildcard } from '../glob.ts';
import { ruleSentence } from '../sentence.ts';
import { globCovers, globCoversWide, readGlob, type ReadGlob } from './glob-covers.ts';

const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const;
/** More would take long; that it stopped is said. */
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

function covers(outer: Item, inner: Item): boolean {
  if (outer.strictness < inner.strictness || outer.kind !== inner.kind) return false;
  // An allow with a client needs its proof; a strict rule with one does not hold for another.
  if (outer.rule.client !== undefined && outer.rule.client !== inner.rule.client) return false;
  if (outer.when !== undefined && outer.when !== inner.when) return false;
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
export function shadowsOf(rule: Rule, others: readonly Rule[]): LintFinding[] {
  const mine = itemOf(rule);
  const items = others.map(itemOf);
  const outer = items.find((one) => covers(one, mine));
  if (outer !== undefined) return [finding(mine, outer)];
  return items.filter((one) => covers(mine, one)).map((one) => finding(one, mine));
}

export function shadowed(rules: readonly Rule[]): LintFinding[] {
  const items = rules.map(itemOf);
  const places = new Map(items.map((one, place) => [one, place]));
  const byKey = new Map<string | undefined, Item[]>();
  for (const one of items) {
    const key = keyOf(one);
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [one]);
    else list.push(one);
  }
  let left = MAX_COMPARISONS;
  const coverOf = (inner: Item, candidates: readonly Item[] = []): Item | undefined =>
    candidates.find((outer) => {
      if (outer === inner || --left < 0 || !covers(outer, inner)) return false;
      // Of two that cover each other the later one is spoken of.
      return !covers(inner, outer) || (places.get(outer) ?? 0) < (places.get(inner) ?? 0);
    });
  const findings: LintFinding[] = [];
  for (const inner of items) {
    const key = keyOf(inner);
    const outer =
      coverOf(inner, byKey.get(undefined)) ?? (key === undefined ? undefined : coverOf(inner, byKey.get(key)));
    if (outer === undefined) continue;
    findings.push(finding(inner, outer));
  }
  if (left < 0) {
    const text = `There are too many rules with "*" or "?" to compare each with each: some that another one covers are not named.`;
    findings.push({ kind: 'shadowed', rules: [], text });
  }
  return findings;
}
