import { useState, type ReactElement } from 'react';
import type { ConnectorHealth } from '../../../preload/contract/connector-health.ts';
import type { ConnectorView } from '../../../preload/contract/connector.ts';
import { useCompanion } from '../../state/context.ts';
import { navigate } from '../../state/navigate.ts';
import { useAction } from '../../state/use-action.ts';
import { useMinute } from '../../state/use-minute.ts';
import type { Query } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Loading, Section } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Field } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Switch } from '../../ui/switch.tsx';
import { momentText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { checkText, connectorPath, modeText } from './connector-model.ts';
import { SignInSection } from './sign-in-section.tsx';

function Health({ health, now }: { health: ConnectorHealth; now: number }): ReactElement {
  const { sessions, starts, crashes, lastStartAt, lastError, check, retryInMs } = health;
  const checked = checkText(health);
  return (
    <dl className="border-t border-line px-4 py-3">
      <Field label="Last check">
        {check?.state === 'running' ? (
          <Progress label={checked.text} />
        ) : (
          <>
            <Badge tone={checked.tone}>
              {check === null ? 'none' : check.state === 'passed' ? 'answers' : 'does not answer'}
            </Badge>{' '}
            <VisibleText text={checked.text} />
            {check === null ? null : <span className="text-soft"> ({momentText(check.at, now)})</span>}
            {checked.next === undefined ? null : (
              <div className="text-soft">
                <VisibleText text={checked.next} />
              </div>
            )}
          </>
        )}
      </Field>
      <Field label="In use by">{sessions === 1 ? '1 session now' : `${sessions} sessions now`}</Field>
      <Field label="Starts">
        {lastStartAt === null
          ? 'none since the companion started'
          : `${starts} since the companion started, the last at ${momentText(lastStartAt, now)}`}
      </Field>
      <Field label="Crashes">{crashes === 0 ? 'none' : String(crashes)}</Field>
      {retryInMs === 0 ? null : (
        <Field label="Next start">in {Math.ceil(retryInMs / 1000)} seconds at the earliest</Field>
      )}
      {lastError === null ? null : (
        <Field label="Last problem">
          <VisibleText text={lastError.text} /> <span className="text-soft">({momentText(lastError.at, now)})</span>
        </Field>
      )}
    </dl>
  );
}

function Use({ connector }: { connector: ConnectorView }): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const [isRemoving, setRemoving] = useState(false);
  const { name, enabled } = connector;
  const turn = (on: boolean): void => void run(() => call(on ? 'connectors.enable' : 'connectors.disable', { name }));
  return (
    <Section title="Use">
      <div className="space-y-3 border-t border-line px-4 py-3">
        <div className="flex items-center justify-between gap-4">
          <span>
            AI clients may use it
            <span className="block text-soft">Switched off, every call to it is refused at once.</span>
          </span>
          <Switch label="AI clients may use it" on={enabled} onChange={turn} disabled={busy} />
        </div>
        <div className="flex items-center justify-between gap-4">
          <span>
            When no rule says otherwise
            <span className="block text-soft">{modeText(connector.default)}</span>
          </span>
          <Button onClick={() => navigate(connectorPath(name, 'definition'))}>Change</Button>
        </div>
        <div className="flex items-center justify-between gap-4">
          <span>
            Remove it from this computer
            <span className="block text-soft">Entries of AI clients that name it stay, and get nothing.</span>
          </span>
          <Button variant="danger" onClick={() => setRemoving(true)}>
            Remove…
          </Button>
        </div>
        {waitingForYes ? <WaitingForYes /> : null}
        {failure === undefined ? null : <ErrorBox failure={failure} />}
      </div>
      {isRemoving ? (
        <ConfirmDialog
          title={`Remove ${name}?`}
          action="Remove"
          does={() => call('connectors.remove', { name })}
          onClose={() => setRemoving(false)}
          onDone={() => navigate('/connectors')}
        >
          <p>Its allow rules, and what you agreed to of its tools, go with it. To keep them, switch it off instead.</p>
        </ConfirmDialog>
      ) : null}
    </Section>
  );
}

export function OverviewTab({
  connector,
  health,
}: {
  connector: ConnectorView;
  health: Query<ConnectorHealth>;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const now = useMinute();
  const isRunning = health.value?.check?.state === 'running';
  const check = async (): Promise<void> => {
    await run(() => call('connectors.check', { name: connector.name }));
    health.reload();
  };
  return (
    <>
      {connector.next === undefined ? null : (
        <Notice role="status" tone="warn">
          <VisibleText text={connector.next} />
        </Notice>
      )}
      <Section
        title="Health"
        aside={
          <Button busy={busy || isRunning} disabled={!connector.enabled} onClick={() => void check()}>
            Check now
          </Button>
        }
      >
        {waitingForYes || failure !== undefined ? (
          <div className="space-y-3 px-4 pb-3">
            {waitingForYes ? <WaitingForYes /> : null}
            {failure === undefined ? null : <ErrorBox failure={failure} />}
          </div>
        ) : null}
        {health.value === undefined ? (
          health.failure === undefined ? (
            <Loading rows={4} />
          ) : (
            <div className="px-4 pb-4">
              <ErrorBox failure={health.failure} onRetry={health.reload} />
            </div>
          )
        ) : (
          <Health health={health.value} now={now} />
        )}
      </Section>
      {health.value === undefined || health.value.signIn === 'not_needed' ? null : (
        <SignInSection
          name={connector.name}
          isSignedIn={health.value.signIn === 'signed_in'}
          onChanged={health.reload}
        />
      )}
      <Use connector={connector} />
    </>
  );
}
