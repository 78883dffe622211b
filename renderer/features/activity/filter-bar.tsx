import type { ReactElement, ReactNode } from 'react';
import { visibleLabel } from '../../../preload/contract/visible-characters.ts';
import type { ActivityFilter } from '../../../preload/contract/activity.ts';
import { useQuery } from '../../state/use-query.ts';
import { BareSelect } from '../../ui/bare-select.tsx';
import { Button } from '../../ui/button.tsx';
import { SearchField } from '../../ui/fields.tsx';
import { fullText } from '../../ui/time.ts';
import { PERIODS, SHOWN, withoutUndefined, type PeriodId } from './activity-model.ts';

const TITLES: Readonly<Record<ActivityFilter['show'], string>> = {
  all: 'All',
  denied: 'Denied',
  asked: 'Asked',
  failed: 'Failed',
};

function Choice({
  label,
  all,
  value,
  values,
  onChange,
}: {
  label: string;
  all: string;
  value: string | undefined;
  values: readonly string[];
  onChange: (value: string | undefined) => void;
}): ReactElement {
  const options = value === undefined || values.includes(value) ? values : [value, ...values];
  return (
    <BareSelect
      narrow
      label={label}
      value={value === undefined ? '' : `=${value}`}
      options={[
        { value: '', text: all },
        ...options.map((option) => ({ value: `=${option}`, text: visibleLabel(option, 60) })),
      ]}
      onChange={(chosen) => onChange(chosen === '' ? undefined : chosen.slice(1))}
    />
  );
}

/** What is shown: words, decisions, who, where and when. */
export function FilterBar({
  filter,
  period,
  aside,
  onFilter,
  onPeriod,
}: {
  filter: ActivityFilter;
  period: PeriodId;
  /** Beside the decisions: how much fits, and what is new. */
  aside: ReactNode;
  onFilter: (filter: ActivityFilter) => void;
  onPeriod: (period: PeriodId) => void;
}): ReactElement {
  const values = useQuery('activity.values', {}).value;
  const change = (changes: Partial<ActivityFilter>): void => onFilter(withoutUndefined({ ...filter, ...changes }));
  return (
    <div className="space-y-2 px-4 pt-3">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Search calls"
          placeholder="Search clients, tools, rules, reasons"
          value={filter.text}
          onChange={(text) => change({ text })}
        />
        <Choice
          label="Connector"
          all="All connectors"
          value={filter.connector}
          values={values?.connectors ?? []}
          onChange={(connector) => change({ connector })}
        />
        <Choice
          label="Client"
          all="All clients"
          value={filter.client}
          values={values?.clients ?? []}
          onChange={(client) => change({ client })}
        />
        <BareSelect<PeriodId>
          narrow
          label="Time"
          value={period}
          options={[
            ...PERIODS.map(({ id, text }) => ({ value: id, text })),
            ...(period === 'chosen' ? [{ value: period, text: 'Chosen in the chart' }] : []),
          ]}
          onChange={onPeriod}
        />
      </div>
      {filter.since !== undefined && filter.until !== undefined ? (
        <div className="flex flex-wrap items-center gap-2 text-soft">
          <span className="tabular-nums">
            {fullText(filter.since)} – {fullText(filter.until)}
          </span>
          <Button variant="ghost" onClick={() => onPeriod('all')}>
            Show all time
          </Button>
        </div>
      ) : null}
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <div role="group" aria-label="Show" className="flex gap-4">
          {SHOWN.map((show) => (
            <button
              key={show}
              type="button"
              aria-pressed={show === filter.show}
              className={`border-b-2 pt-1 pb-2 ${
                show === filter.show ? 'border-accent font-medium' : 'border-transparent text-soft hover:text-ink'
              }`}
              onClick={() => change({ show })}
            >
              {TITLES[show]}
            </button>
          ))}
        </div>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          {aside}
          <label className="flex items-center gap-1.5">
            <input
              type="checkbox"
              checked={filter.events}
              onChange={({ target }) => change({ events: target.checked })}
            />
            Companion events
          </label>
        </div>
      </div>
    </div>
  );
}
