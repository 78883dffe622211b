import { useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';
import type { Failure } from '../preload/contract/failure.ts';
import { ActivityPage } from './features/activity/activity-page.tsx';
import { OverviewPage } from './features/overview/overview-page.tsx';
import type { CompanionStore } from './state/companion-store.ts';
import type { PageState } from './state/page-state.ts';
import { Card } from './ui/card.tsx';
import { Command } from './ui/command.tsx';
import { Icon } from './ui/icon.tsx';
import { commandOf, FailureText, Notice } from './ui/notice.tsx';
import { Sidebar, type PageName } from './ui/sidebar.tsx';
import { VisibleText } from './ui/visible-text.tsx';

const pageOf = (hash: string): PageName => (hash === '#/activity' ? 'activity' : 'overview');

function usePage(): PageName {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('hashchange', listener);
      return () => window.removeEventListener('hashchange', listener);
    },
    () => pageOf(window.location.hash),
  );
}

/** Ages are shown in minutes, so the clock of the page need not be finer. */
function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** All that is left of a page that cannot go on: what happened, and what to type. */
function EndedPage({ failure }: { failure: Failure }): ReactElement {
  const command = commandOf(failure.next);
  return (
    <main className="grid min-h-dvh place-items-center p-6">
      <Card className="w-full max-w-md p-8 text-center">
        <span className="mx-auto grid size-12 place-items-center rounded-xl bg-accent-soft text-accent-ink">
          <Icon name="shield" className="size-6" />
        </span>
        <div role="alert">
          <h1 className="mt-4 text-lg font-semibold tracking-tight">
            <VisibleText text={failure.message} />
          </h1>
          <p className="mt-1 text-soft">
            <VisibleText text={failure.next} />
          </p>
        </div>
        {command === undefined ? null : (
          <div className="mt-4">
            <Command text={command} />
          </div>
        )}
      </Card>
    </main>
  );
}

function Notices({ state, store }: { state: PageState; store: CompanionStore }): ReactElement {
  const [weakened] = state.weakened;
  return (
    <>
      {state.connection.kind === 'lost' ? (
        <Notice role="alert" tone="bad">
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <strong className="font-semibold">The companion stopped.</strong> Start it with
            <Command text="runlayer serve" /> then open this page with <Command text="runlayer open" />
          </span>
        </Notice>
      ) : null}
      {state.problem === undefined ? null : (
        <Notice role="alert" tone="bad" onDismiss={() => store.dismissProblem()}>
          <FailureText message={state.problem.message} next={state.problem.next} />
        </Notice>
      )}
      {weakened === undefined ? null : (
        <Notice role="status" tone="warn" onDismiss={() => store.dismissWeakened()}>
          <strong className="font-semibold">Protection was weakened.</strong>{' '}
          <VisibleText text={weakened.text} max={300} />{' '}
          <span className="font-mono text-xs">
            ({weakened.operation}, {weakened.caller})
          </span>
          {state.weakened.length > 1 ? ` and ${state.weakened.length - 1} more` : null}
        </Notice>
      )}
    </>
  );
}

export function App({ store }: { store: CompanionStore }): ReactElement {
  const state = useSyncExternalStore(store.subscribe, store.getState);
  const page = usePage();
  const now = useMinute();
  if (state.connection.kind === 'ended') return <EndedPage failure={state.connection.failure} />;
  return (
    <div className="flex h-dvh">
      <Sidebar page={page} connection={state.connection} status={state.status} />
      <main className="min-w-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-6xl flex-col gap-4 p-6 max-sm:p-3">
          <Notices state={state} store={store} />
          {page === 'overview' ? (
            <OverviewPage state={state} now={now} onDeny={(id) => void store.denyApproval(id)} />
          ) : (
            <ActivityPage state={state} now={now} />
          )}
        </div>
      </main>
    </div>
  );
}
