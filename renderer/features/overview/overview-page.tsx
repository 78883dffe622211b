import type { ReactElement } from 'react';
import { assessProtection } from '../../../preload/contract/protection.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useMinute } from '../../state/use-minute.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Loading } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { BlockedCalls } from './blocked-calls.tsx';
import { FirstSteps } from './first-steps.tsx';
import {
  blockedStat,
  clientsStat,
  connectorsStat,
  factsOf,
  MAX_BLOCKED,
  startOfDay,
  tenantStat,
} from './overview-model.ts';
import { ProtectionCard } from './protection-card.tsx';
import { StatLink } from './stat-link.tsx';
import { Clients, Connectors } from './tables.tsx';

/** Am I protected, by what, and what is the one next step. */
export function OverviewPage(): ReactElement {
  const { state, call } = useCompanion();
  const now = useMinute();
  const { status, connectors, clients, connection } = state;
  const blocked = useQuery(
    'logs.query',
    { limit: MAX_BLOCKED, blocked: true, since: startOfDay(now) },
    { on: ['log'] },
  );
  const action = useAction();
  const isLost = connection.kind === 'lost';
  const isLoading = status === undefined && !isLost;
  const isLocked = status !== undefined && status.companion.lockdown !== null;

  return (
    <Page
      title="Overview"
      actions={
        status === undefined ? null : (
          <Button
            variant={isLocked ? 'primary' : 'danger'}
            busy={action.busy}
            onClick={() => void action.run(() => call(isLocked ? 'lockdown.off' : 'lockdown.on', {}))}
          >
            {isLocked ? 'Let calls through again' : 'Stop all calls'}
          </Button>
        )
      }
    >
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      {isLoading ? (
        <Card>
          <Loading rows={4} />
        </Card>
      ) : (
        <ProtectionCard protection={assessProtection({ status, connectors, clients })} showNext={!isLost} />
      )}
      {status === undefined ? null : <FirstSteps />}
      {status === undefined ? null : (
        <>
          <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
            <StatLink stat={clientsStat(clients)} />
            <StatLink stat={connectorsStat(connectors, status.companion.sessions)} />
            <StatLink stat={blockedStat(blocked.value?.length)} />
            <StatLink stat={tenantStat(status)} />
          </div>
          <BlockedCalls query={blocked} now={now} />
        </>
      )}
      {connectors === undefined ? null : <Connectors connectors={connectors} />}
      {clients === undefined || clients.length === 0 ? null : <Clients clients={clients} />}
      {status === undefined ? null : (
        <p className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-soft">
          {factsOf(status, now).map((fact) => (
            <span key={fact}>
              <VisibleText text={fact} max={160} />
            </span>
          ))}
        </p>
      )}
    </Page>
  );
}
