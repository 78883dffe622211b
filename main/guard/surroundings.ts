/**
 * Of a copy in which little differs, only what stands near the differences: the rest was searched in the text that it was made
 * from, and a phrase or a key is not longer than the reach.
 */
import { piecedView, type Edit, type Piece, type View } from './view.ts';

const REACH = 256;
/** Up to so many characters everything is near. */
const SMALL = 2 * REACH;
const BETWEEN = '\n.\n';

/** `edits` of `view`, in order. */
export function surroundings(view: View, edits: readonly Edit[]): View {
  const length = view.text.length;
  if (length <= SMALL) return view;
  const ranges: { start: number; end: number }[] = [];
  for (const edit of edits) {
    const start = Math.max(0, edit.viewStart - REACH);
    const end = Math.min(length, edit.viewEnd + REACH);
    const last = ranges.at(-1);
    if (last !== undefined && start <= last.end) last.end = end;
    else ranges.push({ start, end });
  }
  const parts: string[] = [];
  const pieces: Piece[] = [];
  let written = 0;
  for (const range of ranges) {
    const text = view.text.slice(range.start, range.end);
    pieces.push({
      start: written,
      end: written + text.length,
      origin: (start, end) => view.places(range.start + start, range.start + end),
    });
    parts.push(text, BETWEEN);
    written += text.length + BETWEEN.length;
  }
  return piecedView(parts.join(''), pieces);
}
