import { memo, type ReactElement } from 'react';
import type { LogEntry } from '../../../preload/contract/audit.ts';
import { Badge } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Cell } from '../../ui/table.tsx';
import { momentText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { attemptsOf, DECISION_TONES, decisionOf, subjectOf } from './activity-model.ts';
import { CallDetail } from './call-detail.tsx';

/** One call. The tool's name is the button; a click anywhere on the row does the same for a pointer. */
export const CallRow = memo(function CallRow({
  entry,
  open,
  today,
  onToggle,
}: {
  entry: LogEntry;
  open: boolean;
  today: number;
  onToggle: (id: string) => void;
}): ReactElement {
  const decision = decisionOf(entry);
  const attempts = attemptsOf(entry);
  const detailId = `call-${entry.id}`;
  return (
    <>
      <tr
        className={`cursor-default border-t border-line hover:bg-sunk ${open ? 'bg-sunk' : ''}`}
        onClick={() => onToggle(entry.id)}
      >
        <Cell className="text-soft tabular-nums">
          <time dateTime={entry.time}>{momentText(entry.time, today)}</time>
        </Cell>
        <Cell className="font-medium">
          <VisibleText text={entry.client ?? 'unknown client'} max={60} />
        </Cell>
        <Cell>
          <button
            type="button"
            data-row=""
            aria-expanded={open}
            aria-controls={open ? detailId : undefined}
            className="inline-flex items-center gap-1 rounded text-left font-mono text-xs"
            onClick={(event) => {
              event.stopPropagation();
              onToggle(entry.id);
            }}
          >
            <VisibleText text={subjectOf(entry)} max={80} />
            <Icon name="chevron" className={`size-3 text-soft transition-transform ${open ? 'rotate-90' : ''}`} />
          </button>
          {attempts === undefined ? null : <span className="ml-2 text-soft">{attempts}</span>}
        </Cell>
        <Cell className="text-soft">
          <VisibleText text={entry.connector ?? '–'} max={64} />
        </Cell>
        <Cell>
          <Badge tone={DECISION_TONES[decision]}>
            {decision === 'denied' ? <Icon name="shieldAlert" className="size-3" /> : null}
            {decision}
          </Badge>
        </Cell>
      </tr>
      {open ? (
        <tr id={detailId} className="bg-sunk">
          <td colSpan={5} className="px-4 pt-1 pb-4">
            <CallDetail entry={entry} />
          </td>
        </tr>
      ) : null}
    </>
  );
});
