import type { ReactElement } from 'react';
import { VisibleText } from '../../ui/visible-text.tsx';
import type { StatView } from './overview-model.ts';

/** One figure that leads to the page with more about it. */
export function StatLink({ stat }: { stat: StatView }): ReactElement {
  return (
    <a
      href={`#${stat.path}`}
      className="block min-w-0 rounded-xl border border-line bg-card px-3.5 py-3 shadow-card hover:border-accent"
    >
      <div className="text-soft">{stat.label}</div>
      <div className="mt-0.5 truncate text-xl font-semibold tracking-tight tabular-nums">{stat.value}</div>
      <div className="mt-0.5 line-clamp-2 text-xs text-soft">
        <VisibleText text={stat.note} max={120} />
      </div>
    </a>
  );
}
