/**
 * Which lines of two texts differ. The longest common subsequence where that is affordable, else the differing middle as a
 * whole: a text that was made to be hard to compare costs no more than reading it.
 */

export interface DiffLine {
  readonly mark: '-' | '+' | ' ';
  readonly text: string;
}

/** Cells of the table; two texts of a thousand lines fit. */
const MAX_CELLS = 1_000_000;

const marked = (mark: DiffLine['mark'], lines: readonly string[]): DiffLine[] => lines.map((text) => ({ mark, text }));

/** All lines of both, in order; those of before first where they differ. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const old = before.slice(start, before.length - end);
  const now = after.slice(start, after.length - end);
  const middle = old.length * now.length <= MAX_CELLS ? table(old, now) : [...marked('-', old), ...marked('+', now)];
  return [...marked(' ', before.slice(0, start)), ...middle, ...marked(' ', before.slice(before.length - end))];
}

function table(old: readonly string[], now: readonly string[]): DiffLine[] {
  const width = now.length + 1;
  // At row and column: how many lines the rests have in common.
  const common = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        old[row] === now[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < now.length) {
    const left = old[row];
    const right = now[column];
    if (left !== undefined && left === right) {
      lines.push({ mark: ' ', text: left });
      row += 1;
      column += 1;
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ mark: '-', text: left });
      row += 1;
    } else {
      lines.push({ mark: '+', text: right ?? '' });
      column += 1;
    }
  }
  return lines;
}
