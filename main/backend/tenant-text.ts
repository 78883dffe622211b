/**
 * Text of a tenant on its way to a person: one line, bounded, nothing in it can move a cursor, hide or reorder. It decides
 * nothing and removes nothing but what is too long.
 */
import { displayText } from '../connectors/display.ts';

/** `max` counts what is kept of the text; characters that cannot be seen take more room when they are shown. */
export function tenantText(text: string | null | undefined, max: number): string {
  if (text === undefined || text === null) return '';
  return displayText(text.length > max ? `${text.slice(0, max - 1)}…` : text).trim();
}
