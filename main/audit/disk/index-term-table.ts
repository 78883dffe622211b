import type { DatabaseSync } from 'node:sqlite';
import { classOf, wasAsked } from '../decision-class.ts';
import { readEnded, readFacet, type Facet } from '../facet.ts';
import { searched } from '../search-text.ts';

/** Every different text of the index, with what a search asks of it. */
export interface TermTable {
  /** One above the highest number. */
  readonly size: number;
  /** As it is searched; empty for what is not. By number. */
  readonly searched: readonly string[];
  readonly facets: ReadonlyMap<number, Facet>;
  /** See {@link classAt}. By number. */
  readonly classPart: Uint8Array;
  /** A call whose outcome this is may get another one. */
  mayChange(ended: number): boolean;
  numberOf(kind: 'target' | 'session', text: string): number | undefined;
  /** Reads what came in since. */
  update(): void;
}

/** Facets: 0 event, 1 denied, 2 asked, 3 neither. */
function facetPart(facet: Facet): number {
  if (facet.kind === 'event') return 0;
  if (facet.effect === 'deny') return 1;
  return wasAsked(facet) ? 2 : 3;
}

const PLAIN = { kind: 'call', effect: 'allow', code: null } as const;

/** Outcomes: 0 none or an answer, 1 refused, 2 withheld, 3 failed. */
function endedPart(outcome: string): number {
  return { allowed: 0, denied: 1, withheld: 2, failed: 3, asked: 0, event: 0 }[classOf(PLAIN, outcome)];
}

const FACETS = [
  { kind: 'event', effect: null, code: null },
  { kind: 'call', effect: 'deny', code: null },
  { kind: 'call', effect: 'ask', code: null },
  PLAIN,
] as const;
const OUTCOMES = [undefined, 'refused', 'withheld', 'failed'];

/** The class of an entry, at `part of its facet * 4 + part of its outcome`. */
export const CLASS_TABLE = FACETS.flatMap((facet) => OUTCOMES.map((outcome) => classOf(facet, outcome)));

function facetText(facet: Facet): string {
  const { connector, client, method, effect, decidedBy, code, ruleId, event } = facet;
  return [connector, client, method, effect, decidedBy, code, ruleId, event]
    .map((field) => searched(field ?? ''))
    .join('\n');
}

export function createTermTable(database: DatabaseSync): TermTable {
  const newer = database.prepare('SELECT id, kind, text FROM term WHERE id > ? ORDER BY id');
  const find = database.prepare('SELECT id FROM term WHERE kind = ? AND text = ?');
  const texts: string[] = [''];
  let classParts = new Uint8Array(1024);
  const facets = new Map<number, Facet>();
  const unknown = new Set<number>();

  const read = (id: number, kind: unknown, text: string): void => {
    let shown = '';
    let part = 0;
    if (kind === 'facet') {
      const facet = readFacet(text);
      facets.set(id, facet);
      part = facetPart(facet);
      shown = facetText(facet);
    } else if (kind === 'ended') {
      const { outcome } = readEnded(text);
      part = endedPart(outcome);
      if (outcome === 'unknown') unknown.add(id);
      shown = searched(text);
    } else if (kind !== 'session') shown = searched(text);
    // Numbers are not always without gaps.
    while (texts.length <= id) texts.push('');
    if (id >= classParts.length) {
      const wider = new Uint8Array(Math.max(id + 1, classParts.length * 2));
      wider.set(classParts);
      classParts = wider;
    }
    texts[id] = shown;
    classParts[id] = part;
  };

  return {
    get size() {
      return texts.length;
    },
    searched: texts,
    facets,
    get classPart() {
      return classParts;
    },
    mayChange: (ended) => unknown.has(ended),
    numberOf(kind, text) {
      const id = find.get(kind, text)?.['id'];
      return typeof id === 'number' ? id : undefined;
    },
    update() {
      for (const { id, kind, text } of newer.iterate(texts.length - 1)) read(Number(id), kind, String(text));
    },
  };
}
