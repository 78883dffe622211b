import type { DatabaseSync } from 'node:sqlite';

/** Each the name of the column of `entry` that holds the numbers of its texts. */
export const TERM_KINDS = ['facet', 'target', 'reason', 'session', 'ended'] as const;
export type TermKind = (typeof TERM_KINDS)[number];

/** Stands where an entry has none. */
export const NO_TERM = 0;

/** As many of each kind as are kept at hand; a journal with more different ones asks SQLite for them. */
const MAX_AT_HAND = 20_000;

export interface TermIds {
  /** Makes one where there is none yet; within a transaction. */
  idOf(kind: TermKind, text: string): number;
  /** The table may be another one: a transaction was rolled back, it was emptied, or texts went. */
  forget(): void;
}

export function createTermIds(database: DatabaseSync): TermIds {
  const find = database.prepare('SELECT id FROM term WHERE kind = ? AND text = ?');
  const add = database.prepare('INSERT INTO term (kind, text) VALUES (?, ?) RETURNING id');
  const known = new Map<TermKind, Map<string, number>>();

  const ofKind = (kind: TermKind): Map<string, number> => {
    let texts = known.get(kind);
    if (texts === undefined || texts.size >= MAX_AT_HAND) {
      texts = new Map();
      known.set(kind, texts);
    }
    return texts;
  };

  return {
    idOf(kind, text) {
      const texts = ofKind(kind);
      const at = texts.get(text);
      if (at !== undefined) return at;
      const id = Number((find.get(kind, text) ?? add.get(kind, text))?.['id']);
      texts.set(text, id);
      return id;
    },
    forget: () => known.clear(),
  };
}
