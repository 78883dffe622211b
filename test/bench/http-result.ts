/** What one leg over HTTP measured, and how it is shown. */
import { hasFailed, ratio, shown, shownRatio, type Cell, type Size } from './measure.ts';
import { printTable } from './table.ts';

export const COMPANION = 'companion';
const DIRECT = 'direct';

export class HttpResult {
  private readonly names: readonly string[];
  private readonly sizes: readonly Size[];
  private readonly rows: readonly (readonly Cell[])[];

  constructor(names: readonly string[], sizes: readonly Size[], rows: readonly (readonly Cell[])[]) {
    this.names = names;
    this.sizes = sizes;
    this.rows = rows;
  }

  private cell(row: number, name: string): Cell | undefined {
    return this.rows[row]?.[this.names.findIndex((candidate) => candidate.startsWith(name))];
  }

  /** One way to another, for each size. */
  private ratios(a: string, b: string, of: keyof Cell): string[] {
    return this.rows.map((_cells, row) => shownRatio(ratio(this.cell(row, a), this.cell(row, b), of)));
  }

  print(title: string): void {
    console.log(`\n${title}`);
    for (const [label, of] of [
      ['p50', 'p50Ms'],
      ['32 in flight, calls a second', 'perSecond'],
    ] as const) {
      const toDirect = this.ratios(COMPANION, DIRECT, of);
      printTable(
        [label, ...this.names, 'to direct'],
        this.rows.map((cells, row) => [
          this.sizes[row]?.name ?? '',
          ...cells.map((cell) => shown(cell, of)),
          toDirect[row] ?? '',
        ]),
      );
    }
  }

  /** The companion to direct, for each size. */
  toDirect(of: keyof Cell): string {
    return this.ratios(COMPANION, DIRECT, of).join(' / ');
  }

  /** How much longer than the companion a peer takes for the smallest message. */
  peerToCompanion(peer: string): string {
    return this.ratios(peer, COMPANION, 'p50Ms')[0] ?? '-';
  }

  get companionFailed(): boolean {
    return this.rows.some((_cells, row) => {
      const cell = this.cell(row, COMPANION);
      return cell === undefined || hasFailed(cell);
    });
  }
}
