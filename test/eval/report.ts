/** The evaluation as a table that fits a terminal and a README. */
import { share, type Figure, type Rate } from './figure.ts';
import type { CurvePoint, Speed } from './speed.ts';

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
const cell = (rate: Rate | undefined): string =>
  rate === undefined || rate.cases === 0 ? '' : `${percent(share(rate))} of ${rate.cases}`;
const blocked = ({ blocked, cases }: Rate): string => percent(cases === 0 ? 0 : blocked / cases);

export function figuresTable(figures: readonly Figure[]): string {
  const lines: string[] = [];
  for (const section of new Set(figures.map((figure) => figure.section))) {
    const rows = figures.filter((figure) => figure.section === section);
    lines.push(
      '',
      `### ${section} (${rows[0]?.kind === 'recall' ? 'recall' : 'false positives'})`,
      '',
      '| class | verdict ≠ pass | block | develop | hold-out |',
      '|---|---|---|---|---|',
    );
    for (const { row, all, halves } of rows) {
      lines.push(`| ${row} | ${cell(all)} | ${blocked(all)} | ${cell(halves?.develop)} | ${cell(halves?.holdOut)} |`);
    }
  }
  return lines.join('\n');
}

/** Sections of texts that are made from a seed, as one row each: they are at or near the whole. */
export function summed(figures: readonly Figure[]): readonly Figure[] {
  const made = new Set(figures.filter(({ halves }) => halves === undefined).map(({ section }) => section));
  return [...new Set(figures.map(({ section }) => section))].flatMap((section) => {
    const rows = figures.filter((figure) => figure.section === section);
    const [first] = rows;
    if (first === undefined || !made.has(section) || rows.length === 1) return rows;
    const parts = rows.filter(({ row }) => !row.startsWith('missed some') && row !== 'all formats');
    if (parts.length === 0) return rows;
    const sum = (of: (rate: Rate) => number): number => parts.reduce((total, { all }) => total + of(all), 0);
    const all = {
      cases: sum(({ cases }) => cases),
      seen: sum(({ seen }) => seen),
      blocked: sum(({ blocked }) => blocked),
    };
    return [{ ...first, section, row: `${parts.length} kinds`, all }];
  });
}

export function curveTable(points: readonly CurvePoint[]): string {
  return [
    '',
    '### Soft tier: what each threshold gives',
    '',
    '| weight at least | injection | indirect tasks | false positives on real outputs |',
    '|---|---|---|---|',
    ...points.map(
      ({ threshold, injections, indirect, falsePositives }) =>
        `| ${threshold} | ${percent(injections)} | ${percent(indirect)} | ${percent(falsePositives)} |`,
    ),
  ].join('\n');
}

export function speedTable(speeds: readonly Speed[]): string {
  return [
    '',
    '### Time of one scan',
    '',
    '| size | p50 | slowest |',
    '|---|---|---|',
    ...speeds.map(({ size, p50Ms, worstMs }) => `| ${size} | ${p50Ms.toFixed(2)} ms | ${worstMs.toFixed(2)} ms |`),
  ].join('\n');
}
