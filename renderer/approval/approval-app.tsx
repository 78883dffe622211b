import { useState, type ReactElement } from 'react';
import type { GrantScope } from '../../preload/contract/approval.ts';
import { useCompanion } from '../state/context.ts';
import { failureOf } from '../state/failure-of.ts';
import { Button } from '../ui/button.tsx';
import { ErrorBox } from '../ui/error-box.tsx';
import { Icon } from '../ui/icon.tsx';
import { VisibleText } from '../ui/visible-text.tsx';
import type { Failure } from '../../preload/contract/failure.ts';
import { useArmed } from './use-armed.ts';
import { WaitingCard } from './waiting-card.tsx';
import { waitingOf, type Waiting } from './waiting.ts';

function Nothing({ close }: { close: () => void }): ReactElement {
  return (
    <div className="grid place-items-center gap-3 py-16 text-center">
      <Icon name="check" className="size-8 text-good" />
      <p className="text-soft">Nothing waits for your answer.</p>
      <Button onClick={close}>Close this window</Button>
    </div>
  );
}

/** The approval window: everything that waits for a person, each with all that it is about. */
export function ApprovalApp({ close }: { close: () => void }): ReactElement {
  const { state, call, getState } = useCompanion();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const waiting = waitingOf(state.held, state.approvals ?? []);
  const keys = waiting.map(({ key }) => key);
  const armed = useArmed(keys);

  const answer = async (one: Waiting, allow: boolean, scope: GrantScope): Promise<void> => {
    if (one.kind === 'question') await call('held.answer', { id: one.id, hash: one.hash, allow });
    else if (allow) await call('approvals.approve', { id: one.id, hash: one.hash, scope });
    else await call('approvals.deny', { id: one.id });
  };
  const answerAll = async (answers: readonly (readonly [Waiting, boolean, GrantScope])[]): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    const done = new Set<string>();
    for (const [one, allow, scope] of answers) {
      try {
        await answer(one, allow, scope);
        done.add(one.key);
      } catch (thrown) {
        // One that ended meanwhile keeps no other from its answer.
        setFailure(failureOf(thrown));
      }
    }
    setBusy(false);
    // What came while these were answered is not closed over.
    const { held, approvals } = getState();
    if (waitingOf(held, approvals ?? []).every(({ key }) => done.has(key))) close();
  };

  const pause = async (client: string): Promise<void> => {
    setFailure(undefined);
    await call('approvals.pause', { client, minutes: 15 }).catch((thrown: unknown) => setFailure(failureOf(thrown)));
  };

  const { connection } = state;
  if (connection.kind === 'ended' || connection.kind === 'lost') {
    const problem: Failure =
      connection.kind === 'ended'
        ? connection.failure
        : { code: 'E_LOST', message: 'The companion stopped.', next: 'What waited was refused. Start it again.' };
    return (
      <main className="p-4">
        <ErrorBox failure={problem} />
      </main>
    );
  }
  const isSheet = waiting.length > 1;
  return (
    <main className="mx-auto flex min-h-dvh max-w-2xl flex-col gap-3 p-4">
      <h1 className="text-lg font-semibold tracking-tight">
        {waiting.length === 0
          ? 'Approvals'
          : isSheet
            ? `${waiting.length} things need your answer`
            : 'Your answer is needed'}
      </h1>
      {failure === undefined ? null : <ErrorBox failure={failure} />}
      {waiting.length === 0 ? (
        connection.kind === 'live' && state.approvals !== undefined ? (
          <Nothing close={close} />
        ) : null
      ) : (
        waiting.map((one, index) => (
          <WaitingCard
            key={one.key}
            waiting={one}
            armed={armed > index}
            busy={busy}
            first={index === 0}
            chosen={isSheet ? chosen.includes(one.key) : undefined}
            onChoose={(on) =>
              setChosen((before) => [...before.filter((key) => key !== one.key), ...(on ? [one.key] : [])])
            }
            onAllow={(_, scope) => void answerAll([[one, true, scope]])}
            onDeny={() => void answerAll([[one, false, 'once']])}
            onPause={(client) => void pause(client)}
          />
        ))
      )}
      {isSheet ? (
        <div className="sticky bottom-0 -mx-4 flex flex-wrap justify-end gap-2 border-t border-line bg-page px-4 py-3">
          <Button
            variant="danger"
            disabled={busy}
            onClick={() => void answerAll(waiting.map((one) => [one, false, 'once']))}
          >
            Deny all {waiting.length}
          </Button>
          <Button
            variant="primary"
            disabled={armed < waiting.length || busy || !waiting.some(({ key }) => chosen.includes(key))}
            onClick={() => void answerAll(waiting.map((one) => [one, chosen.includes(one.key), 'once']))}
          >
            Allow {waiting.filter(({ key }) => chosen.includes(key)).length} chosen, deny the rest
          </Button>
        </div>
      ) : null}
      <p className="mt-auto pt-2 text-xs text-soft">
        Closing this window answers nothing: what waits is refused when its time is over.{' '}
        {state.held.length > 0 ? <VisibleText text="Only what is shown here in full is allowed." /> : null}
      </p>
    </main>
  );
}
