import { surroundings } from './surroundings.ts';
import { editedView, type Edit, type View } from './view.ts';

/**
 * The surroundings of what a pattern finds, with each find replaced by its reading. A find that has no reading, or is its own,
 * stays. Undefined where nothing was replaced.
 */
export function rewritten(view: View, pattern: RegExp, read: (found: string) => string | undefined): View | undefined {
  const { text } = view;
  const edits: Edit[] = [];
  const parts: string[] = [];
  let copied = 0;
  let length = 0;
  for (const found of text.matchAll(pattern)) {
    const reading = read(found[0]);
    if (reading === undefined || reading === found[0]) continue;
    parts.push(text.slice(copied, found.index), reading);
    length += found.index - copied;
    copied = found.index + found[0].length;
    edits.push({ start: found.index, end: copied, viewStart: length, viewEnd: length + reading.length });
    length += reading.length;
  }
  if (edits.length === 0) return undefined;
  parts.push(text.slice(copied));
  return surroundings(editedView(view, parts.join(''), edits), edits);
}
