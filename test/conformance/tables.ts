/** The result of a run as a table: one row per scenario, one column per leg, and what a leg does differently from `direct`. */

export type Role = 'server' | 'client';

export interface Row {
  readonly scenario: string;
  /** Why the revision does not count it; undefined for a scored one. */
  readonly unscored: string | undefined;
}

/** What the suite found in one scenario. */
export interface Line {
  readonly passed: number;
  readonly failed: number;
  readonly warned: number;
  readonly problems: readonly string[];
}

export interface Column {
  readonly name: string;
  readonly lines: ReadonlyMap<string, Line>;
  /** Scenarios in which this leg cannot be as `direct`, each with its reason. A scored one must pass all the same. */
  readonly explained?: Readonly<Record<string, string>>;
}

export interface Table {
  readonly text: string;
  /** Empty when every scored scenario passes on every leg and nothing differs unexplained. */
  readonly problems: readonly string[];
  /** Per leg: `30/30`. */
  readonly scores: readonly string[];
}

/** The first column is what the others are compared with. */
export function tabulate(title: string, rows: readonly Row[], columns: readonly Column[]): Table {
  const problems: string[] = [];
  const notes: string[] = [];
  const cells = rows.map((row) => [
    `${row.scenario}${row.unscored === undefined ? '' : ` (${row.unscored})`}`,
    ...columns.map((column) => cell(row, column, columns[0], problems, notes)),
  ]);
  const scored = rows.filter(({ unscored }) => unscored === undefined);
  const scores = columns.map(
    ({ lines }) => `${scored.filter((row) => passes(lines.get(row.scenario))).length}/${scored.length}`,
  );
  const head = [title, ...columns.map(({ name }) => name)];
  const text = [...aligned([head, ...cells, ['scored', ...scores]]), ...notes].join('\n');
  return { text, problems, scores };
}

function cell(row: Row, column: Column, direct: Column | undefined, problems: string[], notes: string[]): string {
  const line = column.lines.get(row.scenario);
  const baseline = direct?.lines.get(row.scenario);
  const where = `${column.name}: ${row.scenario}`;
  const reason = column.explained?.[row.scenario];
  if (row.unscored === undefined && !passes(line))
    problems.push(
      `${where} fails\n${(line?.problems ?? ['it did not finish']).map((text) => `    ${text}`).join('\n')}`,
    );
  const differs = column !== direct && shown(line) !== shown(baseline);
  if (!differs) {
    if (reason !== undefined) problems.push(`${where} is explained as different and is not`);
    return shown(line);
  }
  if (reason !== undefined) {
    notes.push(`  ~ ${where}: ${reason}`);
    return `${shown(line)} ~`;
  }
  problems.push(`${where} is ${shown(line)}, ${direct?.name ?? ''} is ${shown(baseline)}`);
  return `${shown(line)} ≠`;
}

function passes(line: Line | undefined): boolean {
  return line !== undefined && line.failed === 0;
}

/** `6`; with 2 failed and 1 warning `4 ✗2 !1`. */
export function shown(line: Line | undefined): string {
  if (line === undefined) return '—';
  return [
    String(line.passed),
    ...(line.failed > 0 ? [`✗${line.failed}`] : []),
    ...(line.warned > 0 ? [`!${line.warned}`] : []),
  ].join(' ');
}

function aligned(cells: readonly (readonly string[])[]): string[] {
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  return cells.map((row) =>
    row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart((widths[at] ?? 0) + 2))).join(''),
  );
}
