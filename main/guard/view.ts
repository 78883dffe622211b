/**
 * A text that is searched, and where each part of it comes from. What is found in a copy (normalised, decoded, joined) is
 * masked in the strings of the source that the copy was made from.
 */

/** A part of one string of the source. */
export interface Place {
  /** Index in the list of strings. */
  readonly string: number;
  /** UTF-16 offsets in its text. */
  readonly start: number;
  readonly end: number;
}

export interface View {
  readonly text: string;
  /** The parts of the source that `[start, end)` comes from, in order; none if it lies between strings. */
  places(start: number, end: number): readonly Place[];
}

/** `[viewStart, viewEnd)` of the copy stands for `[start, end)` of the text it was made from; the rest is copied as it is. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly viewStart: number;
  readonly viewEnd: number;
}

/** A copy with parts replaced. `edits` are in order. */
export function editedView(of: View, text: string, edits: readonly Edit[]): View {
  return {
    text,
    places: (start, end) => {
      if (start >= end) return [];
      return of.places(originOf(edits, start).start, originOf(edits, end - 1).end);
    },
  };
}

/** Where one character of the copy comes from: the whole of what was replaced, or the one character. */
function originOf(edits: readonly Edit[], at: number): { readonly start: number; readonly end: number } {
  const edit = lastWhere(edits, (candidate) => candidate.viewStart <= at);
  if (edit === undefined) return { start: at, end: at + 1 };
  if (at < edit.viewEnd) return { start: edit.start, end: edit.end };
  const start = edit.end + (at - edit.viewEnd);
  return { start, end: start + 1 };
}

/** A text made of pieces: what lies between them comes from nowhere. */
export interface Piece {
  /** Offsets in the view. */
  readonly start: number;
  readonly end: number;
  /** What `[start, end)`, counted from the begin of the piece, comes from. */
  origin(start: number, end: number): readonly Place[];
}

/** `pieces` are in order and do not overlap. */
export function piecedView(text: string, pieces: readonly Piece[]): View {
  return {
    text,
    places: (start, end) => {
      const first = lastIndexWhere(pieces, (piece) => piece.start <= start);
      const places: Place[] = [];
      for (let i = Math.max(0, first); i < pieces.length; i++) {
        const piece = pieces[i];
        if (piece === undefined || piece.start >= end) break;
        const from = Math.max(start, piece.start);
        const to = Math.min(end, piece.end);
        if (from < to) for (const place of piece.origin(from - piece.start, to - piece.start)) places.push(place);
      }
      return places;
    },
  };
}

function lastWhere<T>(sorted: readonly T[], holds: (item: T) => boolean): T | undefined {
  const index = lastIndexWhere(sorted, holds);
  return index < 0 ? undefined : sorted[index];
}

/** Index of the last item for which `holds`, where it holds for none after the first for which it does not; −1 if for none. */
function lastIndexWhere<T>(sorted: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && holds(item)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
