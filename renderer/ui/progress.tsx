import type { ReactElement } from 'react';

/** How far something is that takes longer than a moment. Without `done` it is under way, and nobody knows how long. */
export function Progress({ label, done, total }: { label: string; done?: number; total?: number }): ReactElement {
  const isKnown = done !== undefined && total !== undefined && total > 0;
  const percent = isKnown ? Math.min(100, Math.round((done / total) * 100)) : undefined;
  return (
    <div className="space-y-1">
      <div className="flex justify-between gap-3 text-soft">
        <span>{label}</span>
        {percent === undefined ? null : <span className="tabular-nums">{percent} %</span>}
      </div>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent === undefined ? {} : { 'aria-valuenow': percent })}
        className="h-1.5 overflow-hidden rounded-full bg-sunk"
      >
        <div
          className={`h-full rounded-full bg-accent ${percent === undefined ? 'w-1/3 animate-pulse' : ''}`}
          style={percent === undefined ? undefined : { width: `${percent}%` }}
        />
      </div>
    </div>
  );
}
