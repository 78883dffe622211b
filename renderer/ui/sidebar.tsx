import type { ReactElement } from 'react';
import type { Status } from '../../preload/contract/status.ts';
import type { Connection } from '../state/page-state.ts';
import { PAGES } from '../pages.ts';
import { Icon } from './icon.tsx';

const STATES: Readonly<Record<Connection['kind'], { text: string; note: string; dot: string }>> = {
  connecting: { text: 'Connecting', note: 'One moment', dot: 'bg-soft' },
  live: { text: 'Connected', note: 'Loading', dot: 'bg-good' },
  lost: { text: 'Companion stopped', note: 'Trying again', dot: 'bg-bad' },
  ended: { text: 'Signed out', note: 'Open it anew', dot: 'bg-bad' },
};

function ConnectionCard({ connection, status }: { connection: Connection; status: Status | undefined }): ReactElement {
  const state = STATES[connection.kind];
  const companion = status?.companion;
  const kind = companion?.kind === 'app' ? 'Tray app' : 'Headless';
  return (
    <div role="status" className="rounded-lg border border-line bg-card px-3 py-2.5 max-sm:hidden">
      <div className="flex items-center justify-between gap-2 font-medium">
        {state.text}
        <span className={`size-2 rounded-full ${state.dot}`} aria-hidden="true" />
      </div>
      <div className="mt-0.5 text-soft">{companion === undefined ? state.note : `${kind} · ${companion.version}`}</div>
    </div>
  );
}

export function Sidebar({
  page,
  waiting,
  connection,
  status,
}: {
  page: string;
  /** How many questions and calls wait for the person. */
  waiting: number;
  connection: Connection;
  status: Status | undefined;
}): ReactElement {
  return (
    <aside className="flex w-50 shrink-0 flex-col border-r border-line bg-side p-3 max-sm:w-14 max-sm:p-2">
      <div className="flex items-center gap-2 px-2 pt-1 pb-4 text-sm font-semibold max-sm:px-1">
        <span className="grid size-6 place-items-center rounded-md bg-accent text-white">
          <Icon name="shieldCheck" className="size-3.5" />
        </span>
        <span className="max-sm:sr-only">Companion</span>
      </div>
      <nav aria-label="Pages" className="flex flex-1 flex-col gap-0.5">
        {PAGES.filter(({ isHidden }) => isHidden !== true).map(({ name, title, icon }) => {
          const current = name === page;
          return (
            <a
              key={name}
              href={`#/${name}`}
              aria-current={current ? 'page' : undefined}
              className={`flex items-center gap-2 rounded-md px-2 py-1.5 ${
                current ? 'bg-accent-soft font-semibold text-accent-ink' : 'text-soft hover:bg-sunk hover:text-ink'
              }`}
            >
              <Icon name={icon} />
              <span className="max-sm:sr-only">{title}</span>
              {name === 'approvals' && waiting > 0 ? (
                <span className="ml-auto rounded-full bg-warn-soft px-1.5 text-xs font-semibold text-warn tabular-nums max-sm:hidden">
                  {waiting}
                  <span className="sr-only"> waiting</span>
                </span>
              ) : null}
            </a>
          );
        })}
      </nav>
      <ConnectionCard connection={connection} status={status} />
    </aside>
  );
}
