import { useCallback, useMemo, useState, type KeyboardEvent, type ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { useMinute } from '../../state/use-minute.ts';
import { Empty, Loading, Stat } from '../../ui/card.tsx';
import { Command } from '../../ui/command.tsx';
import { Table } from '../../ui/table.tsx';
import { callsOf, FILTERS, matchesFilter, totalsOf, type Filter } from './activity-model.ts';
import { CallRow } from './call-row.tsx';

const TITLES: Readonly<Record<Filter, string>> = { all: 'All', denied: 'Denied', asked: 'Asked' };
const NOTHING: Readonly<Record<Filter, string>> = {
  all: 'No call has come through yet. Calls appear here as they happen.',
  denied: 'No call was denied.',
  asked: 'No call needed an answer.',
};
const PAGE_SIZE = 100;
const COLUMNS = ['Time', 'Client', 'Tool', 'Connector', 'Decision'];
const WIDTHS = ['w-26', 'w-44', '', 'w-36', 'w-30'];

/** Arrow keys walk over the rows, Escape closes the open one. */
function walkRows(event: KeyboardEvent<HTMLElement>, close: () => void): void {
  if (event.key === 'Escape') close();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('button[data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  rows[at + step]?.focus();
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }): ReactElement {
  return (
    <div role="group" aria-label="Show" className="flex gap-4 px-4">
      {FILTERS.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === filter}
          className={`border-b-2 pt-2.5 pb-2 ${
            name === filter ? 'border-accent font-medium' : 'border-transparent text-soft hover:text-ink'
          }`}
          onClick={() => onChange(name)}
        >
          {TITLES[name]}
        </button>
      ))}
    </div>
  );
}

export function ActivityPage(): ReactElement {
  const { state } = useCompanion();
  const now = useMinute();
  const [filter, setFilter] = useState<Filter>('all');
  const [open, setOpen] = useState<string>();
  const [limit, setLimit] = useState(PAGE_SIZE);
  const calls = useMemo(() => callsOf(state.entries ?? []), [state.entries]);
  const totals = useMemo(() => totalsOf(calls), [calls]);
  const shown = useMemo(() => calls.filter((call) => matchesFilter(call, filter)), [calls, filter]);
  const toggle = useCallback((id: string) => setOpen((before) => (before === id ? undefined : id)), []);
  const loading = state.entries === undefined;

  return (
    <>
      <div className="flex items-baseline justify-between gap-4">
        <h1 className="text-lg font-semibold tracking-tight">Activity</h1>
        <span className="text-soft">Newest first, as they happen</span>
      </div>
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Stat label="Calls" value={loading ? '–' : String(totals.calls)} />
        <Stat label="Denied" value={loading ? '–' : String(totals.denied)} />
        <Stat label="Asked" value={loading ? '–' : String(totals.asked)} />
        <Stat label="Failed" value={loading ? '–' : String(totals.failed)} />
      </div>
      <section
        aria-label="Calls"
        className="overflow-hidden rounded-xl border border-line bg-card shadow-card"
        onKeyDown={(event) => walkRows(event, () => setOpen(undefined))}
      >
        <Filters filter={filter} onChange={setFilter} />
        {loading && state.connection.kind !== 'lost' ? <Loading rows={6} /> : null}
        {shown.length === 0 && !loading ? <Empty>{NOTHING[filter]}</Empty> : null}
        {shown.length === 0 ? null : (
          <Table label="Calls, newest first" columns={COLUMNS} widths={WIDTHS}>
            {shown.slice(0, limit).map((entry) => (
              <CallRow key={entry.id} entry={entry} open={entry.id === open} today={now} onToggle={toggle} />
            ))}
          </Table>
        )}
        {shown.length > limit ? (
          <div className="border-t border-line p-2 text-center">
            <button
              type="button"
              className="rounded-md px-3 py-1 text-accent-ink"
              onClick={() => setLimit(limit + PAGE_SIZE)}
            >
              Show more
            </button>
          </div>
        ) : null}
      </section>
      <p className="flex flex-wrap items-center gap-2 text-soft">
        All of the journal is at a terminal: <Command text="runlayer logs" />
      </p>
    </>
  );
}
