import { Suspense, useEffect, useRef, useSyncExternalStore, type ReactElement } from 'react';
import type { Failure } from '../preload/contract/failure.ts';
import { PAGES } from './pages.ts';
import type { CompanionStore } from './state/companion-store.ts';
import { CompanionContext } from './state/context.ts';
import { useLocation } from './state/navigate.ts';
import type { PageState } from './state/page-state.ts';
import { Button } from './ui/button.tsx';
import { Card, Loading } from './ui/card.tsx';
import { Command } from './ui/command.tsx';
import { Icon } from './ui/icon.tsx';
import { commandOf, FailureText, Notice } from './ui/notice.tsx';
import { Sidebar } from './ui/sidebar.tsx';
import { VisibleText } from './ui/visible-text.tsx';

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
          <strong className="font-semibold">Protection was weakened.</strong> A yes was given to:{' '}
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

function WaitingNotice({ state, store }: { state: PageState; store: CompanionStore }): ReactElement | null {
  const [question] = state.held;
  if (question === undefined) return null;
  return (
    <Notice role="status" tone="warn">
      <span className="flex flex-wrap items-center justify-between gap-2">
        <span>
          <strong className="font-semibold">Your answer is needed.</strong>{' '}
          <VisibleText text={question.title} max={200} />
          {state.held.length > 1 ? ` and ${state.held.length - 1} more` : null}
        </span>
        <Button onClick={() => void store.openReview(true)}>Show the approval window</Button>
      </span>
    </Notice>
  );
}

export function App({ store }: { store: CompanionStore }): ReactElement {
  const state = useSyncExternalStore(store.subscribe, store.getState);
  const { parts } = useLocation();
  const [name = 'overview'] = parts;
  const entry = PAGES.find((page) => page.name === name) ?? PAGES[0];
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = entry === undefined ? 'Runlayer Companion' : `${entry.title} – Runlayer Companion`;
    main.current?.scrollTo(0, 0);
  }, [entry]);
  if (state.connection.kind === 'ended') return <EndedPage failure={state.connection.failure} />;
  const waiting =
    state.held.length + (state.approvals ?? []).filter((approval) => approval.state !== 'approved').length;
  return (
    <CompanionContext value={store}>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:m-2 focus:rounded-md focus:bg-card focus:px-3 focus:py-2"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the page
      </a>
      <div className="flex h-dvh">
        <Sidebar page={entry?.name ?? ''} waiting={waiting} connection={state.connection} status={state.status} />
        <main ref={main} tabIndex={-1} className="min-w-0 flex-1 overflow-y-auto outline-none">
          <div className="mx-auto flex max-w-6xl flex-col gap-4 p-6 max-sm:p-3">
            <WaitingNotice state={state} store={store} />
            <Notices state={state} store={store} />
            <Suspense fallback={<Loading rows={4} />}>
              {entry === undefined ? null : <entry.Page key={entry.name} />}
            </Suspense>
          </div>
        </main>
      </div>
    </CompanionContext>
  );
}
