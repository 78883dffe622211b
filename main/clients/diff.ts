import { printable } from './printable.ts';

/** Lines of unchanged text around a change. */
const CONTEXT = 3;
/** Beyond this many changed lines the search for the shortest diff is given up; ours are about five. */
const MAX_EDITS = 400;

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** x reached on each diagonal (x − y) of the edit graph. */
type Furthest = Map<number, number>;

function comesFromAbove(furthest: Furthest, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && (furthest.get(diagonal - 1) ?? 0) < (furthest.get(diagonal + 1) ?? 0);
}

/** Myers' greedy algorithm over lines; undefined when there are more than {@link MAX_EDITS} changes. */
function shortestEdit(before: readonly string[], after: readonly string[]): Line[] | undefined {
  const furthest: Furthest = new Map([[1, 0]]);
  const trace: Furthest[] = [];
  for (let edits = 0; edits <= MAX_EDITS; edits++) {
    trace.push(new Map(furthest));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = comesFromAbove(furthest, diagonal, edits)
        ? (furthest.get(diagonal + 1) ?? 0)
        : (furthest.get(diagonal - 1) ?? 0) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      furthest.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(before, after, trace);
    }
  }
  return undefined;
}

function walkBack(before: readonly string[], after: readonly string[], trace: readonly Furthest[]): Line[] {
  const lines: Line[] = [];
  let x = before.length;
  let y = after.length;
  for (const [edits, furthest] of [...trace.entries()].toReversed()) {
    const isInsert = comesFromAbove(furthest, x - y, edits);
    const diagonal = x - y + (isInsert ? 1 : -1);
    const fromX = edits === 0 ? 0 : (furthest.get(diagonal) ?? 0);
    const fromY = edits === 0 ? 0 : fromX - diagonal;
    while (x > fromX && y > fromY) {
      lines.push({ mark: ' ', text: before[--x] ?? '' });
      y--;
    }
    if (edits === 0) break;
    if (isInsert) lines.push({ mark: '+', text: after[--y] ?? '' });
    else lines.push({ mark: '-', text: before[--x] ?? '' });
  }
  return lines.toReversed();
}

function linesOf(text: string | null): string[] {
  if (text === null || text === '') return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') return lines.slice(0, -1);
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}\n\\ No newline at end of file`];
}

function hunksOf(lines: readonly Line[]): { from: number; to: number }[] {
  const hunks: { from: number; to: number }[] = [];
  lines.forEach((line, index) => {
    if (line.mark === ' ') return;
    const last = hunks.at(-1);
    if (last !== undefined && index - CONTEXT <= last.to) last.to = Math.min(index + CONTEXT + 1, lines.length);
    else hunks.push({ from: Math.max(0, index - CONTEXT), to: Math.min(index + CONTEXT + 1, lines.length) });
  });
  return hunks;
}

function count(lines: readonly Line[], other: '-' | '+'): number {
  return lines.filter((line) => line.mark !== other).length;
}

function range(skipped: number, length: number): string {
  return `${String(length === 0 ? skipped : skipped + 1)},${String(length)}`;
}

/** A unified diff of two texts; null stands for no file. Empty when they are the same. */
export function unifiedDiff(path: string, before: string | null, after: string | null): string {
  const old = linesOf(before);
  const now = linesOf(after);
  const lines = shortestEdit(old, now) ?? [
    ...old.map((text): Line => ({ mark: '-', text })),
    ...now.map((text): Line => ({ mark: '+', text })),
  ];
  const hunks = hunksOf(lines);
  if (hunks.length === 0) return '';
  const name = printable(path);
  const output = [`--- ${before === null ? '/dev/null' : name}`, `+++ ${after === null ? '/dev/null' : name}`];
  for (const { from, to } of hunks) {
    const earlier = lines.slice(0, from);
    const part = lines.slice(from, to);
    const oldRange = range(count(earlier, '+'), count(part, '+'));
    const newRange = range(count(earlier, '-'), count(part, '-'));
    output.push(`@@ -${oldRange} +${newRange} @@`, ...part.map((line) => line.mark + line.text));
  }
  return `${output.join('\n')}\n`;
}
