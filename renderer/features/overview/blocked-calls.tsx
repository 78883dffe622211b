import type { ReactElement } from 'react';
import type { LogEntry } from '../../../preload/contract/audit.ts';
import type { Query } from '../../state/use-query.ts';
import { Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { momentText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';

const SHOWN = 5;

/** The last calls that were refused today, each leading to its whole story. */
export function BlockedCalls({ query, now }: { query: Query<LogEntry[]>; now: number }): ReactElement | null {
  if (query.kind === 'failed' && query.failure !== undefined)
    return <ErrorBox failure={query.failure} onRetry={query.reload} />;
  const last = query.value?.slice(0, SHOWN) ?? [];
  if (last.length === 0) return null;
  return (
    <Section
      title="Blocked last"
      aside={
        <a href="#/activity?show=denied" className="text-accent-ink hover:underline">
          All of them
        </a>
      }
    >
      <ul>
        {last.map((entry) => (
          <li key={entry.id} className="border-t border-line">
            <a
              href={`#/activity/${encodeURIComponent(entry.id)}`}
              className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-2 hover:bg-sunk"
            >
              <time dateTime={entry.time} className="w-24 shrink-0 text-soft tabular-nums">
                {momentText(entry.time, now)}
              </time>
              <span className="font-medium">
                <VisibleText text={entry.client ?? 'unknown client'} max={60} />
              </span>
              <span className="font-mono text-xs">
                <VisibleText text={`${entry.connector ?? '–'} / ${entry.tool ?? entry.method ?? '–'}`} max={120} />
              </span>
              <span className="min-w-0 flex-1 truncate text-soft">
                <VisibleText text={entry.reason ?? ''} max={200} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}
