import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react';
import type { ActivityHistogram } from '../../../preload/contract/activity.ts';
import { fullText } from '../../ui/time.ts';
import { barsOf, bucketAt, countsText, LAYERS, spanOf, type Span } from './chart-model.ts';

const FILLS: Readonly<Record<(typeof LAYERS)[number], string>> = {
  allowed: 'fill-accent/70',
  asked: 'fill-warn',
  failed: 'fill-soft',
  denied: 'fill-bad',
};
const DOTS: Readonly<Record<(typeof LAYERS)[number], string>> = {
  allowed: 'bg-accent/70',
  asked: 'bg-warn',
  failed: 'bg-soft',
  denied: 'bg-bad',
};
const [WIDTH, HEIGHT] = [900, 72] as const;

/**
 * Calls over time. A click or a drag narrows the list to that time; with the keyboard the arrows walk over the bars and Enter
 * narrows to one.
 */
export function TimeChart({
  histogram,
  onNarrow,
}: {
  histogram: ActivityHistogram;
  onNarrow: (span: Span) => void;
}): ReactElement {
  const chart = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number>();
  const [begin, setBegin] = useState<number>();
  const { buckets } = histogram;
  const count = buckets.length;
  const hovered = at === undefined ? undefined : buckets[Math.min(at, count - 1)];
  const span = at === undefined ? undefined : spanOf(histogram, begin ?? at, at);

  const place = (event: PointerEvent): number => {
    const box = chart.current?.getBoundingClientRect();
    return box === undefined ? 0 : bucketAt(histogram, (event.clientX - box.left) / Math.max(1, box.width));
  };
  const narrow = (first: number, last: number): void => {
    const chosen = spanOf(histogram, first, last);
    setBegin(undefined);
    setAt(undefined);
    if (chosen !== undefined) onNarrow(chosen);
  };
  const onKey = (event: KeyboardEvent): void => {
    const now = at ?? count - 1;
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: count - 1 }[event.key];
    if (event.key === 'Enter') narrow(now, now);
    else if (event.key === 'Escape') setAt(undefined);
    else if (next === undefined) return;
    else setAt(Math.max(0, Math.min(count - 1, next)));
    event.preventDefault();
  };
  const chosen =
    at === undefined || begin === undefined ? undefined : ([Math.min(begin, at), Math.max(begin, at) + 1] as const);
  const text =
    hovered === undefined || span === undefined || begin !== undefined
      ? span === undefined
        ? ''
        : `${fullText(span.from)} – ${fullText(span.to)}`
      : `${fullText(span.from)} – ${fullText(span.to)}: ${countsText(hovered)}`;

  return (
    <div>
      <div
        ref={chart}
        role="slider"
        tabIndex={0}
        aria-label="Calls over time; Enter shows only the time that is chosen"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, count - 1)}
        aria-valuenow={at ?? Math.max(0, count - 1)}
        aria-valuetext={text === '' ? `${histogram.from ?? ''} to ${histogram.to ?? ''}` : text}
        className="cursor-crosshair touch-none rounded"
        onKeyDown={onKey}
        onBlur={() => setAt(undefined)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBegin(place(event));
          setAt(place(event));
        }}
        onPointerMove={(event) => setAt(place(event))}
        onPointerLeave={() => begin === undefined && setAt(undefined)}
        onPointerUp={(event) => begin !== undefined && narrow(begin, place(event))}
        onPointerCancel={() => setBegin(undefined)}
      >
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          className="block h-18 w-full"
        >
          {chosen === undefined ? null : (
            <rect
              className="fill-accent-soft"
              x={(chosen[0] / count) * WIDTH}
              y={0}
              width={((chosen[1] - chosen[0]) / count) * WIDTH}
              height={HEIGHT}
            />
          )}
          {at === undefined || begin !== undefined ? null : (
            <rect className="fill-sunk" x={(at / count) * WIDTH} y={0} width={WIDTH / count} height={HEIGHT} />
          )}
          {barsOf(histogram).flatMap(({ x, width, parts }) =>
            parts.map(({ layer, from, height }) => {
              // What happened once in a million must still be seen.
              const drawn = Math.max(1.5, height * HEIGHT);
              return (
                <rect
                  key={`${x} ${layer}`}
                  className={FILLS[layer]}
                  x={x * WIDTH + 0.5}
                  width={Math.max(1, width * WIDTH - 1)}
                  y={Math.max(0, HEIGHT - from * HEIGHT - drawn)}
                  height={drawn}
                />
              );
            }),
          )}
          <line className="stroke-line" x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        </svg>
      </div>
      <div className="mt-1.5 flex min-h-5 flex-wrap justify-between gap-x-4 text-xs text-soft">
        {text === '' ? (
          <>
            <span>{histogram.from === null ? '' : fullText(histogram.from)}</span>
            <span className="flex gap-3">
              {LAYERS.map((layer) => (
                <span key={layer} className="flex items-center gap-1">
                  <span aria-hidden="true" className={`size-2 rounded-full ${DOTS[layer]}`} />
                  {layer}
                </span>
              ))}
            </span>
            <span>{histogram.to === null ? '' : fullText(histogram.to)}</span>
          </>
        ) : (
          <span className="tabular-nums">{text}</span>
        )}
      </div>
    </div>
  );
}
