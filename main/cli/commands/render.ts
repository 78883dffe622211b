/** How commands print: plain text that reads well at 80 columns, or one JSON document. */
import { displayText } from '../../connectors/display.ts';
import { jsonLine } from '../thin/failure-text.ts';

const COLUMNS = 80;
/** Names that are meant to be used are shorter; one that is longer must not push every other row off the screen. */
const MAX_CELL = 64;

function cell(text: string): string {
  const safe = displayText(text);
  return safe.length > MAX_CELL ? `${safe.slice(0, MAX_CELL - 1)}…` : safe;
}

/** Columns aligned, the last one free. Every cell is escaped for display. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const last = header.length - 1;
  const cells = [header, ...rows.map((row) => row.map((text, at) => (at === last ? displayText(text) : cell(text))))];
  const widths = header.map((_title, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map(
      (row) => `${row.map((text, column) => (column === last ? text : text.padEnd(widths[column] ?? 0))).join('  ')}\n`,
    )
    .join('');
}

/**
 * `first` and `text`, folded at 80 columns with what follows under the start of `text`. What stands in double quotes is
 * a command or a name that somebody copies: it is never folded.
 */
export function hang(first: string, text: string): string {
  const indent = ' '.repeat(first.length);
  const lines: string[] = [];
  let line = '';
  for (const word of displayText(text).match(/(?:"[^"]*"|[^\s"]|")+/g) ?? []) {
    if (line !== '' && first.length + line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((part, at) => `${at === 0 ? first : indent}${part}\n`).join('');
}

export const json = jsonLine;

/** Escaped text of anything that came from outside. */
export const shown = displayText;
