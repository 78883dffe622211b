import { useCallback, useRef, useState, type ReactElement } from 'react';
import type { ActivityFilter, ActivityRow } from '../../../preload/contract/activity.ts';
import { useCompanion } from '../../state/context.ts';
import { navigate } from '../../state/navigate.ts';
import { useMinute } from '../../state/use-minute.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Empty, Loading, Stat } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Page } from '../../ui/page.tsx';
import {
  callsIn,
  EMPTY_FILTER,
  isNarrowed,
  numberText,
  periodSince,
  totalText,
  withoutUndefined,
  type PeriodId,
} from './activity-model.ts';
import { CallList } from './call-list.tsx';
import { CallPanel } from './call-panel.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { TimeChart } from './time-chart.tsx';
import { useActivity } from './use-activity.ts';

const NOTHING = 'No call has come through yet. Connect a client, and calls appear here as they happen.';
const NOTHING_FITS = 'Nothing fits the search and the filters.';

function Stats({ activity }: { activity: ReturnType<typeof useActivity> }): ReactElement {
  const counts = activity.histogram?.counts;
  const text = (value: number | undefined): string => (value === undefined ? '–' : numberText(value));
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Stat label="Calls" value={text(counts === undefined ? undefined : callsIn(counts))} />
      <Stat label="Denied" value={text(counts?.denied)} />
      <Stat label="Asked" value={text(counts?.asked)} />
      <Stat label="Failed" value={text(counts?.failed)} />
    </div>
  );
}

/** All calls, newest first, as they happen; and the story of the one that is open. */
export function ListPage({ openId }: { openId: string | undefined }): ReactElement {
  const { state } = useCompanion();
  const now = useMinute();
  const [filter, setFilter] = useState<ActivityFilter>(EMPTY_FILTER);
  const [period, setPeriod] = useState<PeriodId>('all');
  const [isExporting, setExporting] = useState(false);
  const [job, setJob] = useState<string>();
  const activity = useActivity(filter);
  const list = useRef<HTMLDivElement>(null);
  const { window: rows, answered, histogram, failure, follow } = activity;
  const fresh = rows === undefined ? 0 : rows.total - rows.of;

  const open = useCallback((row: ActivityRow) => navigate(`/activity/${encodeURIComponent(row.id)}`), []);
  const grid = (): HTMLElement | null => list.current?.querySelector<HTMLElement>('[role="grid"]') ?? null;
  const close = (): void => {
    navigate('/activity');
    grid()?.focus();
  };
  const choosePeriod = (id: PeriodId): void => {
    setPeriod(id);
    const { since: _, until: __, ...rest } = filter;
    setFilter(withoutUndefined({ ...rest, since: periodSince(id, Date.now()) }));
  };
  const isOffline = state.connection.kind === 'lost';

  return (
    <Page
      title="Activity"
      about="What was called, what became of it, and why."
      actions={
        <Button variant="primary" disabled={rows === undefined} onClick={() => setExporting(true)}>
          <Icon name="download" />
          Export
        </Button>
      }
    >
      {failure === undefined || isOffline ? null : <ErrorBox failure={failure} onRetry={activity.retry} />}
      <Stats activity={activity} />
      <Card className="px-4 py-3">
        <h2 className="mb-2 font-semibold">Calls over time</h2>
        {histogram === undefined || histogram.buckets.length === 0 ? (
          <div className="grid h-24 place-items-center text-soft">
            {histogram === undefined ? 'Loading' : 'Nothing to draw yet.'}
          </div>
        ) : (
          <TimeChart
            histogram={histogram}
            onNarrow={({ from, to }) => {
              setPeriod('chosen');
              setFilter({ ...filter, since: from, until: to });
            }}
          />
        )}
      </Card>
      <section
        ref={list}
        aria-label="Calls"
        data-query={answered?.text}
        className="relative overflow-hidden rounded-xl border border-line bg-card shadow-card"
      >
        <FilterBar
          filter={filter}
          period={period}
          onFilter={setFilter}
          onPeriod={choosePeriod}
          aside={
            <>
              {fresh > 0 ? (
                <Button
                  variant="ghost"
                  onClick={() => {
                    grid()?.scrollTo({ top: 0 });
                    follow(true);
                  }}
                >
                  {numberText(fresh)} new
                </Button>
              ) : null}
              <span role="status" className="text-soft tabular-nums">
                {rows === undefined ? '' : totalText(rows.total, filter.events)}
              </span>
            </>
          }
        />
        {rows === undefined && failure === undefined && !isOffline ? <Loading rows={8} /> : null}
        {rows !== undefined && rows.of === 0 ? <Empty>{isNarrowed(filter) ? NOTHING_FITS : NOTHING}</Empty> : null}
        {rows === undefined || rows.of === 0 || answered === undefined ? null : (
          <CallList
            // Another search begins at its newest row.
            key={JSON.stringify(answered)}
            window={rows}
            now={now}
            openId={openId}
            onOpen={open}
            onShow={activity.show}
            onFollow={follow}
          />
        )}
      </section>
      {openId === undefined ? null : <CallPanel key={openId} id={openId} onClose={close} />}
      {isExporting && rows !== undefined ? (
        <ExportDialog
          filter={filter}
          total={rows.total}
          job={job}
          onStarted={setJob}
          onClose={() => setExporting(false)}
        />
      ) : null}
    </Page>
  );
}
