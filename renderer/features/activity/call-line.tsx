import { memo, type ReactElement, type ReactNode } from 'react';
import type { ActivityRow } from '../../../preload/contract/activity.ts';
import { Badge } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icon.tsx';
import { fullText, momentText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { DECISION_TONES, subjectOf } from './activity-model.ts';
import { ROW_PX } from './scroll-model.ts';

/** One grid for the head and every row. */
export const COLUMNS =
  'grid grid-cols-[8.5rem_minmax(6rem,11rem)_minmax(7rem,1.2fr)_minmax(5rem,1.6fr)_minmax(4rem,8rem)_6.5rem] max-md:grid-cols-[5.5rem_1fr_6.5rem]';

function Cell({ className = '', children }: { className?: string; children: ReactNode }): ReactElement {
  return (
    <div role="gridcell" className={`min-w-0 truncate px-2 first:pl-4 last:pr-4 ${className}`}>
      {children}
    </div>
  );
}

/** A row of the list; empty while what belongs there is asked for. */
export const CallLine = memo(function CallLine({
  id,
  row,
  index,
  topPx,
  now,
  isActive,
  isOpen,
  onOpen,
}: {
  id: string;
  row: ActivityRow | undefined;
  index: number;
  topPx: number;
  now: number;
  isActive: boolean;
  isOpen: boolean;
  onOpen: (index: number) => void;
}): ReactElement {
  const active = isActive
    ? 'group-focus-visible/grid:outline-2 group-focus-visible/grid:-outline-offset-2 group-focus-visible/grid:outline-accent'
    : '';
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isOpen}
      data-row={index}
      className={`${COLUMNS} absolute inset-x-0 cursor-default items-center border-t border-line hover:bg-sunk ${isOpen ? 'bg-accent-soft' : ''} ${active}`}
      style={{ height: ROW_PX, transform: `translateY(${topPx}px)` }}
      onClick={() => onOpen(index)}
    >
      {row === undefined ? (
        <div role="gridcell" className="col-span-full px-4" aria-label="Loading">
          <div className="h-3 w-2/3 rounded bg-sunk" />
        </div>
      ) : (
        <>
          <Cell className="text-soft tabular-nums">
            <time dateTime={row.time} title={fullText(row.time)}>
              {momentText(row.time, now)}
            </time>
          </Cell>
          <Cell className="font-medium max-md:hidden">
            <VisibleText text={row.client ?? (row.kind === 'event' ? 'Companion' : 'unknown client')} max={60} />
          </Cell>
          <Cell className="font-mono text-xs text-clip">
            <VisibleText text={subjectOf(row)} max={80} />
            {row.attempts === undefined ? null : (
              <span className="ml-2 font-sans text-soft">{row.attempts} attempts</span>
            )}
          </Cell>
          <Cell className="text-soft max-md:hidden">
            {row.about === undefined ? '–' : <VisibleText text={row.about} max={120} />}
          </Cell>
          <Cell className="text-soft max-md:hidden">
            <VisibleText text={row.connector ?? '–'} max={64} />
          </Cell>
          <Cell>
            <Badge tone={DECISION_TONES[row.decision]}>
              {row.decision === 'denied' ? <Icon name="shieldAlert" className="size-3" /> : null}
              {row.decision}
            </Badge>
          </Cell>
        </>
      )}
    </div>
  );
});
