import type { ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { GrantList } from './grant-list.tsx';
import { PauseList } from './pause-list.tsx';
import { WaitingList } from './waiting-list.tsx';

/** What waits for the person, and what they said yes to for longer than one call. */
export function ApprovalsPage(): ReactElement {
  const { state, call, openReview } = useCompanion();
  const on = ['approval_waiting', 'approval_ended', 'log'] as const;
  const grants = useQuery('grants.list', {}, { on });
  const pauses = useQuery('approvals.paused', {}, { on });
  const action = useAction();
  const approvals = state.approvals;
  const count = state.held.length + (approvals ?? []).filter((one) => one.state !== 'approved').length;

  return (
    <Page
      title="Approvals"
      about="Calls and changes that wait for you. A yes is given in the approval window, which shows all of it."
      actions={
        <>
          {count > 1 ? (
            <Button
              variant="danger"
              busy={action.busy}
              onClick={() =>
                void action.run(async () => {
                  for (const { id } of state.held) await call('held.refuse', { id });
                  for (const { id } of approvals ?? []) await call('approvals.deny', { id });
                })
              }
            >
              Deny all {count}
            </Button>
          ) : null}
          <Button variant="primary" disabled={count === 0} onClick={() => void openReview(true)}>
            Answer in the approval window
          </Button>
        </>
      }
    >
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      {state.connection.kind === 'lost' ? null : approvals === undefined ? (
        <Section title="Waiting for you">
          <Loading rows={3} />
        </Section>
      ) : count === 0 ? (
        <Section title="Waiting for you">
          <Empty>Nothing waits for you. Calls that a rule asks about appear here, and in the approval window.</Empty>
        </Section>
      ) : (
        <WaitingList
          held={state.held}
          approvals={approvals}
          busy={action.busy}
          onRefuse={(id) => void action.run(() => call('held.refuse', { id }))}
          onDeny={(id) => void action.run(() => call('approvals.deny', { id }))}
          onPause={(client) =>
            void action.run(() => call('approvals.pause', { client, minutes: 15 })).then(pauses.reload)
          }
        />
      )}
      {pauses.value === undefined || pauses.value.length === 0 ? null : (
        <PauseList
          pauses={pauses.value}
          busy={action.busy}
          onResume={(client) => void action.run(() => call('approvals.resume', { client })).then(pauses.reload)}
        />
      )}
      {grants.kind === 'failed' && grants.failure !== undefined ? (
        <ErrorBox failure={grants.failure} onRetry={grants.reload} />
      ) : grants.value === undefined ? null : (
        <GrantList
          grants={grants.value}
          busy={action.busy}
          onRevoke={(id) => void action.run(() => call('grants.revoke', { id })).then(grants.reload)}
        />
      )}
    </Page>
  );
}
