/** How commands print: plain text that reads well at 80 columns, or one JSON document. */
import { displayText } from '../../connectors/display.ts';

/** Columns aligned, the last one free. Every cell is escaped for display. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows.map((row) => row.map(displayText))];
  const widths = header.map((_title, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map(
      (row) =>
        `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ')}\n`,
    )
    .join('');
}

export function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Escaped text of anything that came from outside. */
export const shown = displayText;
