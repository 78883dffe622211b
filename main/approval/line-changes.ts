/**
 * What differs between two texts, line by line, for a person to read. It only helps: the whole text is shown beside it, so a
 * difference that is too large is cut and says so.
 */

/** Cells of the table; two texts of 400 lines each. */
const MAX_CELLS = 160_000;
const MAX_LINES = 400;
const MAX_CHARACTERS = 64 * 1024;
/** Lines that are the same, before and behind one that is not. */
const CONTEXT = 2;

/** Each line with `-`, `+` or a space before it; empty where the texts are the same. */
export function lineChanges(before: string, after: string): string[] {
  if (before === after) return [];
  const old = before.split('\n');
  const fresh = after.split('\n');
  const shorter = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < shorter && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
  return bounded(
    withoutFarLines([
      ...old.slice(0, head).map((line) => ` ${line}`),
      ...middle(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)),
      ...old.slice(old.length - tail).map((line) => ` ${line}`),
    ]),
  );
}

/** By the longest common subsequence, where that is small enough; else all of the one, then all of the other. */
function middle(old: readonly string[], fresh: readonly string[]): string[] {
  const width = fresh.length + 1;
  if (old.length * width > MAX_CELLS) return [...old.map((line) => `-${line}`), ...fresh.map((line) => `+${line}`)];
  // At [i, j]: how many lines the rests from old[i] and fresh[j] on have in common.
  const common = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      common[i * width + j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push(` ${old[i++] ?? ''}`);
      j++;
    } else if (i < old.length && (j >= fresh.length || at(i + 1, j) >= at(i, j + 1))) lines.push(`-${old[i++] ?? ''}`);
    else lines.push(`+${fresh[j++] ?? ''}`);
  }
  return lines;
}

function withoutFarLines(lines: readonly string[]): string[] {
  const near = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (line.startsWith(' ')) continue;
    for (let by = -CONTEXT; by <= CONTEXT; by++) near.add(index + by);
  }
  const kept: string[] = [];
  let isGap = false;
  for (const [index, line] of lines.entries()) {
    if (near.has(index)) kept.push(line);
    else if (!isGap) kept.push(' …');
    isGap = !near.has(index);
  }
  return kept;
}

/** No line is cut: where two long ones differ late, the cut ones would look the same. */
function bounded(lines: readonly string[]): string[] {
  let characters = 0;
  const fits = lines.findIndex((line, index) => {
    characters += line.length;
    return index >= MAX_LINES || characters > MAX_CHARACTERS;
  });
  return fits < 0 ? [...lines] : [...lines.slice(0, fits), ` … and ${lines.length - fits} more lines`];
}
