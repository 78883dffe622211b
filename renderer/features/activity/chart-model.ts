import type { ActivityCounts, ActivityHistogram } from '../../../preload/contract/activity.ts';

/** In the order in which they stand on each other, the lowest first. */
export const LAYERS = ['allowed', 'asked', 'failed', 'denied'] as const satisfies readonly (keyof ActivityCounts)[];

export interface Bar {
  /** 0 to 1, from the left; all are of one width. */
  readonly x: number;
  readonly width: number;
  /** 0 to 1 of the highest; from below. */
  readonly parts: readonly {
    readonly layer: (typeof LAYERS)[number];
    readonly from: number;
    readonly height: number;
  }[];
}

const sum = (counts: ActivityCounts): number => LAYERS.reduce((total, layer) => total + counts[layer], 0);

export function highest({ buckets }: Pick<ActivityHistogram, 'buckets'>): number {
  return buckets.reduce((most, bucket) => Math.max(most, sum(bucket)), 0);
}

export function barsOf(histogram: Pick<ActivityHistogram, 'buckets'>): Bar[] {
  const most = Math.max(1, highest(histogram));
  const width = 1 / Math.max(1, histogram.buckets.length);
  return histogram.buckets.map((counts, index) => {
    let from = 0;
    const parts = LAYERS.flatMap((layer) => {
      const height = counts[layer] / most;
      const part = { layer, from, height };
      from += height;
      return height === 0 ? [] : [part];
    });
    return { x: index * width, width, parts };
  });
}

export interface Span {
  readonly from: string;
  readonly to: string;
}

/** The time of buckets `first` to `last`, both included; undefined where nothing is drawn. */
export function spanOf({ from, to, buckets }: ActivityHistogram, first: number, last: number): Span | undefined {
  if (from === null || to === null || buckets.length === 0) return undefined;
  const start = Date.parse(from);
  const width = (Date.parse(to) - start) / buckets.length;
  const [low, high] = first <= last ? [first, last] : [last, first];
  // Times have milliseconds: never less than one of them, or nothing would be found in it.
  const begin = Math.floor(start + low * width);
  const end = Math.max(begin + 1, Math.ceil(start + (high + 1) * width));
  return { from: new Date(begin).toISOString(), to: new Date(end).toISOString() };
}

/** The bucket below a place, 0 to 1 from the left. */
export function bucketAt({ buckets }: Pick<ActivityHistogram, 'buckets'>, place: number): number {
  return Math.max(0, Math.min(buckets.length - 1, Math.floor(place * buckets.length)));
}

/** `12 allowed, 3 denied`; `no calls` where there were none. */
export function countsText(counts: ActivityCounts): string {
  const parts = (['allowed', 'denied', 'asked', 'failed'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name].toLocaleString('en')} ${name}`);
  return parts.length === 0 ? 'no calls' : parts.join(', ');
}
