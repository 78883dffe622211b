/** One line of the arguments of a call, as the journal keeps them: short values as they are, long ones by size only. */
export interface ArgumentLine {
  readonly depth: number;
  readonly key: string | undefined;
  readonly value: string;
  /** A description of the value, not the value. */
  readonly described: boolean;
}

export const MAX_LINES = 200;
const MAX_DEPTH = 12;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The journal's marks for what it does not keep, or could not keep as a number. */
function markText(value: Readonly<Record<string, unknown>>): string | undefined {
  const [key, ...others] = Object.keys(value);
  if (key === undefined || others.length > 0) return undefined;
  const content = value[key];
  if (key === '$bytes' && typeof content === 'number') return `text of ${content.toLocaleString('en')} bytes, not kept`;
  if (key === '$more' && typeof content === 'number') return `${content.toLocaleString('en')} more`;
  if (key === '$number' && typeof content === 'string') return content;
  return undefined;
}

/** @returns at most {@link MAX_LINES} lines; the last one says so when there are more. */
export function argumentLines(shape: unknown): ArgumentLine[] {
  const lines: ArgumentLine[] = [];
  const add = (depth: number, key: string | undefined, value: string, described = false): void => {
    if (lines.length < MAX_LINES) lines.push({ depth, key, value, described });
    else if (lines.length === MAX_LINES)
      lines.push({ depth: 0, key: undefined, value: 'more is not shown', described: true });
  };
  const visit = (value: unknown, depth: number, key: string | undefined): void => {
    if (lines.length > MAX_LINES) return;
    const mark = isRecord(value) ? markText(value) : undefined;
    if (mark !== undefined) return add(depth, key, mark, true);
    if (typeof value !== 'object' || value === null) return add(depth, key, JSON.stringify(value) ?? 'nothing');
    const isArray = Array.isArray(value);
    const entries = Object.entries(value);
    if (entries.length === 0) return add(depth, key, isArray ? 'empty list' : 'empty object', true);
    if (depth >= MAX_DEPTH) return add(depth, key, 'nested deeper', true);
    if (key !== undefined || depth > 0) add(depth, key, isArray ? `list of ${entries.length}` : '', true);
    const inner = key === undefined && depth === 0 ? 0 : depth + 1;
    for (const [name, child] of entries) visit(child, inner, isArray ? `[${name}]` : name);
    return undefined;
  };
  visit(shape, 0, undefined);
  return lines;
}
