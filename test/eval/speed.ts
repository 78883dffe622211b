/** Time of one scan of real outputs, by size, and what each threshold of the soft tier would give. */
import { injections, indirectInjections, realOutputs } from './corpora.ts';
import { look, PHRASES_ONLY } from './look.ts';

export interface Speed {
  readonly size: string;
  readonly p50Ms: number;
  readonly worstMs: number;
}

const SIZES = [
  { size: '4 KB', bytes: 4096, runs: 200 },
  { size: '100 KB', bytes: 102_400, runs: 20 },
  { size: '1 MB', bytes: 1_048_576, runs: 5 },
];

export function measureSpeed(): readonly Speed[] {
  const text = realOutputs()
    .map((each) => each.text)
    .join('\n');
  return SIZES.map(({ size, bytes, runs }) => {
    const times = Array.from({ length: runs + 3 }, (_, run) => {
      const from = (run * 7919) % Math.max(1, text.length - bytes);
      const part = text.slice(from, from + bytes);
      const start = performance.now();
      look('output', part);
      return performance.now() - start;
    })
      .slice(3)
      .sort((a, b) => a - b);
    return { size, p50Ms: times[Math.floor(times.length / 2)] ?? 0, worstMs: times.at(-1) ?? 0 };
  });
}

export interface CurvePoint {
  readonly threshold: 1 | 2 | 3;
  readonly injections: number;
  readonly indirect: number;
  readonly falsePositives: number;
}

/** Weight that the phrases add up to: 1 told, 2 asked, 3 refused. */
function weightOf(text: string): number {
  const { verdict, asks } = look('output', text, PHRASES_ONLY);
  if (verdict === 'pass') return 0;
  if (verdict === 'alert') return 1;
  return asks ? 2 : 3;
}

export function softCurve(): readonly CurvePoint[] {
  const [attacks, tasks, outputs] = [injections(), indirectInjections(), realOutputs()].map((cases) =>
    cases.map(({ text }) => weightOf(text)),
  );
  const from = (weights: readonly number[] | undefined, threshold: number): number =>
    weights === undefined || weights.length === 0
      ? 0
      : weights.filter((weight) => weight >= threshold).length / weights.length;
  return ([1, 2, 3] as const).map((threshold) => ({
    threshold,
    injections: from(attacks, threshold),
    indirect: from(tasks, threshold),
    falsePositives: from(outputs, threshold),
  }));
}
