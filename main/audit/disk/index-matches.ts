// Which entries fit a filter: one pass over the columns. What is typed is only ever compared with texts, never a syntax.
import type { ActivityFilter } from '../../../preload/contract/activity.ts';
import { DECISION_CLASSES, wasAsked } from '../decision-class.ts';
import type { Facet } from '../facet.ts';
import { wordsOf } from '../search-text.ts';
import { firstAtOrAfter, type Columns } from './index-columns.ts';
import { CLASS_TABLE, type TermTable } from './index-term-table.ts';

/** Positions in the columns, ascending. */
export type Matches = Uint32Array;

export interface Matcher {
  of(columns: Columns, filter: ActivityFilter): Matches;
}

const CLASSES = CLASS_TABLE.map((name) => DECISION_CLASSES.indexOf(name));
const KEPT_MATCHES = 6;
const KEPT_WORDS = 16;

/** Keeps the last answers: the list, its chart and the next window ask for the same. */
export function createMatcher(): Matcher {
  const kept = new Map<string, { readonly rest: string; readonly words: readonly string[]; readonly found: Matches }>();
  const termsOf = createWordTerms();
  let version = -1;
  return {
    of(columns, filter) {
      if (version !== columns.version) kept.clear();
      version = columns.version;
      const { text, ...others } = filter;
      const words = wordsOf(text);
      const rest = JSON.stringify(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1)));
      const key = JSON.stringify([words, rest]);
      const before = kept.get(key);
      // What somebody typed on from can only have become less.
      const wider = [...kept.values()]
        .filter((one) => one.rest === rest && one.words.every((word) => words.some((longer) => longer.includes(word))))
        .sort((a, b) => a.found.length - b.found.length)[0];
      const found = before?.found ?? scan(columns, filter, words, termsOf, wider?.found);
      kept.delete(key);
      kept.set(key, { rest, words, found });
      const [oldest] = kept.keys();
      if (kept.size > KEPT_MATCHES && oldest !== undefined) kept.delete(oldest);
      return found;
    },
  };
}

/** Numbers of the terms that hold a word. One typed after another narrows what the one before left over. */
function createWordTerms() {
  let of: TermTable | undefined;
  const kept = new Map<string, { readonly terms: readonly number[]; readonly size: number }>();
  return (table: TermTable, word: string): readonly number[] => {
    if (of !== table) kept.clear();
    of = table;
    const { searched, size } = table;
    const [shorter, before] = [...kept].filter(([other]) => word.includes(other)).sort(byLength)[0] ?? ['', undefined];
    const terms = (before?.terms ?? []).filter((id) => shorter === word || searched[id]?.includes(word) === true);
    for (let id = before?.size ?? 1; id < size; id += 1) if (searched[id]?.includes(word) === true) terms.push(id);
    kept.delete(word);
    kept.set(word, { terms, size });
    const [oldest] = kept.keys();
    if (kept.size > KEPT_WORDS && oldest !== undefined) kept.delete(oldest);
    return terms;
  };
}

const byLength = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => b.length - a.length;

function facetFits(facet: Facet, { connector, client, events, show, tool }: ActivityFilter): boolean {
  // `show` and `tool` speak of calls only.
  if (facet.kind === 'event' && (!events || show !== 'all' || tool !== undefined)) return false;
  return (
    (connector === undefined || facet.connector === connector) &&
    (client === undefined || facet.client === client) &&
    (show !== 'asked' || wasAsked(facet))
  );
}

function scan(
  columns: Columns,
  filter: ActivityFilter,
  words: readonly string[],
  termsOf: (table: TermTable, word: string) => readonly number[],
  /** All that can fit; every entry without it. */
  among: Matches | undefined,
): Matches {
  const { facet, target, reason, session, ended, terms, length } = columns;
  const facetOk = new Uint8Array(terms.size);
  for (const [id, one] of terms.facets) if (facetFits(one, filter)) facetOk[id] = 1;

  const masks = new Uint32Array(terms.size);
  const classMasks = new Uint32Array(DECISION_CLASSES.length);
  for (const [bit, word] of words.entries()) {
    for (const id of termsOf(terms, word)) masks[id] = (masks[id] ?? 0) | (1 << bit);
    for (const [index, name] of DECISION_CLASSES.entries()) {
      if (name.includes(word)) classMasks[index] = (classMasks[index] ?? 0) | (1 << bit);
    }
  }
  const all = 2 ** words.length - 1;

  const targetOnly = filter.tool === undefined ? 0 : (terms.numberOf('target', filter.tool) ?? -1);
  const sessionOnly = filter.session === undefined ? 0 : (terms.numberOf('session', filter.session) ?? -1);
  const part = terms.classPart;
  const classes = Uint8Array.from(CLASSES);
  const classOk = Uint8Array.from(DECISION_CLASSES, (name) =>
    filter.show === 'denied'
      ? Number(name === 'denied' || name === 'withheld')
      : Number(filter.show !== 'failed' || name === 'failed'),
  );

  const first = filter.since === undefined ? 0 : firstAtOrAfter(columns, Date.parse(filter.since));
  const end = filter.until === undefined ? length : firstAtOrAfter(columns, Date.parse(filter.until));
  const found = new Uint32Array(among === undefined ? Math.max(0, end - first) : among.length);
  let count = 0;
  const stop = among === undefined ? end : among.length;
  for (let index = among === undefined ? first : 0; index < stop; index += 1) {
    const at = among === undefined ? index : (among[index] ?? 0);
    const f = facet[at] ?? 0;
    if (facetOk[f] !== 1) continue;
    const t = target[at] ?? 0;
    if (targetOnly !== 0 && t !== targetOnly) continue;
    if (sessionOnly !== 0 && session[at] !== sessionOnly) continue;
    const e = ended[at] ?? 0;
    const cls = classes[(part[f] ?? 0) * 4 + (part[e] ?? 0)] ?? 0;
    if (classOk[cls] !== 1) continue;
    if (all !== 0) {
      const mask =
        (masks[f] ?? 0) | (masks[t] ?? 0) | (masks[reason[at] ?? 0] ?? 0) | (masks[e] ?? 0) | (classMasks[cls] ?? 0);
      if (mask !== all) continue;
    }
    found[count] = at;
    count += 1;
  }
  return count === found.length ? found : found.slice(0, count);
}

/** The class of the entry at a position, as an index into {@link DECISION_CLASSES}. */
export function classAt({ facet, ended, terms }: Columns, at: number): number {
  const part = (terms.classPart[facet[at] ?? 0] ?? 0) * 4 + (terms.classPart[ended[at] ?? 0] ?? 0);
  return CLASSES[part] ?? 0;
}
